// LowerBlockMap.cpp - the launch before the kernel that finds out which tiles a mask shows, and how the
// kernel reads it.
//
// For masks that data decide, of which nothing can be proved. A row of the map belongs to one request, one
// tile of query rows and, if the mask tells heads apart, one head.
#include "passes/lower/KernelLowering.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::lower;

/// Tiles of the rows of the longest request.
std::string KernelLowering::rowTilesFormula() {
  std::string rows = packing() == 1 ? "q_len" : "q_len * " + std::to_string(packing());
  return "ceildiv(" + rows + ", " + std::to_string(schedule.getTileQ()) + ")";
}

std::string KernelLowering::wordsFormula() {
  return "ceildiv(" + keyCount() + ", " + std::to_string(keysOfWord()) + ")";
}

/// Words of a row: a bit for every tile of keys, 32 a word.
Value KernelLowering::blockMapWords() {
  return field("block_map_words", b.getIndexType(), "dim:" + wordsFormula());
}

/// Of the block's row: in words, of which a row has two for each 32 tiles.
Value KernelLowering::blockMapOffset() {
  std::string rowCount = "dim:" + rowTilesFormula();
  Value rows = field("block_map_rows", b.getIndexType(), rowCount);
  Value map = widen(at.request);
  if (masksByHead())
    map = add(mul(map, widen(constant("kHeads", attention.getQ().getType().getHeads()))), widen(at.head));
  Value row = arith::DivSIOp::create(b, loc, at.firstRow, constant(tileQ.getName(), tileQ.getSize()));
  return mul(add(mul(map, widen(rows)), widen(row)), mul(widen(index(2)), widen(blockMapWords())));
}

Value KernelLowering::walkBlockMap() {
  Value pointer = field("block_map", tile::PointerType::get(b.getContext(), b.getI32Type(), false),
                        "workspace:block_map");
  return tile::WalkBlocksOp::create(b, loc, tile::WalkType::get(b.getContext(), tileKv), "blocks", pointer,
                                    blockMapOffset(), blockMapWords());
}

/// A block of threads writes one word of one row.
void KernelLowering::buildBlockMap(attn::AttentionOp mapped) {
  attention = mapped;
  openKernel("_block_map");
  section("The request, the query rows and the 32 key tiles of this block.");
  at.request = let("request", tile::BlockIdOp::create(b, loc, b.getIndexType(), 2, false));
  Value word = tile::BlockIdOp::create(b, loc, b.getIndexType(), 1, false);
  Value words = blockMapWords();
  if (masksByHead()) {
    Value both = let("head_and_word", word);
    at.head = let("head", arith::DivSIOp::create(b, loc, both, words));
    word = sub(both, mul(at.head, words));
  } else {
    at.head = index(0);
  }
  word = let("word", word);
  buildRows();
  buildVisitBounds();
  section("Ask the mask.");
  buildSideViews();
  Value pointer =
      field("block_map", tile::PointerType::get(b.getContext(), b.getI32Type(), true), "workspace:block_map");
  Value rows = add(sub(at.lastPosition, at.firstPosition), index(1));
  Location where = maskLocation();
  auto classify = tile::ClassifyTilesOp::create(b, where, pointer, blockMapOffset(), words, word, rows,
                                                keys.keyBegin, keys.keyEnd, tileKv);
  {
    OpBuilder::InsertionGuard guard(b);
    Block *body = b.createBlock(&classify.getBody());
    body->addArguments({b.getIndexType(), b.getIndexType()}, {where, where});
    Value query = let("q", add(at.firstPosition, body->getArgument(0)));
    tile::YieldOp::create(b, where, visiblePair(at.head, query, body->getArgument(1)));
  }
  closeKernel();
}

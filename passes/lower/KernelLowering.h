// KernelLowering.h - builds one tile.program and its tile.kernel from one attn.kernel.
#pragma once

#include "dialect/attn/Attn.h"
#include "dialect/tile/Tile.h"
#include "passes/analysis/KeyWalk.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/MapVector.h"

namespace attnc::lower {

/// Scalars that every part of a kernel refers to.
struct BlockScalars {
  mlir::Value request, kvHead, firstRow, qLen, kvLen;
  mlir::Value head;             ///< of queries; with packing the first of those that share the KV head
  mlir::Value qBegin, kvBegin;  ///< first token of the request; null in padded layouts
  mlir::Value firstPage, pages; ///< of the request, among those of all; null but for CSR page tables
  mlir::Value firstBeam,
      prompt;          ///< the first request of its group, and tokens that all read there; null without beams
  mlir::Value oldest;  ///< token of a cyclic cache that is stored, but for those that are kept
  mlir::Value rows;    ///< of the request: its queries, or with packing those times the group
  mlir::Value rowsEnd; ///< first row not to be stored
  mlir::Value basePosition; ///< of query 0
  mlir::Value firstPosition, lastPosition;
  mlir::Value lengthReport; ///< of the launch that checks: a length that nothing can have; null elsewhere
  mlir::Value firstActive;  ///< of the keys that are in no cache; null where there are none
};

/// Where a rotation gets its angles from: operands of tile.rope, null where it has none.
struct RopeAngles {
  mlir::Value frequencies, factor, stretch, cos, sin;
};

/// Views of tokens: their rows, their head's row of the bias or null, and how they are rotated, or null.
struct TokenViews {
  mlir::Value rows, bias;
  attn::RopeOp rope;
  RopeAngles angles;
  /// Of quantised tokens that become floats tile by tile: the tile of what is stored, and its scales by row or
  /// by channel, null where they are 1.
  mlir::Value bytes, scales, channelScales;
};

/// Of q, k or v; with what is behind the tokens of a cache and is not in it.
struct Operand : TokenViews {
  std::optional<TokenViews> active;
};

/// The rows of a tile that something is done to; null values for no bounds.
struct TileRows {
  mlir::Value begin, end;
};

/// New tokens of a block on their way into a cache.
struct NewTokens {
  attn::AppendOp append;
  llvm::StringRef part; ///< "k" or "v"
  Operand operand;
  tile::DimAttr columns;
  mlir::Value tile;
};

/// How a launch that appends is cut into blocks.
tile::ScheduleAttr appendSchedule(attn::KernelOp kernel);
/// Of a launch with blocks of one warp.
tile::ScheduleAttr warpSchedule(attn::KernelOp kernel);

/// Where each part is built: LowerBounds.cpp the scalars, LowerOperands.cpp the rows of tokens, LowerRope.cpp
/// their rotation, LowerQuantised.cpp the scales of quantised caches, LowerRegions.cpp the maps,
/// LowerBlockMap.cpp the launch that finds out which tiles the main one visits, LowerStatistics.cpp outputs
/// beside out, LowerAppend.cpp the launch that fills caches, LowerDebug.cpp dumps of debug builds,
/// LowerPageCheck.cpp their launch that checks page tables, LowerProgram.cpp what the caller sees of it all,
/// KernelLowering.cpp the rest.
class KernelLowering {
public:
  KernelLowering(attn::KernelOp source, tile::ScheduleAttr schedule);

  /// Inserts the program and the kernel before the source; the caller erases it.
  mlir::LogicalResult run();

private:
  friend struct BoundBuilder; // LowerBounds.cpp: the rule of KeyWalk.h over values

  // KernelLowering.cpp
  mlir::LogicalResult checkBody();
  mlir::LogicalResult checkAppends();
  void buildStorageAndLoop();
  tile::CopyAsyncOp copyTile(const Operand &operand, mlir::Value kv, mlir::Value tile);
  void buildValueCopy(const Operand &v, mlir::Value kv, mlir::Value vTile);
  void buildWeightedSum(mlir::Value acc, mlir::Value scores, const Operand &v, mlir::Value vTile,
                        mlir::Value kv);
  bool mapsScores();
  mlir::Value softmaxScale();
  mlir::Value softmaxScaleLog2();
  mlir::Value scaleLog2();
  bool scoresMayBeInfinite();
  void buildEpilogue(mlir::Value acc, mlir::Value rowMax, mlir::Value rowSum, mlir::Value staging);
  void nameDims();
  /// Opens and closes the kernel around what a caller builds.
  void openKernel(llvm::StringRef suffix);
  void closeKernel();
  mlir::Value sinkOfHead();
  mlir::Value sinksOfRows();

  // LowerOperands.cpp
  mlir::Value strideOf(llvm::StringRef tensor, llvm::StringRef axis, size_t position);
  mlir::Value viewCache(llvm::StringRef name, const attn::CacheAccess &cache, tile::DimAttr columns,
                        mlir::Value head, bool writable);
  mlir::Value viewRows(llvm::StringRef name, llvm::StringRef tensor, attn::TokensType type,
                       tile::DimAttr columns, mlir::Value head, mlir::Value firstToken, bool writable);
  Operand buildOperand(llvm::StringRef name, mlir::Value tokens, tile::DimAttr columns, mlir::Value head,
                       mlir::Value firstToken);
  TokenViews viewTokens(llvm::StringRef name, const attn::TokenSource &from, tile::DimAttr columns,
                        mlir::Value head, mlir::Value firstToken);
  mlir::Value viewBias(llvm::StringRef name, mlir::BlockArgument bias, attn::TokensType type,
                       tile::DimAttr columns, mlir::Value head);
  void prepareRows(const TokenViews &tokens, mlir::Value tile, mlir::Value firstToken, TileRows rows);
  /// What is done to a tile of tokens, from `firstToken` on, once it is in shared memory.
  void prepareTile(const Operand &operand, mlir::Value tile, mlir::Value firstToken);
  llvm::StringRef argument(mlir::Value value);
  void buildGroup(const attn::CacheAccess &cache);
  tile::GlobalRowsType plainRows(tile::DimAttr columns, mlir::Type element, bool writable, int64_t alignment,
                                 bool strided = false, tile::DimAttr group = {});
  void findPages(tile::ViewRowsOp view, const attn::CacheAccess &cache, mlir::Value pageStride);
  void findBeams(tile::ViewRowsOp view, const attn::CacheAccess &cache, mlir::Value batchStride);
  mlir::Value tablePointer(mlir::Value table);
  std::string poolDim(const attn::CacheAccess &cache);
  mlir::Value firstEntry(const attn::CacheAccess &cache);
  mlir::Value firstBeamEntry();
  tile::DimAttr pageDim(attn::CacheType type);
  tile::DimAttr ringDim(attn::CacheType type);
  tile::DimAttr keepDim(attn::CacheType type);
  int64_t rowAlignment(mlir::Type element, bool strided);
  int64_t rowAlignment(const attn::CacheAccess &cache);

  // LowerQuantised.cpp
  bool decodesBytes(mlir::Value tokens);
  mlir::Value readCacheScale(const attn::CacheAccess &cache);
  mlir::Value cacheScale(llvm::StringRef name, mlir::Value tokens);
  void buildCacheScales();
  mlir::Value viewPlainScales(const llvm::Twine &name, mlir::BlockArgument scale, tile::DimAttr columns,
                              mlir::Value offset, mlir::Value stride);
  mlir::Value viewScaleRow(llvm::StringRef part, const attn::CacheAccess &cache, tile::DimAttr columns);
  void viewTileScales(llvm::StringRef part, const attn::CacheAccess &cache, tile::DimAttr columns,
                      mlir::Value head, Operand &operand);
  mlir::Value viewScales(llvm::StringRef part, const attn::CacheAccess &cache, mlir::Value head,
                         bool writable);
  tile::DimAttr storedColumns(const attn::CacheAccess &cache, tile::DimAttr columns);
  mlir::Value allocTile(llvm::StringRef part, mlir::Value tokens, tile::DimAttr width, Operand &operand);
  void scaleQueries(mlir::Value qTile);
  mlir::Value valueFactor(mlir::Value column);
  mlir::Value quantise(const NewTokens &tokens, const attn::CacheAccess &cache, mlir::Value end);

  // LowerRope.cpp
  RopeAngles buildRopeAngles(attn::RopeOp rope);
  mlir::Value buildNtkStretch(attn::RopeOp rope);
  mlir::Value tokenIndex(mlir::Attribute axis, attn::TokenRole role, mlir::Value token, mlir::Value position);
  void buildRope(const TokenViews &tokens, mlir::Value tile, mlir::Value firstToken, TileRows rows);

  // LowerProgram.cpp
  void buildProgram();
  void addInputs();
  void addOutputs();
  void addScalars();
  mlir::IntegerAttr requestGroup();
  void addLaunch(KernelLowering &launched, llvm::ArrayRef<std::string> grid);
  void addTensor(llvm::StringRef name, mlir::Type element, llvm::ArrayRef<std::string> shape, bool output,
                 bool strided, int64_t alignment, bool anyStrides = false, bool inPlace = false);
  bool hasTensor(llvm::StringRef name);
  void addTokenTensors();
  void addLengthTensors();
  void addCacheTensors(const attn::CacheAccess &cache);
  void addTokensTensor(llvm::StringRef name, attn::TokensType type, bool queries, bool output);

  // LowerRemarks.cpp
  mlir::DictionaryAttr remarks();
  mlir::NamedAttribute remark(llvm::StringRef key, const llvm::Twine &json);
  void describeMask(llvm::SmallVectorImpl<mlir::NamedAttribute> &remarks);
  void describeSideTensors(llvm::SmallVectorImpl<mlir::NamedAttribute> &remarks);

  // LowerAppend.cpp
  llvm::SmallVector<attn::AppendOp> appends();
  /// How many rows of the block's tile are new tokens; null in other launches.
  mlir::Value newRows() { return attention ? mlir::Value() : sub(at.rows, at.firstRow); }
  void buildAppend();
  mlir::Value firstIndex(attn::AppendOp append);
  mlir::Value cacheEnd(const attn::CacheAccess &cache);
  mlir::Value oldestToken(const attn::CacheAccess &cache);
  NewTokens loadNewTokens(attn::AppendOp append, llvm::StringRef part, tile::DimAttr columns,
                          tile::DimAttr width);
  void storeNewTokens(NewTokens &tokens);
  std::optional<unsigned> returnedKeys();

  // LowerBlockMap.cpp
  void buildBlockMap(attn::AttentionOp mapped);
  mlir::Value blockMapOffset();
  std::string rowTilesFormula();
  std::string wordsFormula();
  mlir::Value blockMapWords();
  mlir::Value walkBlockMap();
  /// The dim that says how many keys the longest request has.
  std::string keyCount() { return isSelfAttention() ? "q_len" : "kv_len"; }
  int64_t keysOfWord() { return tileKv.getSize() * 32; }

  // LowerStatistics.cpp
  void storeStatistics(mlir::Value rowMax, mlir::Value lse);
  void storeRows(llvm::StringRef tensor, mlir::Value rows);
  void buildStatisticsFill(attn::AttentionOp filled);

  // LowerPageCheck.cpp
  llvm::SmallVector<attn::CacheAccess, 2> checkedCaches();
  std::string reportName(const attn::CacheAccess &cache);
  mlir::Value checkedField(const attn::CacheAccess &cache, llvm::StringRef what, bool writable);
  bool isDebugBuild();
  mlir::Value listedPages();
  mlir::Value wrongLength();
  mlir::Value poolSize(const attn::CacheAccess &cache);
  template <class Op> void setPlaces(Op check, const attn::CacheAccess &cache);
  mlir::Value checkReads(const attn::CacheAccess &cache, mlir::Value length, mlir::Value room);
  mlir::Value checkBeams(const attn::CacheAccess &cache, mlir::Value length, mlir::Value room);
  mlir::Value checkNewTokens(const attn::CacheAccess &cache, mlir::Value room);
  void checkCache(const attn::CacheAccess &cache, mlir::Value length);
  mlir::Value readableKeys(mlir::Value length);
  void buildPageCheck(attn::AttentionOp checked);
  void addPageCheck(llvm::SmallVectorImpl<mlir::Attribute> &workspaces);

  // LowerDebug.cpp
  void buildDumpRows();
  void dumpScores(mlir::Value scores, mlir::Value firstKey);
  void dumpSoftmax(mlir::Value weights, mlir::Value rowMax, mlir::Value rowSum, mlir::Value firstKey);
  void dump(llvm::StringRef tensor, mlir::Value source, mlir::Value firstKey, mlir::Value factor,
            bool partial);
  mlir::Value unitOfScores();

  // LowerBounds.cpp
  void buildScalars();
  void buildRows();
  void buildLengths();
  mlir::Value loadAt(llvm::StringRef tensor, mlir::Value position);
  void buildCachedLength();
  void buildVisitBounds();
  void buildKeyBounds();
  mlir::Value expand(mlir::AffineExpr expr);
  mlir::Value expandRead(unsigned index);
  mlir::Value expandCondition(mlir::AffineExpr expr);
  mlir::Value expandBound(mlir::AffineMap map, bool lower);

  // LowerRegions.cpp
  void buildScoreMap(mlir::Value scores, mlir::Value tileBegin);
  void buildBoundaryMap(mlir::Value scores, mlir::Value tileBegin);
  mlir::Value inlineRegion(mlir::Region &region, mlir::Value score, mlir::Value head, mlir::Value query,
                           mlir::Value key);
  void mapCapture(mlir::Value value, mlir::IRMapping &mapping);
  std::string axisFormula(mlir::Attribute axis);
  mlir::Value sideView(mlir::BlockArgument side);
  void buildSideViews();
  mlir::Value visiblePair(mlir::Value head, mlir::Value query, mlir::Value key);
  mlir::Location maskLocation();
  mlir::Value isRow(mlir::Value row);
  void zeroPaddingRows(mlir::Value acc);
  void scaleValues(mlir::Value acc);

  // Small builders shared by all.
  mlir::Value field(llvm::StringRef name, mlir::Type type, const llvm::Twine &source);
  mlir::Value index(int64_t value);
  mlir::Value constant(llvm::StringRef name, int64_t value);
  mlir::Value constant(llvm::StringRef name, float value);
  mlir::Value let(llvm::StringRef name, mlir::Value value);
  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value sub(mlir::Value a, mlir::Value b);
  mlir::Value mul(mlir::Value a, mlir::Value b);
  mlir::Value widen(mlir::Value value);
  void section(llvm::StringRef title);

  /// Query heads of a token in neighbouring rows of a tile: 1 without packing.
  int64_t packing() { return schedule.getPacking() ? attention.group() : 1; }
  /// The constant of that name, where rows come in groups; null without packing.
  tile::DimAttr groupDim();
  mlir::Value groupSize() { return constant("kGroup", attention.group()); }
  mlir::Value rowOfBlock(mlir::Value row) { return add(at.firstRow, row); }
  mlir::Value tokenOf(mlir::Value row);
  mlir::Value positionOf(mlir::Value row);
  mlir::Value headOf(mlir::Value row);
  mlir::Value headOfRow(mlir::Region &region, unsigned position, mlir::Value row);

  bool usesBlockMap() { return source->hasAttr("tile.block_map"); }
  /// Whether the mask tells heads apart, so that each has tiles of its own.
  bool masksByHead() {
    return !attention.getMask().empty() && !attention.getMask().getArgument(1).use_empty();
  }
  /// Caches of keys and of values, read or written; none where attention reads tokens.
  llvm::SmallVector<attn::CacheAccess, 2> caches();
  /// Whether it is said how many keys a request has.
  bool hasKeyLengths();
  /// Whether lengths of cached keys are numbers on the device, and not the dim that says them for all.
  bool hasLengthTensor() { return caches().front().csr || source.getLengths() != attn::Lengths::None; }
  bool isSelfAttention() { return attention && attention.isSelfAttention(); }
  /// Whether the last keys of a request are not in its cache.
  bool joinsTokens() { return attention && bool(attn::tokenSource(attention.getK()).join); }
  bool packed() { return source.isPacked(); }
  bool qLengthsVary() { return source.getLengths() == attn::Lengths::Both; }

  attn::KernelOp source;
  bool checksPages = false;    ///< the launch that finds out what can be read
  attn::AttentionOp attention; ///< null where tokens are only appended, and in the launch that does so
  tile::ScheduleAttr schedule;
  mlir::OpBuilder b;
  mlir::Location loc;
  tile::KernelOp kernel;
  tile::ProgramOp program;
  tile::DimAttr tileQ, tileKv, stages;
  tile::DimAttr keyDim, valueDim;     ///< columns of q and k, and of v and out, in global memory
  tile::DimAttr keyWidth, valueWidth; ///< the same rounded up to mma steps of 16, in tiles
  BlockScalars at;
  KeyWalk<mlir::Value> keys;
  mlir::Value quantisedScale; ///< the softmax scale times that of quantised keys; null for others
  mlir::Value valueScale;     ///< of quantised values; null for others
  mlir::Value keyScaleRow;    ///< the row of scales of keys by channel; null for others
  mlir::Value keyTiles;       ///< the walk of the loop, where it passes tiles over

  struct {
    mlir::Value offset, stride; ///< of row 0 and key 0, and between queries
    mlir::Value keys;           ///< of a row: between heads
  } dumps;

  struct FieldInfo {
    mlir::Value value;
    std::string source;
  };
  llvm::MapVector<mlir::StringRef, FieldInfo> fields;
  llvm::DenseMap<int64_t, mlir::Value> indexConstants;
  llvm::DenseMap<mlir::Value, mlir::Value> sideViews;
  llvm::SmallVector<std::pair<attn::RopeOp, RopeAngles>> ropeAngles; ///< that were built
  llvm::DenseMap<unsigned, mlir::Value> boundReads;                  ///< by their place in the proof
  llvm::SmallVector<mlir::Attribute> tensors, scalars;
};

} // namespace attnc::lower

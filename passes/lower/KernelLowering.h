// KernelLowering.h - builds one tile.program and its tile.kernel from one attn.kernel.
#pragma once

#include "dialect/attn/Attn.h"
#include "dialect/tile/Tile.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/MapVector.h"

namespace attnc::lower {

/// Scalars that every part of a kernel refers to.
struct BlockScalars {
  mlir::Value request, head, kvHead, firstRow, qLen, kvLen;
  mlir::Value qBegin, kvBegin; ///< first token of the request; null in padded layouts
  mlir::Value rowsEnd;         ///< first row not to be stored
  mlir::Value firstPosition, lastPosition;
};

/// Key bounds of the block; see README.md for the rounding.
struct KeyBounds {
  mlir::Value keyBegin, keyEnd; ///< exact: no visible key outside
  /// The visible ranges, if there are several: between them every key is hidden from every row.
  llvm::SmallVector<std::pair<mlir::Value, mlir::Value>> spans;
  mlir::Value visitBegin;         ///< keyBegin rounded down to a tile
  mlir::Value fullBegin, fullEnd; ///< null if nothing is proved full
  mlir::Value gapBegin, gapEnd;   ///< tiles between two spans, to be skipped; null unless there are two
};

/// Views of q, k or v: its tokens, and its head's row of the bias or null.
struct Operand {
  mlir::Value rows, bias;
};

/// Where each part is built: LowerBounds.cpp the scalars, LowerRegions.cpp the maps, KernelLowering.cpp the
/// rest.
class KernelLowering {
public:
  KernelLowering(attn::KernelOp source, tile::ScheduleAttr schedule);

  /// Inserts the program and the kernel before the source; the caller erases it.
  mlir::LogicalResult run();

private:
  // KernelLowering.cpp
  mlir::LogicalResult checkBody();
  void buildStorageAndLoop();
  void buildValueCopy(mlir::Value vRows, mlir::Value kv, mlir::Value vTile);
  bool mapsScores();
  mlir::Value scaleLog2();
  bool scoresMayBeInfinite();
  void buildEpilogue(mlir::Value acc, mlir::Value rowMax, mlir::Value rowSum, mlir::Value staging);
  void nameDims();
  mlir::Value viewRows(llvm::StringRef name, llvm::StringRef tensor, attn::TokensType type,
                       tile::DimAttr columns, mlir::Value head, mlir::Value firstToken, bool writable);
  Operand buildOperand(llvm::StringRef name, mlir::Value tokens, tile::DimAttr columns, mlir::Value head,
                       mlir::Value firstToken);
  void addBias(const Operand &operand, mlir::Value tile);
  int64_t rowAlignment(attn::TokensType type);
  mlir::Value sinkOfHead();
  void buildProgram();
  mlir::DictionaryAttr remarks();
  void addTensor(llvm::StringRef name, mlir::Type element, llvm::ArrayRef<std::string> shape, bool output,
                 bool strided, int64_t alignment, bool anyStrides = false);
  void addTokensTensor(llvm::StringRef name, attn::TokensType type, bool queries, bool output);

  // LowerBounds.cpp
  void buildScalars();
  void buildLengths();
  void buildKeyBounds();
  void buildGap(mlir::Value tileSize);
  mlir::Value expand(mlir::AffineExpr expr);
  mlir::Value expandRead(unsigned index);
  mlir::Value expandBound(mlir::AffineMap map, bool lower);

  // LowerRegions.cpp
  void buildScoreMap(mlir::Value scores, mlir::Value tileBegin);
  void buildBoundaryMap(mlir::Value scores, mlir::Value tileBegin);
  mlir::Value inlineRegion(mlir::Region &region, mlir::Value score, mlir::Value query, mlir::Value key);
  void mapCapture(mlir::Value value, mlir::IRMapping &mapping);
  mlir::Value sideView(mlir::BlockArgument side);
  void buildSideViews();
  void zeroPaddingRows(mlir::Value acc, mlir::Value lse);

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

  bool packed() { return source.isPacked(); }
  bool qLengthsVary() { return source.getLengths() == attn::Lengths::Both; }

  attn::KernelOp source;
  attn::AttentionOp attention;
  tile::ScheduleAttr schedule;
  mlir::OpBuilder b;
  mlir::Location loc;
  tile::KernelOp kernel;
  tile::ProgramOp program;
  tile::DimAttr tileQ, tileKv, stages;
  tile::DimAttr keyDim, valueDim;     ///< columns of q and k, and of v and out, in global memory
  tile::DimAttr keyWidth, valueWidth; ///< the same rounded up to mma steps of 16, in tiles
  BlockScalars at;
  KeyBounds keys;

  struct FieldInfo {
    mlir::Value value;
    std::string source;
  };
  llvm::MapVector<mlir::StringRef, FieldInfo> fields;
  llvm::DenseMap<int64_t, mlir::Value> indexConstants;
  llvm::DenseMap<mlir::Value, mlir::Value> sideViews;
  llvm::DenseMap<unsigned, mlir::Value> boundReads; ///< by their place in the proof
  llvm::SmallVector<mlir::Attribute> tensors, scalars;
};

} // namespace attnc::lower

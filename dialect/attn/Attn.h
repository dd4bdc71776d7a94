// Attn.h - the attn dialect: the one include for its clients.
#pragma once

#include "dialect/ElementTypes.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialect/attn/AttnDialect.h.inc"
#include "dialect/attn/AttnEnums.h.inc"

#define GET_TYPEDEF_CLASSES
#include "dialect/attn/AttnTypes.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialect/attn/AttnAttrs.h.inc"
#define GET_OP_CLASSES
#include "dialect/attn/AttnOps.h.inc"

namespace attnc::attn {
/// Argument attribute that holds the user-visible name.
inline constexpr llvm::StringLiteral kNameAttr = "attn.name";
/// Argument attribute that holds a run-time scalar's default.
inline constexpr llvm::StringLiteral kDefaultAttr = "attn.default";
/// Kernel attribute: schedule fields that the spec pins, {tile_kv = 32 : i64, family = "mma", ..., locations
/// = {...}}.
inline constexpr llvm::StringLiteral kPinsAttr = "attn.pins";
/// Kernel attribute: decode, with so many queries a request (an i64); more are right, and slower.
inline constexpr llvm::StringLiteral kNewTokensAttr = "attn.new_tokens";
/// Kernel attribute: the plain family may compute what tensor cores cannot (a unit).
inline constexpr llvm::StringLiteral kFallbackAttr = "attn.fallback";
/// Kernel attribute: a debug build of a kernel that only appends (a unit); of others `debug_scores` says it.
inline constexpr llvm::StringLiteral kDebugAttr = "attn.debug";
/// Kernel attribute: where the spec gives the keys that a target may refuse, {dtype = loc(...), ...}.
inline constexpr llvm::StringLiteral kPlacesAttr = "attn.places";
/// The axes of tokens, outermost first: b request, s token, h head, d dim; "shd" if they are packed.
llvm::StringRef axesOf(Layout layout);
/// Whether the elements of a token's head lie a run-time stride apart.
bool isStrided(TokensType type);
bool isStrided(CacheType type);

/// What an attention's q, k or v is: heads of an argument of the kernel, from `firstHead` on, perhaps with a
/// bias, perhaps rotated, or what a cache holds.
struct TokenSource {
  mlir::BlockArgument tokens;
  int64_t firstHead = 0;
  mlir::BlockArgument bias; ///< a row for each head of `tokens`; null if there is none
  CachedOp cached;          ///< what reads `tokens`, which is a cache; null if they are tokens themselves
  JoinOp join;              ///< what puts new tokens behind the cached ones; null if there are none
  RopeOp rope;              ///< of these heads, after the bias; null if there is none

  /// Of joined tokens the new ones, which have a bias and a rotation of their own; no tokens if there are
  /// none.
  TokenSource active() const;
};
/// Null tokens if the value is anything else.
TokenSource tokenSource(mlir::Value tokens);
/// The argument of the kernel that a cache is, or that the appends before it began with; else null.
mlir::BlockArgument cacheArgument(mlir::Value cache);
/// A cache and how a request finds its tokens there: what attn.cached and attn.append have in common.
struct CacheAccess {
  mlir::BlockArgument cache, pages,
      scale;             ///< the last two are null where there are none; a scale may be a cache
  bool values = false;   ///< of a pair, its values
  bool csr = false;      ///< the pages of all requests lie one after the other
  bool ofScales = false; ///< this is the cache of another one's scales
  /// Whose tokens beams read, and how many of them every beam shares; null where there are none.
  mlir::BlockArgument beams, prompts;
  int64_t beamWidth = 1;

  CacheAccess() = default;
  template <class Op>
  explicit CacheAccess(Op op)
      : cache(cacheArgument(op.getCache())),
        pages(mlir::dyn_cast_if_present<mlir::BlockArgument>(op.getPages())),
        scale(op.getScale() ? cacheArgument(op.getScale()) : mlir::BlockArgument()), values(op.getValues()),
        csr(op.isCsr()) {
    if constexpr (std::is_same_v<Op, CachedOp>) {
      beams = mlir::dyn_cast_if_present<mlir::BlockArgument>(op.getBeams());
      prompts = mlir::dyn_cast_if_present<mlir::BlockArgument>(op.getPrompts());
      beamWidth = int64_t(op.getBeamWidth().value_or(1));
    }
  }
  CacheType type() const { return mlir::cast<CacheType>(cache.getType()); }
  /// Whether each token and head has scales of its own.
  bool scaledByToken() const { return scale && mlir::isa<CacheType>(scale.getType()); }
  /// Whether each head and channel has one.
  bool scaledByChannel() const;
  /// The scales by token as a cache; its tokens lie where those of this one do.
  CacheAccess scales() const {
    CacheAccess access = *this;
    access.cache = scale;
    access.scale = {};
    access.ofScales = true;
    return access;
  }
};
/// The type in which keys or values lie in memory: that of the cache, if they are in one.
mlir::Type storedElement(mlir::Value tokens);
/// Whether quantised ones are multiplied by their scales tile by tile: those with scales by token, and keys
/// that are rotated as they are read. Scales of others are left to the queries, the scores or the output.
bool scaledInTiles(mlir::Value tokens);
/// Whether queries are multiplied by the scales of these keys: those by channel, unless tiles are.
bool scaledInQueries(mlir::Value keys);
/// Whether quantised ones become 16-bit floats tile by tile before they are used: those that are scaled there,
/// and of 4 bits. Others go to the tensor cores from bytes.
bool decodedInTiles(mlir::Value tokens);
/// Whether they are strided there.
bool columnsAreStrided(mlir::Value tokens);
/// Symbols of every proof before the integer scalars: q_len, kv_len, b, h.
inline constexpr unsigned kProofSymbols = 4;
} // namespace attnc::attn

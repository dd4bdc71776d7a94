// Spec.h - a kernel request as plain structs: what the YAML said, with defaults written out and checked.
//
// No hardware and no MLIR here. Every field that an error may have to point at carries its Location.
#pragma once

#include "attnc/DType.h"
#include "attnc/Status.h"
#include "specs/CacheSpec.h"
#include "specs/Expr.h"
#include "specs/Located.h"
#include "specs/Rope.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace attnc {

/// What a kernel is scheduled for: many queries, or few over many keys. Either is right for any number.
/// Append: nothing attends, tokens are put into a cache only.
enum class Phase : uint8_t { Prefill, Decode, Append };
/// Packed: [tokens, heads, dim] with cumulative lengths. Padded: batch, length, heads and dim in the order of
/// the axes.
enum class TokenLayout : uint8_t { Packed, Padded };
/// The axes of each padded tensor, outermost first: the letters b, s, h and d in any order. With fused qkv,
/// q, k and v are one tensor and have one order.
struct TokenAxes {
  std::string q = "bshd", k = "bshd", v = "bshd", out = "bshd";
  bool operator==(const TokenAxes &) const = default;
};
/// Which lengths of a padded batch vary by request.
enum class LengthsKind : uint8_t { None, Kv, Both };
/// Where query row 0 sits: BottomRight puts the last query at the last key (semantics 3.3).
enum class Anchor : uint8_t { BottomRight, TopLeft };
/// What multiplies: tensor cores, or the arithmetic that every architecture has.
enum class Family : uint8_t { Mma, Plain };

/// A mask or score term with a name (specs/README.md, sections 2 and 3): as written, and what it means.
struct NamedTerm {
  std::string name;
  /// Key and canonical text of every argument, defaults written out.
  std::vector<std::pair<std::string, std::string>> arguments;
  ExprPtr expr;        ///< a bool for a mask; for a score the new logit in terms of `s`
  bool scales = false; ///< of a score term: multiplies the logit before the soft-cap
  Location where;
};

/// A mask as written: sugar stays sugar until the importer expands it into a region.
struct MaskNode {
  enum class Kind : uint8_t {
    None,
    Causal,
    Window,  ///< left and right inclusive besides self; sliding_window: W arrives as left = W - 1, right = 0
    Chunked, ///< floor(q / size) == floor(kv / size); `causal` is a separate node
    Expression,
    Named, ///< `term` says which; `expr` is what it means
    All,
    Any,
    Not,
  };
  Kind kind = Kind::None;
  Location where;
  std::optional<int64_t> left, right; ///< Window; absent is unbounded
  int64_t size = 0;                   ///< Chunked
  ExprPtr expr;                       ///< Expression, Named (type Bool)
  NamedTerm term;                     ///< Named
  std::vector<MaskNode> operands;     ///< All, Any, Not
};

struct Score {
  /// Multiplies q . k before anything else. Default 1 / sqrt(head_dim).
  Located<double> scale;
  /// The scale is the run-time scalar of this name instead.
  std::string scaleParam;
  std::optional<Located<double>> softcap;
  /// The input with one more logit a query head, which has no value; part of the lse unless `sinkInLse` is
  /// false.
  std::optional<Located<std::string>> sinks;
  bool sinkInLse = true;
  /// In the order in which they apply: those that scale come before the soft-cap, those that add after it.
  std::vector<NamedTerm> terms;
  /// Applied after soft-cap and terms, in terms of `s`; null if absent.
  ExprPtr expr;
  Location where;
};

/// One axis of a side tensor: a dim name (batch, heads, kv_heads, q_len, kv_len, total_q, total_kv) or a
/// size.
struct SideDim {
  std::string name; ///< empty: `size` counts
  int64_t size = 0;
  bool operator==(const SideDim &) const = default;
};

/// A tensor that masks and scores read. Reads outside the shape yield 0 (false).
struct SideInput {
  std::string name;
  DType dtype = DType::F32; ///< F32, F16, BF16, I32, Bool
  std::vector<SideDim> shape;
  Location where;
};

/// A run-time scalar: its value may vary by call, a feature may not.
struct ScalarParam {
  std::string name;
  DType dtype = DType::F32; ///< F32 or I32
  std::optional<double> defaultValue;
  Location where;
};

/// Fields of the schedule that the spec pins; absent ones are the compiler's choice.
struct SchedulePins {
  std::optional<Located<int64_t>> tileQ, tileKv, stages, warps;
  /// Whether a launch of its own classifies the key tiles of the mask.
  std::optional<Located<bool>> blockMap;
  /// Whether the query heads that share a KV head are rows of one tile.
  std::optional<Located<bool>> packing;
  std::optional<Located<Family>> family;
  Location where;
};

/// Beside `out`, which is always there: f32, natural units (specs/README.md).
struct Outputs {
  bool lse = false;
  bool rowMax = false;   ///< largest visible logit of a row and head
  bool maxLogit = false; ///< largest of a head over all rows
  bool keysRotated = false; ///< `k_rotated`: the new keys as they are appended, before they are quantised
  bool debug = false;    ///< S, P, m and l of every tile, four tensors named debug_*
  Location where;
};

/// New keys and values, those of the queries' tokens, are put into the cache before they are read.
struct Append {
  /// The first of a request gets the index that the input `write_indices`, [batch], says; else the new tokens are the
  /// last of kv_len.
  bool atIndices = false;
  Location where, atWhere;
};

/// A file that a spec builds on, and the `extends:` that says so.
struct Extension {
  std::string file;
  Location where;
};

struct Spec {
  std::string file;                  ///< as given by the user, for locations
  std::vector<Extension> extensions; ///< the files it builds on, nearest first
  Located<std::string> name;
  Located<Phase> phase;
  Located<int64_t> newTokens{1, {}}; ///< of decode: queries of a request, 1 to 16
  Located<int64_t> queryHeads, kvHeads;
  Located<int64_t> headDim;                  ///< of q and k
  Located<int64_t> headDimV;                 ///< of v and out; headDim unless given
  Located<DType> dtype;                      ///< of q, k and v: F16, BF16 or F32
  Located<DType> outDtype;                   ///< dtype, or F32
  Located<bool> tf32;                        ///< f32 may be rounded to tf32 for products
  Located<DType> accumulate{DType::F32, {}}; ///< the sums of q . k: F32, or F16
  Located<bool> plainFallback;               ///< the plain family may do what tensor cores cannot
  Located<TokenLayout> layout;
  TokenAxes axes;                     ///< of a padded layout
  Located<bool> fusedQkv;             ///< q, k and v are the heads of one tensor `qkv`, in this order
  Located<bool> qkvBias;              ///< a vector a head is added to q, k and v
  std::optional<CacheSpec> cache;     ///< keys and values are read from it
  Located<bool> active;               ///< the new keys and values are read beside the cache, which lacks them
  std::optional<Append> append;       ///< and new ones put there; always given in phase Append
  std::optional<Rope> rope;           ///< how q and k are rotated, after their bias
  Located<int64_t> alignment{16, {}}; ///< of addresses and strides of tokens, in bytes: 2, 4, 8 or 16
  Located<LengthsKind> lengths;
  Located<Anchor> anchor;
  MaskNode mask;
  Score score;
  std::vector<SideInput> inputs;
  std::vector<ScalarParam> params;
  Outputs outputs;
  SchedulePins schedule;

  int64_t group() const { return queryHeads.value / kvHeads.value; }
  /// Queries are the very tokens that are attended.
  bool selfAttention() const { return fusedQkv.value && !cache; }
  /// Whether new keys and values, those of the queries' rows, are inputs beside the cache.
  bool hasNewTokens() const { return append || active.value; }
  bool attends() const { return phase.value != Phase::Append; }
  /// Whether anything depends on how many keys a request has.
  bool readsKeyLengths() const { return attends() || !append || !append->atIndices; }
};

/// Reads, types and checks a YAML spec. Errors have file, line and column: InvalidSpec, or Unsupported for
/// what the format reserves for later versions; NotFound or IoError for the file itself. Inputs and params
/// come sorted by name.
Result<Spec> readSpec(const std::filesystem::path &path);
/// The same from text; `file` names it in locations. Files that the text extends are looked up in `folder`;
/// without a folder, text that extends a file is an error, and no file is ever read.
Result<Spec> readSpecText(std::string_view yaml, std::string file,
                          std::optional<std::filesystem::path> folder = std::nullopt);
/// An error that points into a file that the spec extends, with a note at each `extends:` on the way there.
Status noteExtensions(Status status, const std::vector<Extension> &extensions);
/// The spec as canonical YAML, defaults written out, sugar kept. Reading it back gives an equal text. It has
/// no locations and is the request key of the cache.
std::string specText(const Spec &spec);
/// `status` like a compiler's diagnostic: message, the source line, a caret, then each note likewise.
/// Source lines are read from the files named; a file that cannot be read shows none.
std::string renderDiagnostic(const Status &status, bool color = false);

} // namespace attnc

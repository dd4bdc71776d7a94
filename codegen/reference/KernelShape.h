// KernelShape.h - what the host must know of a kernel to feed it: names, dtypes, heads, layout.
//
// Plain structs; the IR is not needed once they are filled.
#pragma once

#include "attnc/DType.h"
#include "attnc/Status.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace attnc::attn {
class KernelOp;
}

namespace attnc::reference {

enum class Role : uint8_t {
  Query,  ///< q tokens; of self attention k and v as well
  Key,    ///< k tokens
  Value,  ///< v tokens
  New,    ///< tokens that are put into a cache and that the attention does not read itself
  Unused, ///< tokens that nothing reads
  Side,
  Scalar,
  Out,         ///< tokens with the rows of q
  Rows,        ///< one value per row of q and head
  Pairs,       ///< one value per row of q, head and key
  PerHead,     ///< one value per head
  Cache,       ///< an argument with new tokens in it
  KeysRotated, ///< new tokens on their way to a cache
};

/// How some heads of tokens are rotated: attn.rope as plain data. Side tensors are named, and empty where
/// there is none.
struct Rotation {
  bool queries = false;     ///< else keys
  DType dtype = DType::F32; ///< that rotated elements are rounded to
  bool neighbours = false;  ///< pairs (2j, 2j + 1), else (j, j + dim / 2)
  int64_t firstHead = 0, heads = 0, dim = 0;
  std::vector<float> frequencies, longFrequencies;
  int64_t originalLength = 0; ///< beyond it the long frequencies count, or the base grows
  std::optional<double> ntkFactor;
  double factor = 1; ///< of cosines and sines
  std::vector<int64_t> sections;
  std::string inverseFrequencies, cos, sin, positions;
  bool tablesByToken = false;
};

/// Tokens with the rows of q on their way to a cache: heads of an argument, with its bias, perhaps rotated.
struct NewTokens {
  std::string argument;
  int64_t firstHead = 0, heads = 0;
  std::optional<Rotation> rotation;
  /// The argument that says which index of its cache a request's first one gets; empty: they are the last of
  /// kv_len.
  std::string first;
};

/// attn.append as plain data.
struct Append {
  NewTokens tokens;
  bool values = false; ///< of a pair, to its values
};

/// One argument or result, in the kernel's order.
struct Parameter {
  std::string name;
  Role role = Role::Unused;
  DType dtype = DType::F32;
  int64_t heads = 0, dim = 0; ///< of a cache that is a pair, the heads of keys and of values
  std::string order;          ///< of tokens: its axes, outermost first, as letters b, s, h and d
  std::string bias; ///< of tokens: the argument that is added to them, a row a head; empty if none is
  std::vector<Rotation> rotations; ///< of tokens, after the bias
  std::string cacheAxes; ///< of a cache: p page or b request, 2 if keys and values are a pair, n, h and d in
                         ///< its order
  int64_t page = 0;      ///< tokens a page; 0 in a contiguous cache
  int64_t window = 0, keep = 0; ///< of a cyclic cache; 0 of others
  std::string beams, prompts;   ///< of a cache that beams share: the arguments that say so; else empty
  int64_t beamWidth = 1;
  std::string table; ///< of a paged cache: the argument that lists the pages
  std::string scale; ///< of a quantised cache: the argument that it is multiplied by; of a pair the keys'
  std::string valueScale; ///< of a pair: the values'
  std::string scales;     ///< or the cache that has scales by token
  bool halfBytes = false; ///< of a cache: elements of 4 bits, two a byte
  /// Of queries: the argument with the scales by channel that keys leave to them.
  std::string keyScale;
  DType floats = DType::F32;   ///< of a cache: that of queries, to which what has scales by token is rounded
  std::vector<Append> appends; ///< to a cache, in the order in which they happen
  NewTokens source;            ///< of a result that is new tokens
  /// Of a cache: the tokens that it lacks, which follow those that it holds; of a pair those of keys and of
  /// values.
  std::vector<NewTokens> active;
  bool csr = false;              ///< the table has the pages of all requests one after the other
  std::vector<std::string> axes; ///< of a side tensor: dim names, or digits for a fixed size
  bool hasDefault = false;       ///< of a scalar
  double defaultValue = 0;

  /// Whether the attention reads elements that are rounded on the way to it, so that a kernel's may differ.
  bool isInexact() const {
    return role <= Role::Value && (!rotations.empty() || !appends.empty() || !scales.empty() ||
                                   !keyScale.empty() || (!active.empty() && active[0].rotation));
  }
  /// How many of a request's tokens the cache holds.
  int64_t held(int64_t keys, int64_t queries) const {
    return active.empty() ? keys : std::max<int64_t>(keys - queries, 0);
  }
};

struct KernelShape {
  std::string name;
  bool packed = true;
  bool attends = true;                           ///< else it only appends
  bool topLeft = false;                          ///< query row 0 is at key 0
  bool selfAttention = false;                    ///< q, k and v are heads of one argument
  bool queryLengths = false, keyLengths = false; ///< of a padded batch: which vary by request
  int64_t heads = 0, kvHeads = 0;                ///< of q and of k
  std::vector<Parameter> arguments, results;

  /// The argument with this role; one of each of Query, Key and Value exists, or only a Query in self
  /// attention. Without an attention the caches are Key and Value, or a pair Key.
  const Parameter &tokens(Role role) const;
  /// The tokens whose rows the outputs have: queries, or what is appended where there are none.
  const Parameter &rows() const { return tokens(attends ? Role::Query : Role::New); }
  /// Null if there is none of this name.
  const Parameter *argument(std::string_view name) const;
  /// Whether keys and values are read from a cache, or appended to one.
  bool isCached() const { return !tokens(Role::Key).cacheAxes.empty(); }
  /// The argument that says where tokens are appended, if that alone says how many keys requests have; else
  /// empty.
  std::string lengthsByFirst() const;
};

/// Reads the signature of a kernel that holds one attention, or appends alone.
Result<KernelShape> readKernelShape(attn::KernelOp kernel);

} // namespace attnc::reference

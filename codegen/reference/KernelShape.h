// KernelShape.h - what the host must know of a kernel to feed it: names, dtypes, heads, layout.
//
// Plain structs; the IR is not needed once they are filled.
#pragma once

#include "attnc/DType.h"
#include "attnc/Status.h"

#include <optional>
#include <string>
#include <vector>

namespace attnc::attn {
class KernelOp;
}

namespace attnc::reference {

enum class Role : uint8_t {
  Query,  ///< q tokens; of self attention k and v as well
  Key,    ///< k tokens
  Value,  ///< v tokens
  Unused, ///< tokens that the attention does not read
  Side,
  Scalar,
  Out,     ///< tokens with the rows of q
  Rows,    ///< one value per row of q and head
  Pairs,   ///< one value per row of q, head and key
  PerHead, ///< one value per head
};

/// How some heads of tokens are rotated: attn.rope as plain data. Side tensors are named, and empty where
/// there is none.
struct Rotation {
  bool queries = false;    ///< else keys
  bool neighbours = false; ///< pairs (2j, 2j + 1), else (j, j + dim / 2)
  int64_t firstHead = 0, heads = 0, dim = 0;
  std::vector<float> frequencies, longFrequencies;
  int64_t originalLength = 0; ///< beyond it the long frequencies count, or the base grows
  std::optional<double> ntkFactor;
  double factor = 1; ///< of cosines and sines
  std::vector<int64_t> sections;
  std::string inverseFrequencies, cos, sin, positions;
  bool tablesByToken = false;
};

/// One argument or result, in the kernel's order.
struct Parameter {
  std::string name;
  Role role = Role::Unused;
  DType dtype = DType::F32;
  int64_t heads = 0, dim = 0; ///< of a cache that is a pair, the heads of keys and of values
  std::string order;          ///< of tokens: its axes, outermost first, as letters b, s, h and d
  std::string bias;      ///< of tokens: the argument that is added to them, a row a head; empty if none is
  std::vector<Rotation> rotations; ///< of tokens, after the bias
  std::string cacheAxes; ///< of a cache: p page or b request, 2 if keys and values are a pair, n, h and d in
                         ///< its order
  int64_t page = 0;      ///< tokens a page; 0 in a contiguous cache
  std::string table;     ///< of a paged cache: the argument that lists the pages
  std::string scale;     ///< of a quantised cache: the argument that it is multiplied by; of a pair the keys'
  std::string valueScale;        ///< of a pair: the values'
  bool csr = false;              ///< the table has the pages of all requests one after the other
  std::vector<std::string> axes; ///< of a side tensor: dim names, or digits for a fixed size
  bool hasDefault = false;       ///< of a scalar
  double defaultValue = 0;
};

struct KernelShape {
  std::string name;
  bool packed = true;
  bool topLeft = false;                          ///< query row 0 is at key 0
  bool selfAttention = false;                    ///< q, k and v are heads of one argument
  bool queryLengths = false, keyLengths = false; ///< of a padded batch: which vary by request
  int64_t heads = 0, kvHeads = 0;                ///< of q and of k
  std::vector<Parameter> arguments, results;

  /// The argument with this role; one of each of Query, Key and Value exists, or only a Query in self
  /// attention.
  const Parameter &tokens(Role role) const;
  /// Whether keys and values are read from a cache.
  bool isCached() const { return !tokens(Role::Key).cacheAxes.empty(); }
};

/// Reads the signature of a kernel that holds one attention.
Result<KernelShape> readKernelShape(attn::KernelOp kernel);

} // namespace attnc::reference

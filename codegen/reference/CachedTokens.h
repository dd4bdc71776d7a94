// CachedTokens.h - keys and values that a cache holds, gathered request by request.
//
// Plain host code: pages and strides are followed one token after the other. Must not do maths.
#pragma once

#include "attnc/Tensor.h"
#include "codegen/reference/LogicalTensors.h"

namespace attnc::reference {

/// The lengths of all requests, from `kv_lens`, from a CSR page table, or the dim kv_len; and that their
/// tokens are in the cache: pages exist, tables and capacities reach.
Result<std::vector<int64_t>> readCachedLengths(const KernelShape &kernel, int64_t requests,
                                               const Arguments &arguments);

/// The first `count` tokens of a request as contiguous [count, heads, dim]; of a pair the heads of keys and
/// then of values.
Result<std::vector<double>> readCachedRows(const Parameter &cache, int64_t request, int64_t count,
                                           const Arguments &arguments);

} // namespace attnc::reference

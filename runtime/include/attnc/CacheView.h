// CacheView.h - the tensors of a KV cache, put into Arguments under the names that kernels use.
//
// Must not read a tensor's data, and must not know a layout: binding checks shapes against the program.
#pragma once

#include "attnc/Status.h"
#include "attnc/Tensor.h"

#include <optional>
#include <variant>

namespace attnc {

/// `k_cache` and `v_cache`.
struct SeparatePools {
  Tensor k, v;
};
/// `kv_cache`: keys and values in one tensor with an axis of 2.
struct JointPool {
  Tensor kv;
};

/// `block_table`: one for keys and values.
struct BlockTable {
  Tensor pages;
};
/// `k_block_table` and `v_block_table`.
struct SeparateBlockTables {
  Tensor k, v;
};
/// `page_indptr`, `page_indices` and `last_page_len`.
struct PageLists {
  Tensor indptr, indices, lastPageLen;
};

/// Views of memory that the caller owns, on the device that the kernel runs on.
struct CacheView {
  std::variant<SeparatePools, JointPool> pools;
  /// Without one the cache is contiguous.
  std::variant<std::monostate, BlockTable, SeparateBlockTables, PageLists> table;
  /// `kv_lens`; page lists can do without.
  std::optional<Tensor> kvLens;

  /// Adds the tensors; an error, and no change, if one of the names is taken.
  Status addTo(Arguments &arguments) const;
};

} // namespace attnc

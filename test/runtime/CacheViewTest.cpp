// CacheViewTest.cpp - the names under which kernels find a cache.
#include "attnc/CacheView.h"

#include <gtest/gtest.h>

namespace attnc {
namespace {

Tensor at(uintptr_t address) { return {reinterpret_cast<void *>(address), DType::I32, {1}, {}}; }

/// "name@address name@address", in the order of the names.
std::string textOf(const CacheView &view) {
  Arguments arguments;
  EXPECT_TRUE(view.addTo(arguments).ok());
  std::string out;
  for (const auto &[name, tensor] : arguments.tensors)
    out += (out.empty() ? "" : " ") + name + "@" + std::to_string(reinterpret_cast<uintptr_t>(tensor.data));
  return out;
}

TEST(CacheView, Names) {
  EXPECT_EQ(textOf({SeparatePools{at(1), at(2)}, BlockTable{at(3)}, at(4)}),
            "block_table@3 k_cache@1 kv_lens@4 v_cache@2");
  EXPECT_EQ(textOf({JointPool{at(1)}, SeparateBlockTables{at(2), at(3)}, at(4)}),
            "k_block_table@2 kv_cache@1 kv_lens@4 v_block_table@3");
  EXPECT_EQ(textOf({JointPool{at(1)}, PageLists{at(2), at(3), at(4)}, {}}),
            "kv_cache@1 last_page_len@4 page_indices@3 page_indptr@2");
  EXPECT_EQ(textOf({SeparatePools{at(1), at(2)}, {}, at(3)}), "k_cache@1 kv_lens@3 v_cache@2");
}

TEST(CacheView, TakenNameChangesNothing) {
  Arguments arguments;
  arguments.tensors["kv_lens"] = at(9);
  const Status status = CacheView{JointPool{at(1)}, {}, at(2)}.addTo(arguments);
  EXPECT_EQ(status.message(), "tensor 'kv_lens': expected it from the cache view alone, got it twice");
  EXPECT_EQ(arguments.tensors.size(), 1u);
  EXPECT_EQ(arguments.tensors["kv_lens"].data, at(9).data);
}

} // namespace
} // namespace attnc

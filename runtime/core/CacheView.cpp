// CacheView.cpp - the names of a cache's tensors.
//
// The one place of the runtime that spells them.
#include "attnc/CacheView.h"

#include <utility>
#include <vector>

namespace attnc {
namespace {

using Named = std::vector<std::pair<const char *, const Tensor *>>;

struct NamePools {
  Named operator()(const SeparatePools &pools) const {
    return {{"k_cache", &pools.k}, {"v_cache", &pools.v}};
  }
  Named operator()(const JointPool &pool) const { return {{"kv_cache", &pool.kv}}; }
};

struct NameTable {
  Named operator()(std::monostate) const { return {}; }
  Named operator()(const BlockTable &table) const { return {{"block_table", &table.pages}}; }
  Named operator()(const SeparateBlockTables &tables) const {
    return {{"k_block_table", &tables.k}, {"v_block_table", &tables.v}};
  }
  Named operator()(const PageLists &lists) const {
    return {{"page_indptr", &lists.indptr},
            {"page_indices", &lists.indices},
            {"last_page_len", &lists.lastPageLen}};
  }
};

} // namespace

Status CacheView::addTo(Arguments &arguments) const {
  Named all = std::visit(NamePools{}, pools);
  const Named tables = std::visit(NameTable{}, table);
  all.insert(all.end(), tables.begin(), tables.end());
  if (kvLens)
    all.emplace_back("kv_lens", &*kvLens);
  for (const auto &[name, tensor] : all)
    if (arguments.tensors.contains(name))
      return Status(Code::InvalidArgument, std::string("tensor '") + name +
                                               "': expected it from the cache view alone, got it twice");
  for (const auto &[name, tensor] : all)
    arguments.tensors.emplace(name, *tensor);
  return Status::success();
}

} // namespace attnc

// SimplifyMask.cpp - attn-simplify-mask.
#include "passes/attn/SimplifyMask.h"

#include "passes/Passes.h"
#include "passes/analysis/MaskAnalysis.h"
#include "passes/attn/RegionRebuilder.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace attnc;

namespace attnc {
#define GEN_PASS_DEF_ATTNSIMPLIFYMASK
#include "passes/Passes.h.inc"
} // namespace attnc

/// Whether every operation is one that RegionRebuilder can write again.
static bool canRebuild(Region &region) {
  if (!region.hasOneBlock())
    return false;
  for (Operation &op : region.front().without_terminator())
    if (op.getNumRegions() != 0 || !isPure(&op))
      return false;
  return true;
}

bool attnc::simplifyRegions(attn::AttentionOp attention) {
  bool emptied = false;
  for (Region *region : {&attention.getScore(), &attention.getMask()}) {
    if (region->empty() || !canRebuild(*region))
      continue;
    RegionRebuilder(*region).run();
    Value result = region->front().getTerminator()->getOperand(0);
    bool isTrivial = region == &attention.getMask() ? matchPattern(result, m_One())
                                                    : result == region->front().getArgument(0);
    if (isTrivial) {
      region->getBlocks().clear();
      emptied = true;
    }
  }
  return emptied;
}

namespace {
struct SimplifyMask : attnc::impl::AttnSimplifyMaskBase<SimplifyMask> {
  void runOnOperation() override {
    getOperation().walk([](attn::AttentionOp attention) {
      simplifyRegions(attention);
      if (!attention.getMask().empty() && analyzeMask(attention).alwaysTrue)
        attention.getMask().getBlocks().clear();
    });
  }
};
} // namespace

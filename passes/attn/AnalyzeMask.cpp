// AnalyzeMask.cpp - attn-analyze-mask: attaches the proof of MaskAnalysis.h.
#include "passes/Passes.h"
#include "passes/analysis/MaskAnalysis.h"

using namespace mlir;

namespace attnc {
#define GEN_PASS_DEF_ATTNANALYZEMASK
#include "passes/Passes.h.inc"
} // namespace attnc

namespace {
/// Whether constants alone make a range empty, whatever the lengths.
bool isEmpty(attnc::attn::RangeAttr range) {
  for (AffineExpr upper : range.getUpper().getResults())
    for (AffineExpr lower : range.getLower().getResults())
      if (auto end = dyn_cast<AffineConstantExpr>(upper), begin = dyn_cast<AffineConstantExpr>(lower);
          begin && end && end.getValue() <= begin.getValue())
        return true;
  return false;
}

struct AnalyzeMask : attnc::impl::AttnAnalyzeMaskBase<AnalyzeMask> {
  void runOnOperation() override {
    getOperation().walk([&](attnc::attn::AttentionOp attention) {
      attnc::MaskProof proof = attnc::analyzeMask(attention);
      attention.setProofAttr(proof.attr);
      if (!attention.getMask().empty() && llvm::all_of(proof.attr.getVisit(), isEmpty)) {
        mlir::Location where = attention.getMask().front().getTerminator()->getLoc();
        emitError(where, "expected a mask that shows some key to some row, got one that hides every key from every row");
        signalPassFailure();
      }
      numProofs += proof.proofs;
      numLimited += proof.limited;
    });
  }
};
} // namespace

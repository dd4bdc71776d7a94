// AnalyzeMask.cpp - attn-analyze-mask: attaches the proof of MaskAnalysis.h.
#include "passes/Passes.h"
#include "passes/analysis/MaskAnalysis.h"

using namespace mlir;

namespace attnc {
#define GEN_PASS_DEF_ATTNANALYZEMASK
#include "passes/Passes.h.inc"
} // namespace attnc

namespace {
struct AnalyzeMask : attnc::impl::AttnAnalyzeMaskBase<AnalyzeMask> {
  void runOnOperation() override {
    getOperation().walk([&](attnc::attn::AttentionOp attention) {
      attnc::MaskProof proof = attnc::analyzeMask(attention);
      attention.setProofAttr(proof.attr);
      numProofs += proof.proofs;
      numLimited += proof.limited;
    });
  }
};
} // namespace

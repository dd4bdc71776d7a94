// Passes.td - every pass of the compiler: one record, one flag, one file.
#ifndef ATTNC_PASSES
#define ATTNC_PASSES

include "mlir/Pass/PassBase.td"

//===- attn -> attn -----------------------------------------------------------------------------------===//

def AttnSimplifyMask : Pass<"attn-simplify-mask", "::mlir::ModuleOp"> {
  let summary = "Put mask and score regions in canonical form";
  let description = [{
    Equal masks get equal ops, however they were written. Index sums become linear forms with terms in a fixed
    order; integer comparisons become one shape in lowest terms; negations move to the leaves; and/or chains
    are flat and hold the tightest comparison of each linear form; equal operations are computed once. A mask
    that is true for every query and key, by folding or by proof over positions and lengths, becomes an
    empty region, and so does a score region that yields its argument.

    Before:
    ```mlir
    %causal = arith.cmpi sge, %q, %kv : index
    %late = arith.cmpi sge, %q_minus_kv, %c4096 : index
    %recent = arith.xori %late, %true : i1
    %both = arith.andi %recent, %causal : i1
    %visible = arith.andi %both, %causal : i1
    ```
    After:
    ```mlir
    %recent = arith.cmpi slt, %q_minus_kv, %c4096 : index
    %causal = arith.cmpi sle, %kv, %q : index
    %visible = arith.andi %recent, %causal : i1
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def AttnFoldScale : Pass<"attn-fold-scale", "::mlir::ModuleOp"> {
  let summary = "Fold leading constant factors of the score into the scale";
  let description = [{
    A score region that first multiplies its argument by a positive constant is the same score with a larger
    scale, which costs nothing: it is part of exp2's factor. Only the argument's single use is looked at, so
    a factor after a soft-cap stays, and so does every factor under a run-time scale. The product is rounded
    once, in double, instead of twice in f32; that is the only difference.

    Before:
    ```mlir
    %o = attn.attention %q, %k, %v scale 1.250000e-01 anchor bottom_right score {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
      %c = arith.constant 2.000000e+00 : f32
      %twice = arith.mulf %s, %c : f32
      attn.yield %twice : f32
    } mask {...}
    ```
    After:
    ```mlir
    %o = attn.attention %q, %k, %v scale 2.500000e-01 anchor bottom_right score {} mask {...}
    ```
  }];
  let statistics = [Statistic<"numFolded", "folded", "factors moved into a scale">];
}

def AttnAnalyzeMask : Pass<"attn-analyze-mask", "::mlir::ModuleOp"> {
  let summary = "Prove where masks can be and must be visible";
  let description = [{
    Attaches a `#attn.mask_proof` to every attention: ranges of keys, as functions of the first and last query
    position of a tile, outside which nothing is visible (`visit`) and inside which everything is (`full`).
    The bounds come from interval analysis; every one of them is checked by a Presburger proof with a work
    limit, and what is not proved is not claimed. Terms that are no inequality of positions, lengths, heads
    and scalars count as true in `visit` and as false in `full`, and are listed under `unknown`. An earlier
    proof is replaced.

    Before:
    ```mlir
    mask {
    ^bb0(%b: index, %h: index, %q: index, %kv: index, %q_len: index, %kv_len: index):
      %causal = arith.cmpi sle, %kv, %q : index
      attn.yield %causal : i1
    }
    ```
    After, on the op, with dims (i0, i1) and symbols [q_len, kv_len, b, h]:
    ```mlir
    proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (d1 + 1, s1)>],
           full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (d0 + 1, s1)>, exact = true>
    ```
  }];
  let statistics = [Statistic<"numProofs", "proofs", "Presburger proofs tried">,
                    Statistic<"numLimited", "limited", "masks with a proof that hit the work limit">];
}

#endif

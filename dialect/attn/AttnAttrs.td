// AttnAttrs.td - what the mask analysis proves.
#ifndef ATTNC_ATTN_ATTRS
#define ATTNC_ATTN_ATTRS

include "dialect/attn/AttnTypes.td"

def Attn_RangeAttr : Attn_Attr<"Range", "range"> {
  let summary = "a half-open interval of key positions as a function of the query tile";
  let description = [{
    Keys `max(lower...) <= kv < min(upper...)`. Both maps have dims (i0, i1), the first and last query
    position of a tile, and symbols (q_len, kv_len, b, h, then the kernel's integer run-time scalars in
    argument order). The interval is empty if the lower bound is not below the upper one.

    Example: `#attn.range<(d0, d1)[s0, s1, s2, s3] -> (d0 - 4095, 0) to (d0, d1)[s0, s1, s2, s3] -> (d1 + 1, s1)>`

    Constraints: (C1) both maps have two dims and the same number of symbols, at least four.
  }];
  let parameters = (ins "::mlir::AffineMap":$lower, "::mlir::AffineMap":$upper);
  let assemblyFormat = "`<` $lower `to` $upper `>`";
  let genVerifyDecl = 1;
}

def Attn_MaskProofAttr : Attn_Attr<"MaskProof", "mask_proof"> {
  let summary = "where a mask can be, and must be, visible";
  let description = [{
    `visit`: the union of these ranges covers every visible key of the tile's rows (an over-approximation;
    ranges may overlap). `full`: every key inside is visible to every row of the tile (an
    under-approximation; absent if nothing could be shown). Both already contain 0 <= kv < kv_len.
    `exact`: every key of every visit range is seen by some row, provided that all rows of the tile exist.
    `unknown` lists the terms that were approximated (their text), for `explain`.
  }];
  let parameters = (ins ArrayRefParameter<"::attnc::attn::RangeAttr">:$visit,
                        OptionalParameter<"::attnc::attn::RangeAttr">:$full, "bool":$exact,
                        OptionalParameter<"::mlir::ArrayAttr">:$unknown);
  let assemblyFormat = [{
    `<` `visit` `=` `[` $visit `]` `,` custom<FullAndExact>($full, $exact) (`,` `unknown` `=` $unknown^)? `>`
  }];
}

#endif

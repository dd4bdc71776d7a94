// AttnAttrs.td - what the mask analysis proves.
#ifndef ATTNC_ATTN_ATTRS
#define ATTNC_ATTN_ATTRS

include "dialect/attn/AttnTypes.td"

def Attn_RangeAttr : Attn_Attr<"Range", "range"> {
  let summary = "a half-open interval of key positions as a function of the query tile";
  let description = [{
    Keys `max(lower...) <= kv < min(upper...)`. Both maps have dims (i0, i1), the first and last query
    position of a tile, and symbols (q_len, kv_len, b, h, then the kernel's integer run-time scalars in
    argument order, then the reads of the proof). The interval is empty if the lower bound is not below the upper one, or if a
    result of `when`, over the same dims and symbols, is negative.

    Example: `#attn.range<(d0, d1)[s0, s1, s2, s3] -> (d0 - 4095, 0) to (d0, d1)[s0, s1, s2, s3] -> (d1 + 1, s1)>`

    Of heads from the 8th on: `<... to ... when (d0, d1)[s0, s1, s2, s3] -> (s3 - 8)>`

    Constraints: (C1) all maps have two dims and the same number of symbols, at least four.
  }];
  let parameters = (ins "::mlir::AffineMap":$lower, "::mlir::AffineMap":$upper,
                        OptionalParameter<"::mlir::AffineMap">:$when);
  let assemblyFormat = "`<` $lower `to` $upper (`when` $when^)? `>`";
  let extraClassDeclaration = [{
    /// Whether a bound or a condition refers to a symbol.
    bool uses(unsigned symbol) const {
      return getLower().isFunctionOfSymbol(symbol) || getUpper().isFunctionOfSymbol(symbol) ||
             (getWhen() && getWhen().isFunctionOfSymbol(symbol));
    }
  }];
  let genVerifyDecl = 1;
}

def Attn_TensorReadAttr : Attn_Attr<"TensorRead", "tensor_read"> {
  let summary = "an element of a side tensor that is the same for all queries and keys of a tile";
  let description = [{
    `#attn.tensor_read<"prefix", ()[s0, s1, s2, s3] -> (s2)>`: prefix[b]. The map is over the symbols of a range,
    without reads.

    Constraints: (C1) the map has no dims and at least four symbols.
  }];
  let parameters = (ins StringRefParameter<"argument name">:$tensor, "::mlir::AffineMap":$indices);
  let assemblyFormat = "`<` $tensor `,` $indices `>`";
  let genVerifyDecl = 1;
}

def Attn_MaskProofAttr : Attn_Attr<"MaskProof", "mask_proof"> {
  let summary = "where a mask can be, and must be, visible";
  let description = [{
    `visit`: the union of these ranges covers every visible key of the tile's rows (an over-approximation;
    ranges may overlap). `full`: every key inside is visible to every row of the tile (an
    under-approximation; absent if nothing could be shown). Both already contain 0 <= kv < kv_len.
    `exact`: every key of every visit range is seen by some row, provided that all rows of the tile exist.
    `unknown` lists the terms that were approximated (their text), for `explain`. `reads` lists the elements of side
    tensors that bounds refer to, as symbols behind the scalars.
  }];
  let parameters = (ins ArrayRefParameter<"::attnc::attn::RangeAttr">:$visit,
                        OptionalParameter<"::attnc::attn::RangeAttr">:$full, "bool":$exact,
                        OptionalParameter<"::mlir::ArrayAttr">:$unknown,
                        OptionalParameter<"::mlir::ArrayAttr">:$reads);
  let assemblyFormat = [{
    `<` `visit` `=` `[` $visit `]` `,` custom<ProofRest>($full, $exact, $unknown, $reads) `>`
  }];
  let extraClassDeclaration = [{
    /// The reads; empty if there are none.
    ::llvm::SmallVector<::attnc::attn::TensorReadAttr> tensorReads() const;
    /// Whether a range or a read refers to the query head.
    bool dependsOnHead() const;
  }];
}

#endif

// AttnTokenOps.td - what q, k and v are made from: heads of a tensor, with a bias, or the contents of a cache.
#ifndef ATTNC_ATTN_TOKEN_OPS
#define ATTNC_ATTN_TOKEN_OPS

include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialect/attn/AttnAttrs.td"

def Attn_SliceHeadsOp : Attn_Op<"slice_heads", [Pure]> {
  let summary = "some heads of tokens: q, k or v of a fused tensor";
  let description = [{
    Constraints: (C1) the heads from `first` on are there. (C2) both agree in dim, element type and layout.
    ```mlir
    %k = attn.slice_heads %qkv from 32 : !attn.tokens<48x128xbf16, packed> -> !attn.tokens<8x128xbf16, packed>
    ```
  }];
  let arguments = (ins Attn_TokensType:$tokens, I64Attr:$first);
  let results = (outs Attn_TokensType:$result);
  let assemblyFormat = "$tokens `from` $first attr-dict `:` qualified(type($tokens)) `->` qualified(type($result))";
  let hasVerifier = 1;
}

def Attn_CachedOp : Attn_Op<"cached", [Pure, AttrSizedOperandSegments]> {
  let summary = "the tokens of each request that a cache holds";
  let description = [{
    Token i of request b is token i of b in a contiguous cache. In a paged one it is token i mod page of the page
    `pages[b, i / page]`, or, where the table is of one axis (CSR), of `pages[indptr[b] + i / page]`. Of a `pair` it is
    the keys, or with `values` the values. How many tokens a request has is the kernel's kv_len.

    Of a quantised cache an element is what is stored times `scale`, exactly: one number for all, or one a head.

    Constraints: (C1) both agree in heads and dim, and in element type unless the cache is quantised; the tokens are packed
    or padded. (C2) `pages` for a
    paged cache and only for one: i32, ["batch", "max_pages"] or ["total_pages"]. (C3) cache and pages are arguments of
    the kernel. (C4) `values` is for pairs. (C5) a scale for a quantised cache and only for one: an argument of f32, [1] or
    ["kv_heads"].
    ```mlir
    %k = attn.cached %k_cache pages %block_table : !attn.side<["batch", "max_pages"], i32>
        : !attn.cache<8x128xbf16, nhd page 16> -> !attn.tokens<8x128xbf16, packed>
    ```
  }];
  let arguments = (ins Attn_CacheType:$cache, Optional<Attn_SideType>:$pages, Optional<Attn_SideType>:$scale,
                       UnitAttr:$values);
  let results = (outs Attn_TokensType:$result);
  let assemblyFormat = [{
    $cache (`values` $values^)? (`pages` $pages^ `:` qualified(type($pages)))? (`scale` $scale^ `:` qualified(type($scale)))?
        attr-dict `:` qualified(type($cache)) `->` qualified(type($result))
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Whether the pages of all requests lie one after the other, each request's from an offset on.
    bool isCsr() { return getPages() && getPages().getType().getRank() == 1; }
  }];
}

def Attn_AddBiasOp : Attn_Op<"add_bias", [Pure, AllTypesMatch<["tokens", "result"]>]> {
  let summary = "tokens plus a vector a head";
  let description = [{
    Element (token, head, e) becomes `tokens + bias[head, e]`, added in f32 and rounded once to the element type.

    Constraints: (C1) the bias is [heads, dim] of the tokens, in sizes, and of their element type. (C2) the tokens are an
    argument of the kernel and have no other use.
    ```mlir
    %biased = attn.add_bias %q, %q_bias : !attn.tokens<16x64xbf16, packed>, !attn.side<[16, 64], bf16>
    ```
  }];
  let arguments = (ins Attn_TokensType:$tokens, Attn_SideType:$bias);
  let results = (outs Attn_TokensType:$result);
  let assemblyFormat = "$tokens `,` $bias attr-dict `:` qualified(type($tokens)) `,` qualified(type($bias))";
  let hasVerifier = 1;
}

#endif

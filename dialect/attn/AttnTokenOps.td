// AttnTokenOps.td - what q, k and v are made from: heads of a tensor, with a bias, or the contents of a cache, rotated by
// their positions.
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

def Attn_ScaleType : AnyTypeOf<[Attn_SideType, Attn_CacheType]>;

def Attn_CachedOp : Attn_Op<"cached", [Pure, AttrSizedOperandSegments]> {
  let summary = "the tokens of each request that a cache holds";
  let description = [{
    Token i of request b is token i of b in a contiguous cache. In a paged one it is token i mod page of the page
    `pages[b, i / page]`, or, where the table is of one axis (CSR), of `pages[indptr[b] + i / page]`. Of a `pair` it is
    the keys, or with `values` the values. How many tokens a request has is the kernel's kv_len.

    Of a quantised cache an element is what is stored times `scale`, exactly: one number for all, one a head, one a head and channel ["kv_heads", dim], or
    a cache of scales with the same heads, page and place of tokens, whose dim is a number of groups: element e is times that of e / (dim / groups).

    With `beams` of b requests each, token i of request r is what request r - r mod b + beams[r, i] has there: `beams` is i32, ["batch", "capacity"]. With `prompts`, tokens below
    prompts[r] are those of the first of them, whatever `beams` says.

    Constraints: (C1) both agree in heads and dim, and in element type unless the cache is quantised; the tokens are packed
    or padded. (C2) `pages` for a
    paged cache and only for one: i32, ["batch", "max_pages"] or ["total_pages"]. (C3) the cache is an argument of the kernel or an append to one, the table an argument. (C4) `values` is for pairs. (C5) a scale for a quantised cache and only for one: an argument of f32, [1],
    ["kv_heads"] or ["kv_heads", dim], or a cache of f32 or f16. (C6) beams and prompts are arguments of i32, ["batch", "max_len"] and ["batch"]; prompts beside
    beams only.
    ```mlir
    %k = attn.cached %k_cache pages %block_table : !attn.side<["batch", "max_pages"], i32>
        : !attn.cache<8x128xbf16, nhd page 16> -> !attn.tokens<8x128xbf16, packed>
    ```
  }];
  let arguments = (ins Attn_CacheType:$cache, Optional<Attn_SideType>:$pages, Optional<Attn_ScaleType>:$scale,
                       Optional<Attn_SideType>:$beams, Optional<Attn_SideType>:$prompts, UnitAttr:$values,
                       OptionalAttr<I64Attr>:$beam_width);
  let results = (outs Attn_TokensType:$result);
  let assemblyFormat = [{
    $cache (`values` $values^)? (`pages` $pages^ `:` qualified(type($pages)))? (`scale` $scale^ `:` qualified(type($scale)))?
        (`beams` $beam_width^ $beams `:` qualified(type($beams)))? (`prompts` $prompts^ `:` qualified(type($prompts)))?
        attr-dict `:` qualified(type($cache)) `->` qualified(type($result))
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Whether the pages of all requests lie one after the other, each request's from an offset on.
    bool isCsr() { return getPages() && getPages().getType().getRank() == 1; }
  }];
}

def Attn_AppendOp : Attn_Op<"append", [Pure, AttrSizedOperandSegments, AllTypesMatch<["cache", "result"]>]> {
  let summary = "a cache with new tokens of each request in it";
  let description = [{
    New token i of request b becomes token `first[b] + i` of b, or, without `first`, token kv_len - q_len + i: the new ones
    are the last. A token that has no place there (its index is negative, at or past the capacity, or beyond the request's pages) is not
    stored; all else stays. Where tokens lie is as for `attn.cached`. Caches are updated in place: a result is the
    argument that the chain of appends began with.

    What a quantised cache stores is the token divided by `scale`, rounded to nearest even; what is too large becomes the largest number. Where the scale is a
    cache, it is updated too (`scales`): that of a token, head and group becomes their largest magnitude divided by the largest number of the
    cache's elements, or 1 where the magnitude is below 2^-100.

    Constraints: (C1) as C1, C2, C4 and C5 of `attn.cached`, but for tokens of any layout. (C2) the cache is an argument of the kernel or the result of another
    append; pages, scale and first are arguments, a cache of scales one or what appends made of it. (C3) `first` is i32, ["batch"]. (C4) `scales` where the scale is a cache, and only there.
    ```mlir
    %longer = attn.append %k to %k_cache pages %block_table : !attn.side<["batch", "max_pages"], i32>
        : !attn.tokens<8x128xbf16, packed> -> !attn.cache<8x128xbf16, nhd page 16>
    ```
  }];
  let arguments = (ins Attn_TokensType:$tokens, Attn_CacheType:$cache, Optional<Attn_SideType>:$pages,
                       Optional<Attn_ScaleType>:$scale, Optional<Attn_SideType>:$first, UnitAttr:$values);
  let results = (outs Attn_CacheType:$result, Optional<Attn_CacheType>:$scales);
  let assemblyFormat = [{
    $tokens `to` $cache (`values` $values^)? (`pages` $pages^ `:` qualified(type($pages)))?
        (`scale` $scale^ `:` qualified(type($scale)))? (`first` $first^ `:` qualified(type($first)))? attr-dict `:`
        qualified(type($tokens)) `->` qualified(type($result)) (`,` qualified(type($scales))^)?
  }];
  let extraClassDeclaration = [{
    /// Whether the pages of all requests lie one after the other, each request's from an offset on.
    bool isCsr() { return getPages() && getPages().getType().getRank() == 1; }
  }];
  let hasVerifier = 1;
}

def Attn_JoinOp : Attn_Op<"join", [Pure, AllTypesMatch<["prior", "result"]>]> {
  let summary = "the tokens of a cache, and behind them new ones that it does not hold";
  let description = [{
    Of a request with kv_len tokens, the first kv_len - q_len are those of `prior` and the last q_len those of `active`, row by row.

    A negative difference makes all of them active ones: the last kv_len.

    Constraints: (C1) prior is tokens as a cache that is not quantised holds them, active tokens of the kernel with the heads, dim and element type of prior.
    ```mlir
    %both = attn.join %prior, %k : !attn.tokens<8x128xbf16, packed>, !attn.tokens<8x128xbf16, packed>
    ```
  }];
  let arguments = (ins Attn_TokensType:$prior, Attn_TokensType:$active);
  let results = (outs Attn_TokensType:$result);
  let assemblyFormat = "$prior `,` $active attr-dict `:` qualified(type($prior)) `,` qualified(type($active))";
  let hasVerifier = 1;
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

def Attn_RopeOp : Attn_Op<"rope", [Pure, AttrSizedOperandSegments, AllTypesMatch<["tokens", "result"]>]> {
  let summary = "tokens rotated by their positions";
  let description = [{
    The first `dim` elements x of each head become pairs: (j, j + dim/2) in style `neox`, (2j, 2j + 1) in `gptj`. Pair j of a token at
    position p turns by the angle fl32(fl32(p) * theta_j): (a, b) becomes (a cos - b sin, b cos + a sin), with cos and sin times
    `attention_factor`, in f32, rounded once to the element type. Other elements stay.

    Angles come from one of three: `frequencies`, the theta_j; `inverse_frequencies`, the same as a side tensor; or `cos` and `sin`, side
    tensors that have row p, or the token's row, in the order of pairs. In a request of more than `original_length` keys `long_frequencies`
    take the place of `frequencies`, or with `ntk_factor` f the theta_j are those of a base that is (f kv_len / original_length - (f - 1))^(dim / (dim - 2))
    times as large.

    Positions: queries are at `q` of the attention that reads them (its anchor defines it), keys at their index, which of appended keys is
    that in the cache, unless
    `positions` has them by token. The axes of a side tensor by token say how it is read: batch by request, kv_len and total_kv by the
    position among the keys, q_len and total_q by row, 1 for all. A read outside its shape yields 0. With `sections` a token has
    several positions, along a first axis of `positions`, and pairs go to them section by section.

    Constraints: (C1) dim is even and at most the tokens'. (C2) one of frequencies, inverse_frequencies, and cos with sin. (C3) each has dim/2 numbers; inverse_frequencies
    are f32, cos and sin floats of one type. (C4) original_length with either long_frequencies or ntk_factor, and those beside frequencies only; ntk_factor with dim above 2. (C5)
    attention_factor not beside cos and sin. (C6) positions are i32, by token. (C7) 2 to 4 sections of dim/2 pairs together, with that many positions. (C8) cos and
    sin by token (more than [positions, dim/2]) have no positions.
    ```mlir
    %rotated = attn.rope neox queries %q dim 4 frequencies [1.0, 0.01]
        : (!attn.tokens<16x64xbf16, packed>) -> !attn.tokens<16x64xbf16, packed>
    ```
  }];
  let arguments = (ins Attn_RopeStyleAttr:$style, Attn_TokenRoleAttr:$role, Attn_TokensType:$tokens, I64Attr:$dim,
                       OptionalAttr<DenseF32ArrayAttr>:$frequencies, OptionalAttr<DenseF32ArrayAttr>:$long_frequencies,
                       OptionalAttr<F64Attr>:$ntk_factor, OptionalAttr<I64Attr>:$original_length,
                       OptionalAttr<F64Attr>:$attention_factor, OptionalAttr<DenseI64ArrayAttr>:$sections,
                       Optional<Attn_SideType>:$inverse_frequencies, Optional<Attn_SideType>:$cos,
                       Optional<Attn_SideType>:$sin, Optional<Attn_SideType>:$positions);
  let results = (outs Attn_TokensType:$result);
  let assemblyFormat = [{
    `` $style `` $role $tokens `dim` $dim (`frequencies` custom<FloatList>($frequencies)^)? (`long_frequencies` custom<FloatList>($long_frequencies)^)? (`ntk_factor` $ntk_factor^)?
    (`original_length` $original_length^)? (`attention_factor` $attention_factor^)? (`sections` $sections^)?
    (`inverse_frequencies` $inverse_frequencies^)? (`cos` $cos^)? (`sin` $sin^)? (`positions` $positions^)?
    attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    int64_t pairs() { return getDim() / 2; }
    /// Whether cosines and sines are given for tokens, and not for positions.
    bool tablesByToken() { return getCos() && sideAxes(getCos()) != 2; }
    /// The side tensor that is read by token; null if positions are implied.
    ::mlir::Value byToken() { return getPositions() ? getPositions() : tablesByToken() ? getCos() : ::mlir::Value(); }
    /// Whether both turn tokens by the same angles, given the same positions.
    bool sameAngles(RopeOp other);
  private:
    static int64_t sideAxes(::mlir::Value side);
  public:
  }];
}

#endif

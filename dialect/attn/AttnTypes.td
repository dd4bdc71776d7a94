// AttnTypes.td - logical tensors: tokens, caches, per-row values and side tensors.
#ifndef ATTNC_ATTN_TYPES
#define ATTNC_ATTN_TYPES

include "dialect/attn/AttnEnums.td"

def Attn_TokensType : Attn_Type<"Tokens", "tokens"> {
  let summary = "heads x dim vectors of every token of a batch";
  let description = [{
    `!attn.tokens<16x128xbf16, packed>` is [total tokens, 16, 128]; `padded` is [batch, length, 16, 128], `bhsd`
    [batch, 16, length, 128], and so on for every order of the letters: `bdhs` is [batch, 128, 16, length].
    The number of tokens and of requests is dynamic.

    Constraints: (C1) heads and dim are positive. (C2) the element type is f16, bf16, f32, or of quantised outputs f8E4M3FN,
    f8E5M2 or i8.
  }];
  let parameters = (ins "int64_t":$heads, "int64_t":$dim, "::mlir::Type":$elementType,
                        EnumParameter<Attn_Layout>:$layout);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    bool isQuantised() const { return ::attnc::isQuantised(getElementType()); }
  }];
}

def Attn_CacheType : Attn_Type<"Cache", "cache"> {
  let summary = "keys or values of earlier tokens, with room for later ones";
  let description = [{
    `!attn.cache<8x128xbf16, nhd>` is [batch, capacity, 8, 128]: of each request the tokens from 0 on. With `page 16` it is a
    pool of pages, [pages, 16, 8, 128], in any order; a page table says which of them a request has. `hnd` is
    [pages, 8, 16, 128], `hdn` [pages, 8, 128, 16], and so on. `pair` has keys and values in one tensor:
    [pages, 2, 16, 8, 128]. Elements of 8 bits, and of 4 (i4, two's complement, two a byte, the even one in the low bits), are quantised: what they
    stand for is theirs times a scale (`attn.cached`).

    `window 4096 keep 4` is cyclic: it holds tokens 0 to 3 and the last 4092. Token t lies where t does if t < keep, else at
    keep + gap + (t - keep) mod (window - keep), where the gap is 0, or in pages what leads to the next one, so that the ring begins with a page.

    Constraints: (C1) heads and dim are positive. (C2) the element type is f16, bf16, f32, f8E4M3FN, f8E5M2, i8 or i4. (C3) a page has 1 to 256
    tokens; 0 stands for no pages. (C4) a window is larger than what is kept; 0 stands for none. (C5) dim is even where elements have 4 bits.
  }];
  let parameters = (ins "int64_t":$heads, "int64_t":$dim, "::mlir::Type":$elementType,
                        EnumParameter<Attn_CacheOrder>:$order, DefaultValuedParameter<"int64_t", "0">:$page,
                        DefaultValuedParameter<"bool", "false">:$pair,
                        DefaultValuedParameter<"int64_t", "0">:$window, DefaultValuedParameter<"int64_t", "0">:$keep);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    bool isPaged() const { return getPage() != 0; }
    bool isCyclic() const { return getWindow() != 0; }
    bool isQuantised() const { return ::attnc::isQuantised(getElementType()); }
    bool hasHalfBytes() const { return getElementType().isInteger(4); }
    /// The elements in memory, and how many of them a head has: of 4 bits, bytes of two.
    ::mlir::Type getStored() const {
      return hasHalfBytes() ? ::mlir::Type(::mlir::IntegerType::get(getContext(), 8)) : getElementType();
    }
    int64_t getStoredDim() const { return hasHalfBytes() ? getDim() / 2 : getDim(); }
    /// The axes, outermost first: p page or b request, then 2 if keys and values are a pair, then those of the order.
    std::string axes() const {
      return std::string(isPaged() ? "p" : "b") + (getPair() ? "2" : "") + stringifyCacheOrder(getOrder()).str();
    }
  }];
}

def Attn_RowsType : Attn_Type<"Rows", "rows"> {
  let summary = "one value per query row and head";
  let description = [{
    `!attn.rows<16xf32, packed>` is [total tokens, 16]; every other layout is [batch, length, 16]. LSE has this type.

    Constraints: (C1) heads is positive. (C2) the element type is f32.
  }];
  let parameters = (ins "int64_t":$heads, "::mlir::Type":$elementType, EnumParameter<Attn_Layout>:$layout);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def Attn_PairsType : Attn_Type<"Pairs", "pairs"> {
  let summary = "one value per query row, head and key";
  let description = [{
    `!attn.pairs<16xf32, packed>` is [total tokens, 16, kv_len] with kv_len the longest request's; `padded` and `bhsd` are
    [batch, length, 16, kv_len]. Debug outputs have this type.

    Constraints: (C1) heads is positive. (C2) the element type is f32.
  }];
  let parameters = (ins "int64_t":$heads, "::mlir::Type":$elementType, EnumParameter<Attn_Layout>:$layout);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def Attn_SideType : Attn_Type<"Side", "side"> {
  let summary = "a tensor that masks and scores read";
  let description = [{
    `!attn.side<["heads", "q_len", "kv_len"], f32>`: a contiguous tensor whose axes are named dims or sizes.
    A bool tensor has element type i1 and one byte an element.

    Constraints: (C1) every axis is the name of a dim (batch, heads, kv_heads, q_len, kv_len, total_q,
    total_kv; max_pages and total_pages of page tables, max_len of beams) or a positive integer. (C2) the element type is f32, f16, bf16, i32 or i1. (C3) 1 to 4 axes.
  }];
  let parameters = (ins "::mlir::ArrayAttr":$shape, "::mlir::Type":$elementType);
  let assemblyFormat = "`<` $shape `,` $elementType `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{ int64_t getRank() const { return getShape().size(); } }];
}

#endif

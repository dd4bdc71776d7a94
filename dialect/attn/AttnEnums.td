// AttnEnums.td - closed choices. Masks and scores are regions, never enums.
#ifndef ATTNC_ATTN_ENUMS
#define ATTNC_ATTN_ENUMS

include "mlir/IR/EnumAttr.td"
include "dialect/attn/AttnDialect.td"

/// Packed tokens, or every order of the axes b (request), s (token), h (head) and d (dim); `padded` is bshd.
def Attn_Layout : I32EnumAttr<"Layout", "where the tokens of a request lie", [
    I32EnumAttrCase<"Packed", 0, "packed">,
    I32EnumAttrCase<"Padded", 1, "padded">,
    I32EnumAttrCase<"Bhsd", 2, "bhsd">,
    I32EnumAttrCase<"Bsdh", 3, "bsdh">, I32EnumAttrCase<"Bhds", 4, "bhds">,
    I32EnumAttrCase<"Bdsh", 5, "bdsh">, I32EnumAttrCase<"Bdhs", 6, "bdhs">,
    I32EnumAttrCase<"Sbhd", 7, "sbhd">, I32EnumAttrCase<"Sbdh", 8, "sbdh">,
    I32EnumAttrCase<"Shbd", 9, "shbd">, I32EnumAttrCase<"Shdb", 10, "shdb">,
    I32EnumAttrCase<"Sdbh", 11, "sdbh">, I32EnumAttrCase<"Sdhb", 12, "sdhb">,
    I32EnumAttrCase<"Hbsd", 13, "hbsd">, I32EnumAttrCase<"Hbds", 14, "hbds">,
    I32EnumAttrCase<"Hsbd", 15, "hsbd">, I32EnumAttrCase<"Hsdb", 16, "hsdb">,
    I32EnumAttrCase<"Hdbs", 17, "hdbs">, I32EnumAttrCase<"Hdsb", 18, "hdsb">,
    I32EnumAttrCase<"Dbsh", 19, "dbsh">, I32EnumAttrCase<"Dbhs", 20, "dbhs">,
    I32EnumAttrCase<"Dsbh", 21, "dsbh">, I32EnumAttrCase<"Dshb", 22, "dshb">,
    I32EnumAttrCase<"Dhbs", 23, "dhbs">, I32EnumAttrCase<"Dhsb", 24, "dhsb">]> {
  let cppNamespace = "::attnc::attn";
}

/// The axes of a cache below its pages or requests: n (token), h (head) and d (dim), outermost first.
def Attn_CacheOrder : I32EnumAttr<"CacheOrder", "where the tokens of a page lie", [
    I32EnumAttrCase<"Nhd", 0, "nhd">, I32EnumAttrCase<"Hnd", 1, "hnd">,
    I32EnumAttrCase<"Ndh", 2, "ndh">, I32EnumAttrCase<"Hdn", 3, "hdn">,
    I32EnumAttrCase<"Dnh", 4, "dnh">, I32EnumAttrCase<"Dhn", 5, "dhn">]> {
  let cppNamespace = "::attnc::attn";
}

def Attn_Lengths : I32EnumAttr<"Lengths", "which lengths vary from request to request", [
    I32EnumAttrCase<"None", 0, "none">,
    I32EnumAttrCase<"Kv", 1, "kv">,
    I32EnumAttrCase<"Both", 2, "both">]> {
  let cppNamespace = "::attnc::attn";
  let genSpecializedAttr = 0;
}
def Attn_LengthsAttr : EnumAttr<Attn_Dialect, Attn_Lengths, "lengths">;

def Attn_Anchor : I32EnumAttr<"Anchor", "which key the query rows are aligned to", [
    I32EnumAttrCase<"BottomRight", 0, "bottom_right">,
    I32EnumAttrCase<"TopLeft", 1, "top_left">]> {
  let cppNamespace = "::attnc::attn";
  let genSpecializedAttr = 0;
}
def Attn_AnchorAttr : EnumAttr<Attn_Dialect, Attn_Anchor, "anchor">;

def Attn_RopeStyle : I32EnumAttr<"RopeStyle", "which two of the first r dims rotate together", [
    I32EnumAttrCase<"Neox", 0, "neox">,   // (j, j + r/2)
    I32EnumAttrCase<"Gptj", 1, "gptj">]> { // (2j, 2j + 1)
  let cppNamespace = "::attnc::attn";
  let genSpecializedAttr = 0;
}
def Attn_RopeStyleAttr : EnumAttr<Attn_Dialect, Attn_RopeStyle, "rope_style">;

/// Queries have a position among the keys, keys their index.
def Attn_TokenRole : I32EnumAttr<"TokenRole", "what tokens are to the attention", [
    I32EnumAttrCase<"Queries", 0, "queries">,
    I32EnumAttrCase<"Keys", 1, "keys">]> {
  let cppNamespace = "::attnc::attn";
  let genSpecializedAttr = 0;
}
def Attn_TokenRoleAttr : EnumAttr<Attn_Dialect, Attn_TokenRole, "token_role">;

#endif

// AttnEnums.td - closed choices. Masks and scores are regions, never enums.
#ifndef ATTNC_ATTN_ENUMS
#define ATTNC_ATTN_ENUMS

include "mlir/IR/EnumAttr.td"
include "dialect/attn/AttnDialect.td"

def Attn_Layout : I32EnumAttr<"Layout", "where the tokens of a request lie", [
    I32EnumAttrCase<"Packed", 0, "packed">,
    I32EnumAttrCase<"Padded", 1, "padded">,
    I32EnumAttrCase<"PaddedByHead", 2, "bhsd">]> {
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

#endif

// TileEnums.td - closed choices of the hardware.
#ifndef ATTNC_TILE_ENUMS
#define ATTNC_TILE_ENUMS

include "mlir/IR/EnumAttr.td"
include "dialect/tile/TileDialect.td"

def Tile_MmaKind : I32EnumAttr<"MmaKind", "what multiplies tiles", [
    I32EnumAttrCase<"Sync", 0, "sync">,                 // mma.m16n8k16: f16 or bf16 operands, f32 sums
    I32EnumAttrCase<"SyncF16Sums", 1, "sync_f16_sums">, // mma.m16n8k16: f16 operands and sums
    I32EnumAttrCase<"SyncTf32", 2, "sync_tf32">,        // mma.m16n8k8: f32 operands rounded to tf32, f32 sums
    I32EnumAttrCase<"Plain", 3, "plain">]> {            // no tensor cores: fused multiply-adds of any operands
  let cppNamespace = "::attnc::tile";
  let genSpecializedAttr = 0;
}
def Tile_MmaKindAttr : EnumAttr<Tile_Dialect, Tile_MmaKind, "mma_kind">;

def Tile_RopeStyle : I32EnumAttr<"RopeStyle", "which two of the first r columns rotate together", [
    I32EnumAttrCase<"Neox", 0, "neox">,   // (j, j + r/2)
    I32EnumAttrCase<"Gptj", 1, "gptj">]> { // (2j, 2j + 1)
  let cppNamespace = "::attnc::tile";
  let genSpecializedAttr = 0;
}
def Tile_RopeStyleAttr : EnumAttr<Tile_Dialect, Tile_RopeStyle, "rope_style">;

#endif

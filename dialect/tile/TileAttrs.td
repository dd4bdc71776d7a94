// TileAttrs.td - named sizes, schedules and the signatures of a program.
#ifndef ATTNC_TILE_ATTRS
#define ATTNC_TILE_ATTRS

include "dialect/tile/TileEnums.td"

def Tile_DimAttr : Tile_Attr<"Dim", "dim"> {
  let summary = "a size and the constant that names it in the text";
  let description = [{ `#tile.dim<kTileQ = 128>`. Constraints: (C1) the size is positive. }];
  let parameters = (ins StringRefParameter<"constant name">:$name, "int64_t":$size);
  let assemblyFormat = "`<` custom<Dim>($name, $size) `>`";
  let genVerifyDecl = 1;
}

def Tile_ScheduleAttr : Tile_Attr<"Schedule", "schedule"> {
  let summary = "the target's answer to one attn kernel, as data";
  let description = [{
    Query rows and keys of a tile, tiles of K and V in flight, warps of a block, and what multiplies tiles if that is
    not `sync`: `#tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4, mma = plain>`. With `packing = true` a query
    row of the tile is a token and one of the query heads that share a KV head: row r is head r mod group of token r / group.

    Constraints: (C1) tile_q is a multiple of 16 * warps up to 256. (C2) tile_kv is a multiple of 16 up to
    256. (C3) stages is 1 to 4. (C4) warps is 1, 2, 4 or 8.
  }];
  let parameters = (ins "int64_t":$tile_q, "int64_t":$tile_kv, "int64_t":$stages, "int64_t":$warps,
                        DefaultValuedParameter<"::attnc::tile::MmaKind", "::attnc::tile::MmaKind::Sync">:$mma,
                        DefaultValuedParameter<"bool", "false">:$packing);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{ int64_t threads() const { return 32 * getWarps(); } }];
}

def Tile_TensorAttr : Tile_Attr<"Tensor", "tensor"> {
  let summary = "what a tensor argument of a program must look like";
  let description = [{
    `#tile.tensor<name = "q", elementType = bf16, shape = ["total_q", "16", "128"], strided = true,
    alignment = 16>`: see attnc/Kernel.h, TensorSig.

    Constraints: (C1) elements are f32, f16, bf16, i32, i1 or quantised. (C2) every axis is a string. (C3) the alignment is
    a power of two. (C4) what is updated in place is an output.
  }];
  let parameters = (ins StringRefParameter<"argument name">:$name, "::mlir::Type":$elementType,
                        "::mlir::ArrayAttr":$shape, DefaultValuedParameter<"bool", "false">:$output,
                        DefaultValuedParameter<"bool", "false">:$strided,
                        DefaultValuedParameter<"int64_t", "4">:$alignment,
                        DefaultValuedParameter<"bool", "false">:$anyStrides,
                        DefaultValuedParameter<"bool", "false">:$inPlace);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def Tile_WorkspaceAttr : Tile_Attr<"Workspace", "workspace"> {
  let summary = "memory that the launches of a program share";
  let description = [{
    `#tile.workspace<name = "blocks", bytes = "batch * ceildiv(q_len, 64) * 8">`: see attnc/Kernel.h, Workspace.
  }];
  let parameters = (ins StringRefParameter<"name">:$name, StringRefParameter<"a formula over named dims">:$bytes);
  let assemblyFormat = "`<` struct(params) `>`";
}

def Tile_ScalarAttr : Tile_Attr<"Scalar", "scalar"> {
  let summary = "a run-time scalar of a program";
  let description = [{
    `#tile.scalar<name = "window", type = i32, defaultValue = 4.096000e+03 : f64>`; without a default the caller
    has to give it.

    Constraints: (C1) the type is i32 or f32.
  }];
  let parameters = (ins StringRefParameter<"argument name">:$name, "::mlir::Type":$type,
                        OptionalParameter<"::mlir::FloatAttr">:$defaultValue);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

#endif

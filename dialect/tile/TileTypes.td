// TileTypes.td - storage: fragments, row vectors, shared tiles, rings, global views.
#ifndef ATTNC_TILE_TYPES
#define ATTNC_TILE_TYPES

include "dialect/tile/TileAttrs.td"

def Tile_PointerType : Tile_Type<"Pointer", "pointer"> {
  let summary = "an address in global memory";
  let description = [{
    `!tile.pointer<bf16>`. `!tile.pointer<bf16, writable true>` may be stored through.

    Constraints: (C1) elements are f32, f16, bf16, i32, i1 (a bool of one byte), or quantised: f8E4M3FN, f8E5M2, i8.
  }];
  let parameters = (ins "::mlir::Type":$elementType, DefaultValuedParameter<"bool", "false">:$writable);
  let assemblyFormat = "`<` $elementType (`,` `writable` $writable^)? `>`";
  let genVerifyDecl = 1;
}

def Tile_GlobalRowsType : Tile_Type<"GlobalRows", "global_rows"> {
  let summary = "rows in global memory, a run-time stride apart";
  let description = [{
    `!tile.global_rows<kHeadDim=128, bf16>`: `GlobalRows<const bf16, kHeadDim>` in the text, without the const
    if writable. Elements of a row are contiguous and rows start at multiples of 16 bytes; of fewer in
    `!tile.global_rows<kHeadDim=128, bf16 aligned 4>`. In `!tile.global_rows<kHeadDim=128, bf16 aligned 2 strided true>`
    elements are a run-time stride apart as well.

    Rows may come in blocks of a fixed number: `paged kPage=16` are 16 rows in each page of a table, `grouped kGroup=4` four
    rows a block, blocks a second stride apart.

    Rows that are tokens of a cache may have to be looked up one by one. Of `cyclic kRing=4092 keep kKeep=4`, row r lies where r does if r < 4, else
    at b + (r - 4) mod 4092, where b is 4, or in pages the first slot of the page behind them; `keep` stands for 0 where it is absent. `beams true` says
    for each row whose it is.

    Constraints: (C1) elements are f16, bf16, f32 or quantised. (C2) the alignment is a power of two from an element to 16 bytes. (C3)
    strided rows are aligned to their elements. (C4) rows are
    paged or grouped, not both. (C5) what is kept stands beside a ring, and grouped rows have neither ring nor beams. (C6) beams are read only.
  }];
  let parameters = (ins "::attnc::tile::DimAttr":$columns, "::mlir::Type":$elementType,
                        DefaultValuedParameter<"bool", "false">:$writable,
                        DefaultValuedParameter<"int64_t", "16">:$alignment,
                        DefaultValuedParameter<"bool", "false">:$strided,
                        OptionalParameter<"::attnc::tile::DimAttr">:$page,
                        OptionalParameter<"::attnc::tile::DimAttr">:$group,
                        OptionalParameter<"::attnc::tile::DimAttr">:$ring,
                        OptionalParameter<"::attnc::tile::DimAttr">:$keep,
                        DefaultValuedParameter<"bool", "false">:$beams);
  let assemblyFormat = [{
    `<` custom<DimAttr>($columns) `,` $elementType (`,` `writable` $writable^)? (`aligned` $alignment^)?
        (`strided` $strided^)? (`paged` custom<DimAttr>($page)^)? (`grouped` custom<DimAttr>($group)^)?
        (`cyclic` custom<DimAttr>($ring)^)? (`keep` custom<DimAttr>($keep)^)? (`beams` $beams^)? `>`
  }];
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// How many rows a block has; null if rows are not in blocks.
    DimAttr block() const { return getPage() ? getPage() : getGroup(); }
  }];
}

class Tile_TileType<string cppName, string typeMnemonic> : Tile_Type<cppName, typeMnemonic> {
  code dimsDeclaration = [{
    int64_t rows() const { return getRows().getSize(); }
    int64_t columns() const { return getColumns().getSize(); }
  }];
}

def Tile_SharedType : Tile_TileType<"Shared", "shared"> {
  let summary = "a swizzled tile in shared memory";
  let description = [{
    `!tile.shared<kTileQ=128 x kHeadDim=128, bf16>`. Rows are contiguous; the 16-byte chunk index of an
    element is XORed with the low three bits of its row (the layout `sharedTileLayout` of Layout.h), which
    makes row-wise copies and ldmatrix in both directions free of bank conflicts. Rows take whole panels of 128
    bytes (all banks); the last panel of a row may be partly unused.

    Constraints: (C1) elements of f16, bf16, f32 or quantised. (C2) columns are a multiple of 16: whole mma steps. (C3) rows are a multiple of 8, the period
    of the swizzle.
  }];
  let parameters = (ins "::attnc::tile::DimAttr":$rows, "::attnc::tile::DimAttr":$columns,
                        "::mlir::Type":$elementType);
  let assemblyFormat = "`<` custom<DimAttr>($rows) `x` custom<DimAttr>($columns) `,` $elementType `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = dimsDeclaration # [{
    /// Bytes from row to row.
    int64_t rowBytes() const { return rowBytes(columns(), getElementType().getIntOrFloatBitWidth() / 8); }
    /// The same for rows that a schedule only thinks of.
    static int64_t rowBytes(int64_t columns, int64_t elementBytes) {
      return (columns * elementBytes + 127) / 128 * 128;
    }
    int64_t bytes() const { return rows() * rowBytes(); }
  }];
}

def Tile_RingType : Tile_TileType<"Ring", "ring"> {
  let summary = "a ring of shared tiles that copies fill ahead of their use";
  let description = [{
    `!tile.ring<kStages=2 x kTileKv=64 x kHeadDim=128, bf16>`. Constraints: (C1) 1 to 4 stages. (C2) a slot is a
    valid `!tile.shared`.
  }];
  let parameters = (ins "::attnc::tile::DimAttr":$stages, "::attnc::tile::DimAttr":$rows,
                        "::attnc::tile::DimAttr":$columns, "::mlir::Type":$elementType);
  let assemblyFormat = [{
    `<` custom<DimAttr>($stages) `x` custom<DimAttr>($rows) `x` custom<DimAttr>($columns) `,` $elementType `>`
  }];
  let genVerifyDecl = 1;
  let extraClassDeclaration = dimsDeclaration # [{
    SharedType slot() const { return SharedType::get(getContext(), getRows(), getColumns(), getElementType()); }
    int64_t bytes() const { return getStages().getSize() * slot().bytes(); }
  }];
}

def Tile_FragmentType : Tile_TileType<"Fragment", "fragment"> {
  let summary = "f32 accumulators of a block tile, spread over the warps by rows";
  let description = [{
    `!tile.fragment<kTileQ=128 x kTileKv=64, warps 4>`: mma.m16n8k16 C layout (`accumulatorLayout` of Layout.h).

    Constraints: (C1) rows are a multiple of 16 * warps. (C2) columns are a multiple of 16: mma tiles of 8 columns
    come in pairs, one ldmatrix.x4 for two.
  }];
  let parameters = (ins "::attnc::tile::DimAttr":$rows, "::attnc::tile::DimAttr":$columns, "int64_t":$warps);
  let assemblyFormat = "`<` custom<DimAttr>($rows) `x` custom<DimAttr>($columns) `,` `warps` $warps `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = dimsDeclaration;
}

def Tile_WeightsType : Tile_TileType<"Weights", "weights"> {
  let summary = "softmax weights in registers as the A operand of the second mma";
  let description = [{
    `!tile.weights<kTileQ=128 x kTileKv=64, bf16, warps 4>`. Constraints: (C1) f16, bf16, or f32
    (rounded to tf32). (C2) a valid `!tile.fragment` of the same size.
  }];
  let parameters = (ins "::attnc::tile::DimAttr":$rows, "::attnc::tile::DimAttr":$columns,
                        "::mlir::Type":$elementType, "int64_t":$warps);
  let assemblyFormat = [{
    `<` custom<DimAttr>($rows) `x` custom<DimAttr>($columns) `,` $elementType `,` `warps` $warps `>`
  }];
  let genVerifyDecl = 1;
  let extraClassDeclaration = dimsDeclaration;
}

def Tile_RowVectorType : Tile_Type<"RowVector", "row_vector"> {
  let summary = "one f32 per row of a fragment, held by the lanes that hold the row";
  let description = [{
    `!tile.row_vector<kTileQ=128, warps 4>`. Constraints: (C1) rows are a multiple of 16 * warps.
  }];
  let parameters = (ins "::attnc::tile::DimAttr":$rows, "int64_t":$warps);
  let assemblyFormat = "`<` custom<DimAttr>($rows) `,` `warps` $warps `>`";
  let genVerifyDecl = 1;
}

def Tile_WalkType : Tile_Type<"Walk", "walk"> {
  let summary = "the key tiles that a loop visits, in order";
  let description = [{
    `!tile.walk<kTileKv=64>`: tiles of that many keys, from `tile.walk_spans` or `tile.walk_blocks`.
  }];
  let parameters = (ins "::attnc::tile::DimAttr":$step);
  let assemblyFormat = "`<` custom<DimAttr>($step) `>`";
}

def Tile_SideType : Tile_Type<"Side", "side"> {
  let summary = "a side tensor with its run-time shape";
  let description = [{
    `!tile.side<f32, 3>`. Constraints: (C1) elements are f32, f16, bf16, i32 or i1. (C2) 1 to 4 axes.
  }];
  let parameters = (ins "::mlir::Type":$elementType, "int64_t":$rank);
  let assemblyFormat = "`<` $elementType `,` $rank `>`";
  let genVerifyDecl = 1;
}

#endif

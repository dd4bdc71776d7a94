// TileRopeOps.td - rotation of a shared tile by the positions of its rows, and the constant tables that it reads.
#ifndef ATTNC_TILE_ROPE_OPS
#define ATTNC_TILE_ROPE_OPS

include "dialect/tile/TileTypes.td"

def Tile_TableOp : Tile_Op<"table", [Pure]> {
  let summary = "a named compile-time table of floats: an array at the top of the text";
  let description = [{
    Constraints: (C1) a pointer to f32 that is not writable. (C2) it is not empty.
    ```mlir
    %theta = tile.table "kRopeFrequencies" [1.0, 0.01] : !tile.pointer<f32>
    ```
  }];
  let arguments = (ins StrAttr:$name, DenseF32ArrayAttr:$values);
  let results = (outs Tile_PointerType:$result);
  let assemblyFormat = "$name custom<FloatList>($values) attr-dict `:` qualified(type($result))";
  let hasVerifier = 1;
}

def Tile_RopeOp : Tile_Op<"rope", [AttrSizedOperandSegments]> {
  let summary = "rotates the rows of a shared tile in place by their positions";
  let description = [{
    As `attn.rope`: the first `dim` columns of row r are pairs, and pair j turns by the angle p * theta_j in f32. Rows before `rows_begin` and from `rows_end` on keep what they have. `at` (row: index) yields
    the row's position p; with `sections` one for each of them; with tables by token the indices of the row in the tables.

    theta_j is `frequencies[j]`, times exp2(j * stretch) if there is a `stretch`; cosines and sines are times `factor`. With `cos` and `sin` both are
    read instead; a read outside their shape gives 0. Arithmetic is in f32, rounded once; other columns keep their value. `singly`
    rounds one float at a time: for targets that cannot two.

    Constraints: (C1) dim is even and at most the tile's columns. (C2) frequencies, or cos and sin of one type; stretch and factor beside frequencies only. (C3)
    `at` maps an index to as many indices as there are sections, or leading axes of the tables, or 1. (C4) frequencies point to f32.
    ```mlir
    tile.rope neox <kRotaryDim = 4> %k_tile frequencies %theta : !tile.pointer<f32> {
    ^bb0(%row: index):
      tile.yield %row : index
    } : !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
    ```
  }];
  let arguments = (ins Tile_RopeStyleAttr:$style, Tile_DimAttr:$dim,
                       Arg<Tile_SharedType, "", [MemRead, MemWrite]>:$dst, Optional<Tile_PointerType>:$frequencies,
                       Optional<F32>:$factor, Optional<F32>:$stretch, Optional<Tile_SideType>:$cos,
                       Optional<Tile_SideType>:$sin, Optional<Index>:$rows_begin, Optional<Index>:$rows_end, OptionalAttr<DenseI64ArrayAttr>:$sections,
                       UnitAttr:$singly);
  let regions = (region SizedRegion<1>:$at);
  let assemblyFormat = [{
    `` $style $dim $dst (`frequencies` $frequencies^ `:` qualified(type($frequencies)))? (`factor` $factor^)? (`stretch` $stretch^)?
    (`cos` $cos^ `:` qualified(type($cos)))? (`sin` $sin^ `:` qualified(type($sin)))? (`rows_begin` $rows_begin^)? (`rows_end` $rows_end^)? (`sections` $sections^)? (`singly` $singly^)?
    $at attr-dict `:` qualified(type($dst))
  }];
  let hasVerifier = 1;
}

#endif

// TileQuantiseOps.td - tiles of quantised elements: numbers times their scales, and what is stored of them.
#ifndef ATTNC_TILE_QUANTISE_OPS
#define ATTNC_TILE_QUANTISE_OPS

include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialect/tile/TileTypes.td"

def Tile_ScaleRowOp : Tile_Op<"scale_row"> {
  let summary = "multiplies every row of a shared tile by a row of global memory";
  let description = [{
    Element (r, c) of `dst` becomes `dst[r][c] * src[0][c]`, in f32 and rounded once. `singly` rounds one float at a time: for
    targets that cannot two.

    Constraints: (C1) src is contiguous f32 with the columns of dst. (C2) dst is of 16-bit floats.
    ```mlir
    tile.scale_row %k_scale_row to %q_tile
        : !tile.global_rows<kHeadDim=128, f32> -> !tile.shared<kTileQ=64 x kHeadDim=128, bf16>
    ```
  }];
  let arguments = (ins Arg<Tile_GlobalRowsType, "", [MemRead]>:$src,
                       Arg<Tile_SharedType, "", [MemRead, MemWrite]>:$dst, UnitAttr:$singly);
  let assemblyFormat = "$src `to` $dst (`singly` $singly^)? attr-dict `:` qualified(type($src)) `->` qualified(type($dst))";
  let hasVerifier = 1;
}

def Tile_DequantiseOp : Tile_Op<"dequantise", [AttrSizedOperandSegments]> {
  let summary = "what a tile of quantised elements stands for, in 16 bits an element";
  let description = [{
    Element (r, c) of `dst` becomes that of `src` times its scale, in f32 and rounded once: `scales[first_row + r][c / n]`, where n is the
    columns of dst for one of scales; without `scales` 1. Sixteen bytes of zeros stay zeros, and their scales are not read: those of rows that a
    copy left out may be anything, and may have no page. Where src has half the columns of dst, its i8 hold two elements each, the even one in the
    low four bits. `singly` rounds one float at a time: for targets that cannot two.

    Constraints: (C1) the rows agree; src has the columns of dst, or of i8 half of them. (C2) src is quantised, dst of 16-bit floats. (C3) scales are f32 in
    columns that divide those of dst into groups of a multiple of 16.
    ```mlir
    tile.dequantise %k_bytes scales %k_scale_rows[%kv] : !tile.global_rows<kKeyGroups=4, f32 aligned 4>
        to %k_tile : !tile.shared<kTileKv=64 x kHeadDimBytes=64, i8> -> !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
    ```
  }];
  let arguments = (ins Arg<Tile_SharedType, "", [MemRead]>:$src, Arg<Optional<Tile_GlobalRowsType>, "", [MemRead]>:$scales,
                       Optional<Index>:$first_row, Arg<Tile_SharedType, "", [MemWrite]>:$dst, UnitAttr:$singly);
  let assemblyFormat = [{
    $src (`scales` $scales^ `[` $first_row `]` `:` qualified(type($scales)))? `to` $dst (`singly` $singly^)? attr-dict `:` qualified(type($src)) `->`
        qualified(type($dst))
  }];
  let hasVerifier = 1;
}

def Tile_QuantiseOp : Tile_Op<"quantise", [AttrSizedOperandSegments]> {
  let summary = "rounds a shared tile to 8 or 4 bits an element";
  let description = [{
    Element (r, c) of `dst` becomes `src[r][c] * factor`, or with `divisors` `src[r][c] / divisors[0][c]`, in f32, rounded to nearest even; what is too
    large becomes the largest number, NaN that of a float and 0 of an integer. Where dst has half the columns of src, its i8 hold two elements each,
    integers of 4 bits, the even one in the low four bits.

    Constraints: (C1) the rows agree; dst has the columns of src, or of i8 half of them. (C2) dst is quantised, src of 16-bit floats. (C3) a factor or
    divisors, which are contiguous f32 with the columns of src.
    ```mlir
    tile.quantise %k_tile factor %inverse to %k_bytes
        : !tile.shared<kTileNew=16 x kHeadDim=128, bf16> -> !tile.shared<kTileNew=16 x kHeadDim=128, f8E4M3FN>
    ```
  }];
  let arguments = (ins Arg<Tile_SharedType, "", [MemRead]>:$src, Optional<F32>:$factor,
                       Arg<Optional<Tile_GlobalRowsType>, "", [MemRead]>:$divisors, Arg<Tile_SharedType, "", [MemWrite]>:$dst);
  let assemblyFormat = [{
    $src (`factor` $factor^)? (`divisors` $divisors^ `:` qualified(type($divisors)))? `to` $dst attr-dict `:` qualified(type($src)) `->`
        qualified(type($dst))
  }];
  let hasVerifier = 1;
}

def Tile_QuantiseRowsOp : Tile_Op<"quantise_rows"> {
  let summary = "rounds a shared tile to 8 or 4 bits an element, by scales that it finds and stores";
  let description = [{
    Of each row and group of columns the scale is the largest magnitude divided by the largest number of dst's elements (127 of i8, 7 of i8 that
    hold two each); 1 where that magnitude is below 2^-100. Elements become their quotients by it, rounded to nearest even. The scale of group g of row r goes to
    `scales[first_row + r][g]` if that row is in [valid_begin, valid_end).

    Constraints: (C1) as of `tile.quantise`. (C2) dst is quantised, src of 16-bit floats. (C3) scales are writable f32 in columns that divide those of src
    into groups of a multiple of 16.
    ```mlir
    tile.quantise_rows %k_tile scales %rows[%first] valid %zero, %end to %k_bytes : !tile.global_rows<kKeyGroups=4, f32, writable true aligned 4>
        : !tile.shared<kTileNew=16 x kHeadDim=128, bf16> -> !tile.shared<kTileNew=16 x kHeadDim=128, i8>
    ```
  }];
  let arguments = (ins Arg<Tile_SharedType, "", [MemRead]>:$src, Arg<Tile_GlobalRowsType, "", [MemWrite]>:$scales,
                       Index:$first_row, Index:$valid_begin, Index:$valid_end, Arg<Tile_SharedType, "", [MemWrite]>:$dst);
  let assemblyFormat = [{
    $src `scales` $scales `[` $first_row `]` `valid` $valid_begin `,` $valid_end `to` $dst attr-dict `:` qualified(type($scales)) `:`
        qualified(type($src)) `->` qualified(type($dst))
  }];
  let hasVerifier = 1;
}

#endif // ATTNC_TILE_QUANTISE_OPS

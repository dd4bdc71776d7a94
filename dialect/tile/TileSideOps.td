// TileSideOps.td - side tensors that masks and scores read element by element, and statistics and dumps that are written so.
#ifndef ATTNC_TILE_SIDE_OPS
#define ATTNC_TILE_SIDE_OPS

include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialect/tile/TileTypes.td"

def Tile_ViewSideOp : Tile_Op<"view_side", [Pure]> {
  let summary = "a side tensor with its shape";
  let description = [{
    Constraints: (C1) pointer and tensor agree in element type. (C2) one size per axis.
    ```mlir
    %bias = tile.view_side "bias" %p[%heads, %q_len] : !tile.pointer<f32> -> !tile.side<f32, 2>
    ```
  }];
  let arguments = (ins StrAttr:$name, Tile_PointerType:$pointer, Variadic<Index>:$shape);
  let results = (outs Tile_SideType:$side);
  let assemblyFormat = [{
    $name $pointer `[` $shape `]` attr-dict `:` qualified(type($pointer)) `->` qualified(type($side))
  }];
  let hasVerifier = 1;
}

def Tile_BitOp : Tile_Op<"bit", [Pure]> {
  let summary = "one bit of a 32-bit integer";
  let description = [{
    Bit `position` modulo 32 of `word`.
    ```mlir
    %visible = tile.bit %word, %key
    ```
  }];
  let arguments = (ins Index:$word, Index:$position);
  let results = (outs I1:$result);
  let assemblyFormat = "$word `,` $position attr-dict";
}

def Tile_SearchSideOp : Tile_Op<"search_side", [Pure]> {
  let summary = "where a value belongs in an ascending row of a side tensor";
  let description = [{
    As `attn.search`. Constraints: (C1) one index per axis but the last. (C2) a side tensor of i32.
    ```mlir
    %n = tile.search_side %starts[%b] from %zero to %count above %q : !tile.side<i32, 2>
    ```
  }];
  let arguments = (ins Tile_SideType:$side, Variadic<Index>:$indices, Index:$from, Index:$to, Index:$value);
  let results = (outs Index:$result);
  let assemblyFormat = [{
    $side `[` $indices `]` `from` $from `to` $to `above` $value attr-dict `:` qualified(type($side))
  }];
  let hasVerifier = 1;
}

def Tile_ReachesOp : Tile_Op<"reaches", [Pure]> {
  let summary = "whether one node of a tree is another or descends from it";
  let description = [{
    As `attn.reaches`. Constraints: (C1) one index per axis but the last. (C2) a side tensor of i32.
    ```mlir
    %sees = tile.reaches %parents[%b] from %node to %ancestor : !tile.side<i32, 2>
    ```
  }];
  let arguments = (ins Tile_SideType:$side, Variadic<Index>:$indices, Index:$node, Index:$ancestor);
  let results = (outs I1:$result);
  let assemblyFormat = [{
    $side `[` $indices `]` `from` $node `to` $ancestor attr-dict `:` qualified(type($side))
  }];
  let hasVerifier = 1;
}

def Tile_DumpOp : Tile_Op<"dump", [AttrSizedOperandSegments]> {
  let summary = "stores what a block holds of a tile of (row, key) pairs, for debugging";
  let description = [{
    Row r and key c of the tile go to `pointer[offset + (first_row + r) * stride + first_key + c]` where first_row + r is
    below rows_end and first_key + c below keys_end. A row vector goes to every key of its row, so that all dumps have
    one shape; `partial`: its lanes hold parts of a sum. Values are times `factor` if there is one. Of rows in groups of n,
    row r is at `r / n * stride + r mod n * group_stride`.

    Constraints: (C1) a writable pointer to f32. (C2) a fragment has the step's columns. (C3) `partial` is for row vectors.
    (C4) a group with its stride.
    ```mlir
    tile.dump %scores factor %scale to %p offset %o stride %s rows %first_row, %q_len keys %kv, %kv_len
        step <kTileKv = 64> : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4> -> !tile.pointer<f32, writable true>
    ```
  }];
  let arguments = (ins Arg<AnyTypeOf<[Tile_FragmentType, Tile_RowVectorType]>, "", [MemRead]>:$src,
                       Optional<F32>:$factor, UnitAttr:$partial, Arg<Tile_PointerType, "", [MemWrite]>:$pointer,
                       I64:$offset, I64:$stride, Index:$first_row, Index:$rows_end, Index:$first_key, Index:$keys_end,
                       Tile_DimAttr:$step, OptionalAttr<Tile_DimAttr>:$group, Optional<I64>:$group_stride);
  let assemblyFormat = [{
    $src (`factor` $factor^)? (`partial` $partial^)? `to` $pointer `offset` $offset `stride` $stride
        (`group` $group^ `stride` $group_stride)?
        `rows` $first_row `,` $rows_end `keys` $first_key `,` $keys_end `step` $step attr-dict `:`
        qualified(type($src)) `->` qualified(type($pointer))
  }];
  let hasVerifier = 1;
}

def Tile_StoreMaxOp : Tile_Op<"store_max", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "raises one float in global memory to the maximum of a row vector";
  let description = [{
    Atomic: several blocks may raise the same element. Rows past `valid_end` do not count; -inf changes nothing. Rows in groups of
    n raise n elements, row r the one at `position + r mod n`.

    Constraints: (C1) a writable pointer to f32.
    ```mlir
    tile.store_max %max to %p at %head rows %first, %end : !tile.row_vector<kTileQ=64, warps 4> -> !tile.pointer<f32, writable true>
    ```
  }];
  let arguments = (ins Tile_RowVectorType:$src, Tile_PointerType:$pointer, Index:$position, Index:$first_row,
                       Index:$valid_end, OptionalAttr<Tile_DimAttr>:$group);
  let assemblyFormat = [{
    $src `to` $pointer `at` $position (`group` $group^)? `rows` $first_row `,` $valid_end attr-dict `:` qualified(type($src)) `->`
        qualified(type($pointer))
  }];
  let hasVerifier = 1;
}

def Tile_StoreConstantOp : Tile_Op<"store_constant", [MemoryEffects<[MemWrite]>]> {
  let summary = "stores one value to the first elements of a global tensor, by all threads of the block";
  let description = [{
    Constraints: (C1) a writable pointer to f32.
    ```mlir
    tile.store_constant 0xFF800000 to %p count %n : !tile.pointer<f32, writable true>
    ```
  }];
  let arguments = (ins F32Attr:$value, Tile_PointerType:$pointer, Index:$count);
  let assemblyFormat = "$value `to` $pointer `count` $count attr-dict `:` qualified(type($pointer))";
  let hasVerifier = 1;
}

def Tile_ReadSideOp : Tile_Op<"read_side", [Pure]> {
  let summary = "one element of a side tensor; 0 (false) and no access outside its shape";
  let description = [{
    16-bit floats widen to f32. Pure: nothing writes a side tensor while a kernel runs.

    Constraints: (C1) one index per axis. (C2) the result is f32 for float elements, else the element type.
    ```mlir
    %b = tile.read_side %bias[%h, %q] : !tile.side<f32, 2> -> f32
    ```
  }];
  let arguments = (ins Tile_SideType:$side, Variadic<Index>:$indices);
  let results = (outs AnyTypeOf<[F32, I32, I1]>:$result);
  let assemblyFormat = "$side `[` $indices `]` attr-dict `:` qualified(type($side)) `->` type($result)";
  let hasVerifier = 1;
}

#endif // ATTNC_TILE_SIDE_OPS

// TileComputeOps.td - fills, mma, maps, softmax.
#ifndef ATTNC_TILE_COMPUTE_OPS
#define ATTNC_TILE_COMPUTE_OPS

include "dialect/tile/TileTypes.td"

def Tile_FillOp : Tile_Op<"fill"> {
  let summary = "sets every element of a fragment or a row vector";
  let description = [{
    ```mlir
    tile.fill %row_max, 0xFF800000 : !tile.row_vector<kTileQ=64, warps 4>
    ```
  }];
  let arguments = (ins Arg<AnyTypeOf<[Tile_FragmentType, Tile_RowVectorType]>, "", [MemWrite]>:$storage,
                       F32Attr:$value);
  let assemblyFormat = "$storage `,` $value attr-dict `:` qualified(type($storage))";
}

def Tile_MmaAbtOp : Tile_Op<"mma_abt"> {
  let summary = "dst = a * transpose(b), both in shared memory";
  let description = [{
    `kind` says what multiplies, and with it the type of the operands.

    A quantised b is decoded on the way, without its scale; but for `plain`, a then has interleaved columns.

    Constraints: (C1) a is rows x k, b is columns x k of dst. (C2) one element type, or b is quantised. (C3) a's is f16 or bf16 for `sync`,
    f16 for `sync_f16_sums`, f32 for `sync_tf32`, any for `plain`.
    ```mlir
    tile.mma_abt %scores = %q_tile, %k_tile : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
        = !tile.shared<kTileQ=64 x kHeadDim=128, bf16>, !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
    ```
  }];
  let arguments = (ins Arg<Tile_FragmentType, "", [MemWrite]>:$dst, Arg<Tile_SharedType, "", [MemRead]>:$a,
                       Arg<Tile_SharedType, "", [MemRead]>:$b,
                       DefaultValuedAttr<Tile_MmaKindAttr, "MmaKind::Sync">:$kind);
  let assemblyFormat = [{
    $dst `=` $a `,` $b (`kind` $kind^)? attr-dict `:` qualified(type($dst)) `=` qualified(type($a)) `,` qualified(type($b))
  }];
  let hasVerifier = 1;
}

def Tile_MmaAbOp : Tile_Op<"mma_ab"> {
  let summary = "dst += a * b, a in registers and b in shared memory";
  let description = [{
    `plain` reads a from a fragment as it is, the others from weights in the operand's layout.

    A quantised b is decoded on the way, without its scale; but for `plain`, dst then has its columns in another order
    (`tile.restore_columns`).

    Constraints: (C1) a is rows x k, b is k x columns of dst. (C2) a's element type is b's unless b is quantised; for `plain`
    a is a fragment. (C3) a and dst agree in warps. (C4) the element type is f16 or bf16 for `sync`, f32 for `sync_tf32`, any
    for `plain`; sums of weights and values are always f32.
    ```mlir
    tile.mma_ab %acc += %weights, %v_tile : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4>
        = !tile.weights<kTileQ=64 x kTileKv=64, bf16, warps 4>, !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
    ```
  }];
  let arguments = (ins Arg<Tile_FragmentType, "", [MemRead, MemWrite]>:$dst,
                       Arg<AnyTypeOf<[Tile_WeightsType, Tile_FragmentType]>, "", [MemRead]>:$a,
                       Arg<Tile_SharedType, "", [MemRead]>:$b,
                       DefaultValuedAttr<Tile_MmaKindAttr, "MmaKind::Sync">:$kind);
  let assemblyFormat = [{
    $dst `+` `` `=` $a `,` $b (`kind` $kind^)? attr-dict `:` qualified(type($dst)) `=` qualified(type($a)) `,` qualified(type($b))
  }];
  let hasVerifier = 1;
}

def Tile_MapOp : Tile_Op<"map", [SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "replaces every element by a function of its value, row and column in the block tile";
  let description = [{
    Block arguments (value: f32, row: index, column: index); yields f32. A map with `boundary` only hides
    keys: it is dropped from loops over tiles that are proved to be fully visible, and passed over where `unless` holds.

    Constraints: (C1) region signature as above.
    ```mlir
    tile.map %scores boundary {
    ^bb0(%s: f32, %row: index, %column: index):
      tile.yield %s : f32
    } : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>
    ```
  }];
  let arguments = (ins Arg<Tile_FragmentType, "", [MemRead, MemWrite]>:$storage, UnitAttr:$boundary,
                       Optional<I1>:$unless);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$storage (`boundary` $boundary^)? (`unless` $unless^)? $body attr-dict `:` qualified(type($storage))";
  let hasVerifier = 1;
}

def Tile_MapRowsOp : Tile_Op<"map_rows", [SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "replaces every element of a row vector by a function of its value and row";
  let description = [{
    Block arguments (value: f32, row: index); yields f32. Constraints: (C1) region signature as above.
    ```mlir
    tile.map_rows %lse {
    ^bb0(%l: f32, %row: index):
      tile.yield %l : f32
    } : !tile.row_vector<kTileQ=64, warps 4>
    ```
  }];
  let arguments = (ins Arg<Tile_RowVectorType, "", [MemRead, MemWrite]>:$storage);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$storage $body attr-dict `:` qualified(type($storage))";
  let hasVerifier = 1;
}

def Tile_YieldOp : Tile_Op<"yield", [Pure, Terminator]> {
  let summary = "ends a map or a loop body";
  let description = [{
    ```mlir
    tile.yield %s : f32
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$operands);
  let assemblyFormat = "attr-dict ($operands^ `:` type($operands))?";
  let builders = [OpBuilder<(ins), "build($_builder, $_state, ::mlir::ValueRange{});">];
}

def Tile_SoftcapOp : Tile_Op<"softcap", [Pure]> {
  let summary = "cap * tanh(score / cap), to about 1e-6 * cap";
  let description = [{
    ```mlir
    %c = tile.softcap %s, %cap : f32
    ```
  }];
  let arguments = (ins F32:$score, F32:$cap);
  let results = (outs F32:$result);
  let assemblyFormat = "$score `,` $cap attr-dict `:` type($score)";
}

def Tile_OnlineSoftmaxOp : Tile_Op<"online_softmax"> {
  let summary = "folds a tile of scores into running maxima and sums, and rescales the accumulator";
  let description = [{
    The scores become exp2(scale_log2 * (s - row max)). `may_be_empty` guards rows in which nothing has been
    visible yet; it is dropped where every score of the tile is finite, that is, not if
    `scores_may_be_infinite`.

    Constraints: (C1) one number of rows and warps.
    ```mlir
    tile.online_softmax %scores, %row_max, %row_sum, %acc scale %c may_be_empty scores_may_be_infinite
        : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4>, !tile.row_vector<kTileQ=64, warps 4>,
          !tile.row_vector<kTileQ=64, warps 4>, !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4>
    ```
  }];
  let arguments = (ins Arg<Tile_FragmentType, "", [MemRead, MemWrite]>:$scores,
                       Arg<Tile_RowVectorType, "", [MemRead, MemWrite]>:$row_max,
                       Arg<Tile_RowVectorType, "", [MemRead, MemWrite]>:$row_sum,
                       Arg<Tile_FragmentType, "", [MemRead, MemWrite]>:$acc, F32:$scale_log2,
                       UnitAttr:$may_be_empty, UnitAttr:$scores_may_be_infinite);
  let assemblyFormat = [{
    $scores `,` $row_max `,` $row_sum `,` $acc `scale` $scale_log2 (`may_be_empty` $may_be_empty^)?
        (`scores_may_be_infinite` $scores_may_be_infinite^)? attr-dict `:` qualified(type($scores)) `,`
        qualified(type($row_max)) `,` qualified(type($row_sum)) `,` qualified(type($acc))
  }];
  let hasVerifier = 1;
}

def Tile_ConvertOp : Tile_Op<"convert"> {
  let summary = "rounds a fragment to 16 bits or tf32 and re-indexes it as the A operand, within each lane";
  let description = [{
    That the accumulator and A-operand layouts differ only in registers is checked by the layout algebra.

    Constraints: (C1) the sizes and warps agree.
    ```mlir
    %weights = tile.convert "weights" %scores
        : !tile.fragment<kTileQ=64 x kTileKv=64, warps 4> -> !tile.weights<kTileQ=64 x kTileKv=64, bf16, warps 4>
    ```
  }];
  let arguments = (ins StrAttr:$name, Arg<Tile_FragmentType, "", [MemRead]>:$src);
  let results = (outs Tile_WeightsType:$result);
  let assemblyFormat = "$name $src attr-dict `:` qualified(type($src)) `->` qualified(type($result))";
  let hasVerifier = 1;
}

def Tile_InterleaveColumnsOp : Tile_Op<"interleave_columns"> {
  let summary = "puts the columns of queries in the order in which quantised keys reach the tensor cores";
  let description = [{
    In place: of every 16 columns in pairs, the even pairs and then the odd ones.

    Constraints: (C1) elements of 16 bits.
    ```mlir
    tile.interleave_columns %q_tile : !tile.shared<kTileQ=64 x kHeadDim=128, bf16>
    ```
  }];
  let arguments = (ins Arg<Tile_SharedType, "", [MemRead, MemWrite]>:$tile);
  let assemblyFormat = "$tile attr-dict `:` qualified(type($tile))";
  let hasVerifier = 1;
}

def Tile_RestoreColumnsOp : Tile_Op<"restore_columns"> {
  let summary = "puts the columns of an accumulator of quantised values in order";
  let description = [{
    In place, once after all of `tile.mma_ab` with a quantised b.
    ```mlir
    tile.restore_columns %acc : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4>
    ```
  }];
  let arguments = (ins Arg<Tile_FragmentType, "", [MemRead, MemWrite]>:$fragment);
  let assemblyFormat = "$fragment attr-dict `:` qualified(type($fragment))";
}

def Tile_FinishOp : Tile_Op<"finish", [AttrSizedOperandSegments]> {
  let summary = "normalises the accumulator and gives the natural-log LSE of every row";
  let description = [{
    A row in which nothing was visible gets output 0 and LSE -inf. With a `sink`, a natural logit, every row's sum
    has one more term without a value, which also counts for the LSE unless `sink_outside_lse`; with `row_sinks` every row
    has one of its own.

    Constraints: (C1) one number of rows and warps. (C2) one kind of sink.
    ```mlir
    %lse = tile.finish "lse_rows" %acc, %row_max, %row_sum scale %c
        : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4>, !tile.row_vector<kTileQ=64, warps 4>,
          !tile.row_vector<kTileQ=64, warps 4> -> !tile.row_vector<kTileQ=64, warps 4>
    ```
  }];
  let arguments = (ins StrAttr:$name, Arg<Tile_FragmentType, "", [MemRead, MemWrite]>:$acc,
                       Arg<Tile_RowVectorType, "", [MemRead]>:$row_max,
                       Arg<Tile_RowVectorType, "", [MemRead]>:$row_sum, F32:$scale_log2,
                       Optional<F32>:$sink, Arg<Optional<Tile_RowVectorType>, "", [MemRead]>:$row_sinks,
                       UnitAttr:$sink_outside_lse);
  let results = (outs Res<Tile_RowVectorType, "", [MemAlloc]>:$lse);
  let assemblyFormat = [{
    $name $acc `,` $row_max `,` $row_sum `scale` $scale_log2 (`sink` $sink^)?
        (`row_sinks` $row_sinks^ `:` qualified(type($row_sinks)))?
        (`sink_outside_lse` $sink_outside_lse^)? attr-dict `:` qualified(type($acc)) `,`
        qualified(type($row_max)) `,` qualified(type($row_sum)) `->` qualified(type($lse))
  }];
  let hasVerifier = 1;
}

#endif

// TileWalkOps.td - which key tiles a loop visits: spans that were proved, or a map that another launch made.
#ifndef ATTNC_TILE_WALK_OPS
#define ATTNC_TILE_WALK_OPS

include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialect/tile/TileTypes.td"

def Tile_WalkSpansOp : Tile_Op<"walk_spans", [Pure, SameVariadicOperandSize]> {
  let summary = "the tiles that touch one of several spans of keys";
  let description = [{
    Span i is [begin i, end i), empty if its ends cross. Spans come in any order and may overlap.

    Constraints: (C1) at least one span.
    ```mlir
    %walk = tile.walk_spans "spans" %a, %b to %c, %d : !tile.walk<kTileKv=64>
    ```
  }];
  let arguments = (ins StrAttr:$name, Variadic<Index>:$begins, Variadic<Index>:$ends);
  let results = (outs Tile_WalkType:$walk);
  let assemblyFormat = "$name $begins `to` $ends attr-dict `:` qualified(type($walk))";
  let hasVerifier = 1;
}

def Tile_WalkBlocksOp : Tile_Op<"walk_blocks", [Pure]> {
  let summary = "the tiles that one row of a block map shows";
  let description = [{
    The row is at `offset`: `words` words with a bit for every tile that some query row sees a key of, then as many with a
    bit for every tile of which all rows see all keys (`tile.classify_tiles` writes them). Pure: only an earlier launch
    writes the map.

    Constraints: (C1) the map has i32 elements.
    ```mlir
    %walk = tile.walk_blocks "blocks" %p offset %o words %n : !tile.pointer<i32> -> !tile.walk<kTileKv=64>
    ```
  }];
  let arguments = (ins StrAttr:$name, Tile_PointerType:$pointer, I64:$offset, Index:$words);
  let results = (outs Tile_WalkType:$walk);
  let assemblyFormat = [{
    $name $pointer `offset` $offset `words` $words attr-dict `:` qualified(type($pointer)) `->` qualified(type($walk))
  }];
  let hasVerifier = 1;
}

def Tile_NextTileOp : Tile_Op<"next_tile", [Pure]> {
  let summary = "the first key of the first tile to visit that does not lie before a position";
  let description = [{
    The position is a multiple of the tile's size. Past the last tile the result is past every key, and stays so.
    ```mlir
    %next = tile.next_tile %walk from %kv : !tile.walk<kTileKv=64>
    ```
  }];
  let arguments = (ins Tile_WalkType:$walk, Index:$from);
  let results = (outs Index:$result);
  let assemblyFormat = "$walk `from` $from attr-dict `:` qualified(type($walk))";
}

def Tile_TileIsFullOp : Tile_Op<"tile_is_full", [Pure]> {
  let summary = "whether a block map says that every row sees every key of a tile";
  let description = [{
    Constraints: (C1) the walk is that of a block map.
    ```mlir
    %full = tile.tile_is_full %walk at %kv : !tile.walk<kTileKv=64>
    ```
  }];
  let arguments = (ins Tile_WalkType:$walk, Index:$key);
  let results = (outs I1:$result);
  let assemblyFormat = "$walk `at` $key attr-dict `:` qualified(type($walk))";
  let hasVerifier = 1;
}

def Tile_ClassifyTilesOp : Tile_Op<"classify_tiles", [SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "writes one word of a row of a block map: 32 key tiles, empty, partial or full";
  let description = [{
    The row is laid out as `tile.walk_blocks` reads it. The region says whether row `row` of the block sees key `key`; it
    is asked for rows below `rows` and keys of [key_begin, key_end), and every key outside is hidden. All threads of the
    block take part.

    Constraints: (C1) the map is writable and has i32 elements. (C2) the region takes two indices and yields i1.
    ```mlir
    tile.classify_tiles %p offset %o words %n word %w rows %rows keys %begin, %end step <kTileKv = 64> {
    ^bb0(%row: index, %key: index):
      %visible = arith.cmpi sle, %key, %row : index
      tile.yield %visible : i1
    } : !tile.pointer<i32, writable true>
    ```
  }];
  let arguments = (ins Arg<Tile_PointerType, "", [MemWrite]>:$pointer, I64:$offset, Index:$words, Index:$word,
                       Index:$rows, Index:$key_begin, Index:$key_end, Tile_DimAttr:$step);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $pointer `offset` $offset `words` $words `word` $word `rows` $rows `keys` $key_begin `,` $key_end `step` $step $body
        attr-dict `:` qualified(type($pointer))
  }];
  let hasVerifier = 1;
}

#endif

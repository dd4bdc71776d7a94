// TileCheckOps.td - what debug builds find out about lengths and tables before anything reads a cache.
//
// Each is done by one warp for one request, and results in a code; they must not touch the cache itself.
#ifndef ATTNC_TILE_CHECK_OPS
#define ATTNC_TILE_CHECK_OPS

include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialect/tile/TileTypes.td"

def Tile_CheckPagesOp : Tile_Op<"check_pages", [AttrSizedOperandSegments]> {
  let summary = "finds out whether the tokens of a request can be read";
  let description = [{
    The result is 0; -1 where `length` is negative or its tokens take more slots than `room`; or 1 + i, where entry i of the request's part of a page table, of those
    that the tokens need, is outside [0, page_count). `readable[request]` becomes how many tokens there are without reading outside: length cut to what
    has room, or 0 where there are no pages. With a table `cleaned` becomes it, in all entries of the room, with 0 for what is outside. With a `ring` the cache is cyclic.

    Constraints: (C1) pointers to i32; readable and cleaned are writable. (C2) a table with its first entry, page size, page count and cleaned.
    (C3) `keep` with a ring only.
    ```mlir
    %report = tile.check_pages %request length %kv_len room %capacity readable %lens : !tile.pointer<i32, writable true>
    ```
  }];
  let arguments = (ins Index:$request, Index:$length, Index:$room,
                       Arg<Tile_PointerType, "", [MemWrite]>:$readable,
                       Arg<Optional<Tile_PointerType>, "", [MemRead]>:$table, Optional<I64>:$first,
                       Optional<Index>:$page_count, Arg<Optional<Tile_PointerType>, "", [MemWrite]>:$cleaned,
                       OptionalAttr<Tile_DimAttr>:$page, OptionalAttr<Tile_DimAttr>:$ring, OptionalAttr<Tile_DimAttr>:$keep);
  let results = (outs Index:$report);
  let assemblyFormat = [{
    $request `length` $length `room` $room `readable` $readable `:` qualified(type($readable))
        (`pages` $table^ `[` $first `]` `:` qualified(type($table)) `of` $page_count `cleaned` $cleaned `:` qualified(type($cleaned)) `page` $page)?
        (`ring` $ring^)? (`keep` $keep^)? attr-dict
  }];
  let hasVerifier = 1;
  let builders = [OpBuilder<(ins "::mlir::Value":$request, "::mlir::Value":$length, "::mlir::Value":$room,
                                 "::mlir::Value":$readable), [{
    build($_builder, $_state, $_builder.getIndexType(), request, length, room, readable, {}, {}, {}, {}, {}, {}, {});
  }]>];
}

def Tile_CheckAppendOp : Tile_Op<"check_append", [AttrSizedOperandSegments]> {
  let summary = "finds out whether new tokens of a request have places in its cache";
  let description = [{
    The result is 0; -2 where a token of `begin` to `begin + count` has an index below 0 or a slot from `room` on; or 1 + i, where entry i of the request's part of a page
    table, of a token's, is outside [0, page_count). In a cyclic cache this asks about tokens that are kept and those from `oldest` on: others are not stored.

    Constraints: (C1) a table of i32 with its first entry, page size and page count. (C2) a ring with the oldest token, and `keep` with a ring only.
    ```mlir
    %report = tile.check_append %first_index count %q_len room %capacity
    ```
  }];
  let arguments = (ins Index:$begin, Index:$count, Index:$room,
                       Arg<Optional<Tile_PointerType>, "", [MemRead]>:$table, Optional<I64>:$first, Optional<Index>:$page_count,
                       Optional<Index>:$oldest,
                       OptionalAttr<Tile_DimAttr>:$page, OptionalAttr<Tile_DimAttr>:$ring, OptionalAttr<Tile_DimAttr>:$keep);
  let results = (outs Index:$report);
  let assemblyFormat = [{
    $begin `count` $count `room` $room
        (`pages` $table^ `[` $first `]` `:` qualified(type($table)) `of` $page_count `page` $page)?
        (`oldest` $oldest^ `ring` $ring)? (`keep` $keep^)? attr-dict
  }];
  let hasVerifier = 1;
  let builders = [OpBuilder<(ins "::mlir::Value":$begin, "::mlir::Value":$count, "::mlir::Value":$room), [{
    build($_builder, $_state, $_builder.getIndexType(), begin, count, room, {}, {}, {}, {}, {}, {}, {});
  }]>];
}

def Tile_CheckBeamsOp : Tile_Op<"check_beams", [AttrSizedOperandSegments]> {
  let summary = "finds out whether the tokens that a request reads from its group of beams are there";
  let description = [{
    The result is 0; -1 where `length` is more than `most`, the entries that a request has in the table `beams`; -3 where `prompt` is outside [0, most];
    or -4 - t, where token t is read from none of the `width` beams, or in a page outside [0, page_count) of that beam's part of a page table, which begins `stride` entries after
    that of the beam before. `cleaned` becomes the entries of all readable tokens, with 0 for what is no beam.

    Constraints: (C1) pointers to i32; cleaned is writable. (C2) a table with its first entry, stride, page size and page count. (C3) `keep` with a ring only.
    ```mlir
    %report = tile.check_beams length %kv_len room %capacity beams %beams[%first] : !tile.pointer<i32> of %width most %max_len
        prompt %prompt cleaned %cleaned : !tile.pointer<i32, writable true>
    ```
  }];
  let arguments = (ins Index:$length, Index:$room, Arg<Tile_PointerType, "", [MemRead]>:$beams, I64:$first_beam, Index:$width, Index:$most, Index:$prompt,
                       Arg<Tile_PointerType, "", [MemWrite]>:$cleaned,
                       Arg<Optional<Tile_PointerType>, "", [MemRead]>:$table, Optional<I64>:$first, Optional<Index>:$page_count, Optional<Index>:$stride,
                       OptionalAttr<Tile_DimAttr>:$page, OptionalAttr<Tile_DimAttr>:$ring, OptionalAttr<Tile_DimAttr>:$keep);
  let results = (outs Index:$report);
  let assemblyFormat = [{
    `length` $length `room` $room `beams` $beams `[` $first_beam `]` `:` qualified(type($beams)) `of` $width `most` $most `prompt` $prompt
        `cleaned` $cleaned `:` qualified(type($cleaned))
        (`pages` $table^ `[` $first `]` `:` qualified(type($table)) `of` $page_count `stride` $stride `page` $page)?
        (`ring` $ring^)? (`keep` $keep^)? attr-dict
  }];
  let hasVerifier = 1;
  let builders = [OpBuilder<(ins "::mlir::Value":$length, "::mlir::Value":$room, "::mlir::Value":$beams, "::mlir::Value":$first_beam,
                                 "::mlir::Value":$width, "::mlir::Value":$most, "::mlir::Value":$prompt, "::mlir::Value":$cleaned), [{
    build($_builder, $_state, $_builder.getIndexType(), length, room, beams, first_beam, width, most, prompt, cleaned,
          {}, {}, {}, {}, {}, {}, {});
  }]>];
}

def Tile_StoreReportOp : Tile_Op<"store_report", []> {
  let summary = "one element for the request of the block: the first report that is not 0";
  let description = [{
    `dst[request]` becomes the first of `reports` that is not 0, or 0.

    Constraints: (C1) dst is a writable pointer to i32. (C2) one report at least.
    ```mlir
    tile.store_report %pages, %beams to %debug[%request] : !tile.pointer<i32, writable true>
    ```
  }];
  let arguments = (ins Variadic<Index>:$reports, Arg<Tile_PointerType, "", [MemWrite]>:$dst, Index:$request);
  let assemblyFormat = "$reports `to` $dst `[` $request `]` attr-dict `:` qualified(type($dst))";
  let hasVerifier = 1;
}

#endif

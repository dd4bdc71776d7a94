// TileMemoryOps.td - storage, global views, copies and stores.
#ifndef ATTNC_TILE_MEMORY_OPS
#define ATTNC_TILE_MEMORY_OPS

include "dialect/tile/TileTypes.td"

def Tile_AnyStorage : AnyTypeOf<[Tile_SharedType, Tile_RingType, Tile_FragmentType, Tile_RowVectorType]>;

def Tile_AllocOp : Tile_Op<"alloc"> {
  let summary = "declares named storage";
  let description = [{
    Shared tiles and rings get their byte `offset` in dynamic shared memory from `tile-plan-shared-memory`.

    Constraints: (C1) storage in registers is spread over the kernel's warps. (C2) storage in registers has no
    offset.
    ```mlir
    %q_tile = tile.alloc "q_tile" : !tile.shared<kTileQ=64 x kHeadDim=128, bf16>
    ```
  }];
  let arguments = (ins StrAttr:$name, OptionalAttr<I64Attr>:$offset);
  let results = (outs Res<Tile_AnyStorage, "", [MemAlloc]>:$storage);
  let assemblyFormat = "$name (`offset` $offset^)? attr-dict `:` qualified(type($storage))";
  let hasVerifier = 1;
}

def Tile_CurrentOp : Tile_Op<"current"> {
  let summary = "the ring slot of this iteration, or of one `ahead` iterations from now";
  let description = [{
    Reads the ring's position, which `tile.advance` changes: two of them are the same slot only if no advance
    stands between them. The text computes it where it is used, so `tile-legalize-for-cuda` rejects a use
    behind an advance.

    Constraints: (C1) ahead is less than the ring's stages. (C2) the result is a slot of the ring.
    ```mlir
    %k_tile = tile.current %k_ring ahead 1
        : !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=128, bf16> -> !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
    ```
  }];
  let arguments = (ins Arg<Tile_RingType, "", [MemRead]>:$ring, I64Attr:$ahead);
  let results = (outs Tile_SharedType:$slot);
  let assemblyFormat = "$ring `ahead` $ahead attr-dict `:` qualified(type($ring)) `->` qualified(type($slot))";
  let hasVerifier = 1;
}

def Tile_ReuseOp : Tile_Op<"reuse", [Pure]> {
  let summary = "a shared tile of another shape in the memory of one that is no longer needed";
  let description = [{
    The result is the same storage to hazards: a write through it is a write to `tile`.

    Constraints: (C1) the result takes no more bytes than the tile.
    ```mlir
    %out_tile = tile.reuse "out_tile" %q_tile
        : !tile.shared<kTileQ=64 x kHeadDimQk=192, bf16> -> !tile.shared<kTileQ=64 x kHeadDimV=128, bf16>
    ```
  }];
  let arguments = (ins StrAttr:$name, Tile_SharedType:$tile);
  let results = (outs Tile_SharedType:$result);
  let assemblyFormat = "$name $tile attr-dict `:` qualified(type($tile)) `->` qualified(type($result))";
  let hasVerifier = 1;
}

def Tile_AdvanceOp : Tile_Op<"advance"> {
  let summary = "steps a ring to its next slot";
  let description = [{
    ```mlir
    tile.advance %k_ring : !tile.ring<kStages=2 x kTileKv=64 x kHeadDim=128, bf16>
    ```
  }];
  let arguments = (ins Arg<Tile_RingType, "", [MemRead, MemWrite]>:$ring);
  let assemblyFormat = "$ring attr-dict `:` qualified(type($ring))";
}

def Tile_LoadOp : Tile_Op<"load", [MemoryEffects<[MemRead]>]> {
  let summary = "one i32 from global memory, as an index";
  let description = [{
    Constraints: (C1) a pointer to i32.
    ```mlir
    %q_begin = tile.load %cu_q[%request] : !tile.pointer<i32>
    ```
  }];
  let arguments = (ins Tile_PointerType:$pointer, Index:$position);
  let results = (outs Index:$value);
  let assemblyFormat = "$pointer `[` $position `]` attr-dict `:` qualified(type($pointer))";
  let hasVerifier = 1;
}

def Tile_ViewRowsOp : Tile_Op<"view_rows", [Pure, AttrSizedOperandSegments]> {
  let summary = "rows of a tensor, from an element offset on";
  let description = [{
    Element (row, column) is at `pointer + offset + row * stride + column`, in 64-bit arithmetic; with a column stride at
    `pointer + offset + row * stride + column * column_stride`. Of rows in blocks of n, `row` is the one in its block, and block i
    begins `i * block_stride` further on, or, where they are paged, `pages[first_page + i] * block_stride`. A store through a table passes over
    pages outside [0, page_count).

    Stores to cyclic rows pass over those that others of the launch overwrite, from what is kept to `oldest`, and over slots from `slots` on. Rows of beams are found
    through the table `beams`: row r of the request is one of the request that lies `beams[first_beam + r]` times `request_stride` further on, counted in elements, or in
    entries of the page table; rows below `prompt` are the request's own.

    Constraints: (C1) pointer and rows agree in element type. (C2) rows are writable only if the pointer is. (C3) a column
    stride for strided rows, and only for those. (C4) a block stride for rows in blocks, and only for those. (C5) a table of
    i32 and its first entry for paged rows, and only for those. (C6) a page count for writable paged rows, and only for those. (C7) oldest and slots for
    writable cyclic rows, and only for those. (C8) a table of i32, its first entry, a stride and a prompt for rows of beams, and only for those.
    ```mlir
    %k_rows = tile.view_rows "k_rows" %k offset %offset stride %stride
        : !tile.pointer<bf16> -> !tile.global_rows<kHeadDim=128, bf16>
    ```
    ```mlir
    %paged = tile.view_rows "k_rows" %k offset %offset stride %stride block_stride %page_stride
        pages %table[%first] : !tile.pointer<i32>
        : !tile.pointer<bf16> -> !tile.global_rows<kHeadDim=128, bf16 paged kPage=16>
    ```
  }];
  let arguments = (ins StrAttr:$name, Tile_PointerType:$pointer, I64:$offset, I64:$stride,
                       Optional<I64>:$column_stride, Optional<I64>:$block_stride,
                       Optional<Tile_PointerType>:$table, Optional<I64>:$first_page, Optional<Index>:$page_count,
                       Optional<Index>:$oldest, Optional<Index>:$slots,
                       Optional<Tile_PointerType>:$beams, Optional<I64>:$first_beam, Optional<I64>:$request_stride,
                       Optional<Index>:$prompt);
  let results = (outs Tile_GlobalRowsType:$rows);
  let assemblyFormat = [{
    $name $pointer `offset` $offset `stride` $stride (`column_stride` $column_stride^)?
        (`block_stride` $block_stride^)? (`pages` $table^ `[` $first_page `]` (`of` $page_count^)? `:` qualified(type($table)))?
        (`oldest` $oldest^ `slots` $slots)?
        (`beams` $beams^ `[` $first_beam `]` `request_stride` $request_stride `prompt` $prompt `:` qualified(type($beams)))? attr-dict
        `:` qualified(type($pointer)) `->` qualified(type($rows))
  }];
  let hasVerifier = 1;
  let builders = [OpBuilder<(ins "::mlir::Type":$rows, "::mlir::StringRef":$name, "::mlir::Value":$pointer,
                                 "::mlir::Value":$offset, "::mlir::Value":$stride), [{
    build($_builder, $_state, rows, name, pointer, offset, stride, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {});
  }]>];
}

def Tile_CopyAsyncOp : Tile_Op<"copy_async", [AttrSizedOperandSegments]> {
  let summary = "starts an asynchronous copy of rows into shared memory";
  let description = [{
    Row r of `dst` becomes row `first_row + r` of `src`; rows outside [valid_begin, valid_end) become zero
    and are not read. With `unless_past` the copy is skipped when first_row >= unless_past. The data may
    be read after a `tile.wait` that covers its `tile.commit`, and a `tile.sync`. A `where` region (row:
    index) narrows the valid rows further; the mask's gaps are cut out with it. With `joined` rows from `joined_from` on are those of a
    second view instead, row `joined_from + i` its row i. Rows that no asynchronous instruction
    can copy (strided, or aligned to 2 bytes) have arrived when the op has run, which waits and syncs may treat the same.
    `through_registers` is for targets without cp.async: all data has been stored when the op ends, without a commit or
    a wait.

    Constraints: (C1) dst and src agree in element type, and dst has the columns of src rounded up to a multiple of 16:
    the columns in between become zero. (C2) `where` maps an index to i1. (C3) src is read only: nothing writes it while
    copies are under way. (C4) `joined` with where it begins: rows that are in no blocks, to read only, with the columns and element type of src.
    ```mlir
    tile.copy_async %k_rows[%kv] valid %begin, %end to %k_tile unless_past %end
        : !tile.global_rows<kHeadDim=128, bf16> -> !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
    ```
  }];
  let regions = (region MaxSizedRegion<1>:$where);
  let arguments = (ins Arg<Tile_GlobalRowsType, "", [MemRead]>:$src, Index:$first_row, Index:$valid_begin,
                       Index:$valid_end,
                       Arg<Tile_SharedType, "", [MemWrite]>:$dst, Optional<Index>:$unless_past,
                       Arg<Optional<Tile_GlobalRowsType>, "", [MemRead]>:$joined, Optional<Index>:$joined_from,
                       UnitAttr:$through_registers);
  let assemblyFormat = [{
    $src `[` $first_row `]` (`joined` $joined^ `from` $joined_from `:` qualified(type($joined)))? `valid` $valid_begin `,` $valid_end
        (`where` $where^)? `to` $dst
        (`unless_past` $unless_past^)? (`through_registers` $through_registers^)? attr-dict `:` qualified(type($src)) `->` qualified(type($dst))
  }];
  let hasVerifier = 1;
  let builders = [OpBuilder<(ins "::mlir::Value":$src, "::mlir::Value":$first_row, "::mlir::Value":$valid_begin,
                                 "::mlir::Value":$valid_end, "::mlir::Value":$dst, "::mlir::Value":$unless_past), [{
    build($_builder, $_state, src, first_row, valid_begin, valid_end, dst, unless_past, {}, {}, false);
  }]>];
}

def Tile_AddRowOp : Tile_Op<"add_row", [AttrSizedOperandSegments]> {
  let summary = "adds a row of global memory to every row of a shared tile";
  let description = [{
    Element (r, c) of `dst` becomes `dst[r][c] + src[0][c]`, added in f32 and rounded once; columns that `src` lacks keep
    their value, as do rows before `rows_begin` and from `rows_end` on. `singly` rounds one float at a time: for targets that cannot two.

    Constraints: (C1) dst and src agree in element type, and dst has the columns of src rounded up to a multiple of 16.
    (C2) src is contiguous.
    ```mlir
    tile.add_row %k_bias_row to %k_tile
        : !tile.global_rows<kHeadDim=128, bf16> -> !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
    ```
  }];
  let arguments = (ins Arg<Tile_GlobalRowsType, "", [MemRead]>:$src,
                       Arg<Tile_SharedType, "", [MemRead, MemWrite]>:$dst, Optional<Index>:$rows_begin,
                       Optional<Index>:$rows_end, UnitAttr:$singly);
  let assemblyFormat = "$src `to` $dst (`rows_begin` $rows_begin^)? (`rows_end` $rows_end^)? (`singly` $singly^)? attr-dict `:` qualified(type($src)) `->` qualified(type($dst))";
  let hasVerifier = 1;
}

def Tile_CommitOp : Tile_Op<"commit", [MemoryEffects<[MemWrite]>]> {
  let summary = "closes a group of asynchronous copies";
  let description = [{
    ```mlir
    tile.commit
    ```
  }];
  let assemblyFormat = "attr-dict";
}

def Tile_WaitOp : Tile_Op<"wait", [MemoryEffects<[MemWrite]>]> {
  let summary = "waits until at most `pending` groups of this thread's copies are under way";
  let description = [{
    ```mlir
    tile.wait 1
    ```
  }];
  let arguments = (ins ConfinedAttr<I64Attr, [IntNonNegative]>:$pending);
  let assemblyFormat = "$pending attr-dict";
}

def Tile_SyncOp : Tile_Op<"sync", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "all threads of the block meet; shared writes before it are seen after it";
  let description = [{
    ```mlir
    tile.sync
    ```
  }];
  let assemblyFormat = "attr-dict";
}

def Tile_StoreSharedOp : Tile_Op<"store_shared"> {
  let summary = "rounds a fragment to a shared tile's element type and stores it there";
  let description = [{
    `singly` rounds one float at a time: for targets that cannot two.

    Constraints: (C1) the sizes agree.
    ```mlir
    tile.store_shared %acc to %staging
        : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4> -> !tile.shared<kTileQ=64 x kHeadDim=128, bf16>
    ```
  }];
  let arguments = (ins Arg<Tile_FragmentType, "", [MemRead]>:$src, Arg<Tile_SharedType, "", [MemWrite]>:$dst,
                       UnitAttr:$singly);
  let assemblyFormat = "$src `to` $dst (`singly` $singly^)? attr-dict `:` qualified(type($src)) `->` qualified(type($dst))";
  let hasVerifier = 1;
}

def Tile_StoreRowsOp : Tile_Op<"store_rows"> {
  let summary = "copies rows of a shared tile to global memory, 16 bytes a thread";
  let description = [{
    Row r goes to row `first_row + r` if that is below valid_end, and not below valid_begin if there is one.

    Constraints: (C1) src and dst agree in element type, and src has the columns of dst rounded up to a multiple
    of 16. (C2) dst is writable.
    ```mlir
    tile.store_rows %staging to %out_rows[%first_row] valid_end %q_len
        : !tile.shared<kTileQ=64 x kHeadDim=128, bf16> -> !tile.global_rows<kHeadDim=128, bf16, writable true>
    ```
  }];
  let arguments = (ins Arg<Tile_SharedType, "", [MemRead]>:$src,
                       Arg<Tile_GlobalRowsType, "", [MemWrite]>:$dst, Index:$first_row, Index:$valid_end,
                       Optional<Index>:$valid_begin);
  let assemblyFormat = [{
    $src `to` $dst `[` $first_row `]` (`valid_begin` $valid_begin^)? `valid_end` $valid_end attr-dict `:` qualified(type($src)) `->`
        qualified(type($dst))
  }];
  let hasVerifier = 1;
}

def Tile_StoreFragmentOp : Tile_Op<"store_fragment"> {
  let summary = "stores a fragment to f32 rows straight from registers";
  let description = [{
    Row r goes to row `first_row + r` if that is below valid_end. Columns that the destination lacks are dropped.

    Constraints: (C1) the destination is writable f32, and its columns rounded up to 16 are the fragment's.
    ```mlir
    tile.store_fragment %acc to %out_rows[%first_row] valid_end %q_len
        : !tile.fragment<kTileQ=64 x kHeadDim=128, warps 4> -> !tile.global_rows<kHeadDim=128, f32, writable true>
    ```
  }];
  let arguments = (ins Arg<Tile_FragmentType, "", [MemRead]>:$src,
                       Arg<Tile_GlobalRowsType, "", [MemWrite]>:$dst, Index:$first_row, Index:$valid_end);
  let assemblyFormat = [{
    $src `to` $dst `[` $first_row `]` `valid_end` $valid_end attr-dict `:` qualified(type($src)) `->`
        qualified(type($dst))
  }];
  let hasVerifier = 1;
}

def Tile_StoreRowValuesOp : Tile_Op<"store_row_values"> {
  let summary = "stores one f32 a row to global memory";
  let description = [{
    Row r goes to `pointer[offset + (first_row + r) * stride]` if first_row + r is below valid_end. In groups of n, row r goes to
    `r / n * stride + r mod n`.

    Constraints: (C1) a writable pointer to f32.
    ```mlir
    tile.store_row_values %lse to %p offset %offset stride %stride rows %first_row, %q_len
        : !tile.row_vector<kTileQ=64, warps 4> -> !tile.pointer<f32, writable true>
    ```
  }];
  let arguments = (ins Arg<Tile_RowVectorType, "", [MemRead]>:$src,
                       Arg<Tile_PointerType, "", [MemWrite]>:$pointer, I64:$offset, I64:$stride,
                       Index:$first_row, Index:$valid_end, OptionalAttr<Tile_DimAttr>:$group);
  let assemblyFormat = [{
    $src `to` $pointer `offset` $offset `stride` $stride (`group` $group^)? `rows` $first_row `,` $valid_end attr-dict `:`
        qualified(type($src)) `->` qualified(type($pointer))
  }];
  let hasVerifier = 1;
}

#endif

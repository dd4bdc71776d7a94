// TileControlOps.td - programs, launches, kernels, loops, and the names of scalars.
#ifndef ATTNC_TILE_CONTROL_OPS
#define ATTNC_TILE_CONTROL_OPS

include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/FunctionInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "dialect/tile/TileTypes.td"

def Tile_ProgramOp : Tile_Op<"program", [Symbol, SingleBlock, NoTerminator]> {
  let summary = "launches in order, and the tensors and scalars that the caller passes";
  let description = [{
    `dims` are the dims that a caller has to give because no tensor's shape tells them. `workspaces` are memory that the
    launches share: device memory of that many bytes, with nothing in it when the first one starts. `request_group` requests
    belong together: batch is a multiple of it.
    ```mlir
    tile.program @causal tensors [] scalars [] dims ["q_len"] attributes {remarks = {mask.exact = "true"}} {
      tile.launch @pair grid ["ceildiv(q_len, 64)", "8", "batch"] fields ["tensor:q", "dim:q.stride0"]
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypedArrayAttrBase<Tile_TensorAttr, "tensors">:$tensors,
                       TypedArrayAttrBase<Tile_ScalarAttr, "scalars">:$scalars, StrArrayAttr:$dims,
                       DefaultValuedAttr<DictionaryAttr, "{}">:$remarks,
                       DefaultValuedAttr<TypedArrayAttrBase<Tile_WorkspaceAttr, "workspaces">, "{}">:$workspaces,
                       OptionalAttr<I64Attr>:$request_group);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $sym_name `tensors` $tensors `scalars` $scalars `dims` $dims attr-dict-with-keyword $body
  }];
}

def Tile_LaunchOp : Tile_Op<"launch", [DeclareOpInterfaceMethods<SymbolUserOpInterface>, HasParent<"ProgramOp">]> {
  let summary = "one launch of a kernel over a grid given by formulas";
  let description = [{
    `fields` says, for each kernel argument in order, where its value comes from: `tensor:q`, `scalar:window`,
    `workspace:name` or `dim:q.stride0` (a formula over named dims).

    Constraints: (C1) the kernel exists. (C2) one field per kernel argument. (C3) a formula for each of the three
    axes of the grid. (C4) a field is tensor:, scalar:, dim: or workspace: and what it names.
    ```mlir
    tile.launch @pair grid ["ceildiv(q_len, 64)", "8", "batch"] fields ["tensor:q", "dim:q.stride0"]
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$kernel, StrArrayAttr:$grid, StrArrayAttr:$fields);
  let assemblyFormat = "$kernel `grid` $grid `fields` $fields attr-dict";
  let hasVerifier = 1;
}

def Tile_KernelOp : Tile_Op<"kernel", [FunctionOpInterface, IsolatedFromAbove, Symbol,
                                       SingleBlockImplicitTerminator<"ReturnOp">]> {
  let summary = "one block's program";
  let description = [{
    Arguments are the fields of the kernel's parameter struct, named by the argument attribute `tile.name`:
    pointers, index (an int), i64 and f32. `shared_bytes` is set by `tile-plan-shared-memory`.

    Constraints: (C1) every argument has a `tile.name`. (C2) no results.
    ```mlir
    tile.kernel @pair(%q: !tile.pointer<bf16> {tile.name = "q"}, %stride: i64 {tile.name = "q_stride"})
        attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
      tile.return
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttrOf<FunctionType>:$function_type,
                       Tile_ScheduleAttr:$schedule, OptionalAttr<I64Attr>:$shared_bytes,
                       OptionalAttr<DictArrayAttr>:$arg_attrs, OptionalAttr<DictArrayAttr>:$res_attrs);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::llvm::ArrayRef<::mlir::Type> getArgumentTypes() { return getFunctionType().getInputs(); }
    ::llvm::ArrayRef<::mlir::Type> getResultTypes() { return getFunctionType().getResults(); }
    ::mlir::Region *getCallableRegion() { return &getBody(); }
    ::llvm::StringRef argumentName(unsigned index);
  }];
}

def Tile_ReturnOp : Tile_Op<"return", [Pure, Terminator, HasParent<"KernelOp">]> {
  let summary = "ends a kernel";
  let description = [{
    ```mlir
    tile.return
    ```
  }];
  let assemblyFormat = "attr-dict";
}

def Tile_ExitIfOp : Tile_Op<"exit_if", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "ends the block if the condition, the same for all threads, holds";
  let description = [{
    ```mlir
    tile.exit_if %beyond
    ```
  }];
  let arguments = (ins I1:$condition);
  let assemblyFormat = "$condition attr-dict";
}

def Tile_LoopOp : Tile_Op<"loop", [AttrSizedOperandSegments, SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "walks key tiles from begin to end";
  let description = [{
    The induction variable is named `kv` in the text and steps by `step`. `full_begin` and `full_end`, where
    present, bound the tiles in which every key is visible to every row; `tile-split-full-range` turns them
    into a loop of their own without boundary maps. With a `walk` only its tiles are visited: `begin` is one of them, or past
    the end, and after a tile the next is `tile.next_tile` of where it ends.

    Constraints: (C1) full_begin and full_end come together. (C2) one index block argument. (C3) the body yields nothing.
    (C4) the walk has tiles of the loop's step.
    ```mlir
    tile.loop "keys" %begin to %end step <kTileKv = 64> full %fb, %fe {
    ^bb0(%kv: index):
      tile.sync
    }
    ```
  }];
  let arguments = (ins StrAttr:$name, Index:$begin, Index:$end, Tile_DimAttr:$step,
                       Optional<Index>:$full_begin, Optional<Index>:$full_end,
                       Optional<Tile_WalkType>:$walk);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $name $begin `to` $end `step` $step (`full` $full_begin^ `,` $full_end)? (`walk` $walk^ `:` qualified(type($walk)))? $body
        attr-dict
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{ ::mlir::Value inductionVariable() { return getBody().getArgument(0); } }];
}

def Tile_AnyScalar : AnyTypeOf<[Index, I64, I32, I1, F32, Tile_PointerType], "a scalar: index, i64, i32, i1, f32 or a pointer">;

def Tile_LetOp : Tile_Op<"let", [Pure, SameOperandsAndResultType]> {
  let summary = "names a scalar: a const declaration in the text";
  let description = [{
    The names of a scope may repeat: the text numbers them.
    ```mlir
    %first_row = tile.let "first_row" %x : index
    ```
  }];
  let arguments = (ins StrAttr:$name, Tile_AnyScalar:$value);
  let results = (outs Tile_AnyScalar:$result);
  let assemblyFormat = "$name $value attr-dict `:` type($value)";
}

def Tile_ConstantOp : Tile_Op<"constant", [Pure]> {
  let summary = "a named compile-time constant: a constexpr at the top of the text";
  let description = [{
    A name has one value in a kernel, sizes of types included (`tile-legalize-for-cuda` checks it).

    Constraints: (C1) the value has the type of the result.
    ```mlir
    %tile = tile.constant "kTileKv" 64 : index : index
    ```
  }];
  let arguments = (ins StrAttr:$name, TypedAttrInterface:$value);
  let results = (outs AnyTypeOf<[Index, F32]>:$result);
  let assemblyFormat = "$name $value attr-dict `:` type($result)";
  let hasVerifier = 1;
  let builders = [OpBuilder<(ins "::mlir::StringRef":$name, "::mlir::TypedAttr":$value),
                            "build($_builder, $_state, value.getType(), name, value);">];
}

class Tile_RoundOp<string mnemonic, string direction> : Tile_Op<mnemonic, [Pure]> {
  let summary = direction # " to a multiple; floor semantics for negative values";
  let arguments = (ins Index:$value, Index:$multiple);
  let results = (outs Index:$result);
  let assemblyFormat = "$value `,` $multiple attr-dict";
}
def Tile_RoundDownOp : Tile_RoundOp<"round_down", "rounds down"> {
  let description = [{
    ```mlir
    %lower = tile.round_down %key_begin, %tile
    ```
  }];
}
def Tile_RoundUpOp : Tile_RoundOp<"round_up", "rounds up"> {
  let description = [{
    ```mlir
    %value = tile.round_up %key_begin, %tile
    ```
  }];
}

def Tile_ClampOp : Tile_Op<"clamp", [Pure]> {
  let summary = "max(lower, min(value, upper)): lower wins if the bounds cross";
  let description = [{
    ```mlir
    %x = tile.clamp %value, %lower, %key_end
    ```
  }];
  let arguments = (ins Index:$value, Index:$lower, Index:$upper);
  let results = (outs Index:$result);
  let assemblyFormat = "$value `,` $lower `,` $upper attr-dict";
}

def Tile_BlockIdOp : Tile_Op<"block_id", [Pure]> {
  let summary = "blockIdx.x, .y or .z, or with `from_end` gridDim - 1 - blockIdx: the longest rows start first";
  let description = [{
    Constraints: (C1) axis is 0, 1 or 2.
    ```mlir
    %t = tile.block_id 0 from_end
    ```
  }];
  let arguments = (ins ConfinedAttr<I64Attr, [IntNonNegative, IntMaxValue<2>]>:$axis, UnitAttr:$from_end);
  let results = (outs Index:$result);
  let assemblyFormat = "$axis (`from_end` $from_end^)? attr-dict";
}

def Tile_SectionOp : Tile_Op<"section", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "starts a phase of the text: a blank line and a comment";
  let description = [{
    ```mlir
    tile.section "which rows this block computes"
    ```
  }];
  let arguments = (ins StrAttr:$title);
  let assemblyFormat = "$title attr-dict";
}

#endif

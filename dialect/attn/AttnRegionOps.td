// AttnRegionOps.td - the ops of mask and score regions.
#ifndef ATTNC_ATTN_REGION_OPS
#define ATTNC_ATTN_REGION_OPS

include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialect/attn/AttnAttrs.td"

def Attn_YieldOp : Attn_Op<"yield", [Pure, ReturnLike, Terminator, HasParent<"AttentionOp">]> {
  let summary = "ends a score or mask region with its value";
  let description = [{
    One operand, f32 in a score and i1 in a mask: C5 of `attn.attention`.
    ```mlir
    attn.yield %visible : i1
    ```
  }];
  let arguments = (ins Variadic<AnyTypeOf<[F32, I1]>>:$operands);
  let assemblyFormat = "attr-dict ($operands^ `:` type($operands))?";
  let builders = [OpBuilder<(ins), "build($_builder, $_state, ::mlir::ValueRange{});">];
}

def Attn_SoftcapOp : Attn_Op<"softcap", [Pure, SameOperandsAndResultType]> {
  let summary = "bounds scores: cap * tanh(scores / cap)";
  let description = [{
    Constraints: (C1) `cap` is positive and finite.
    ```mlir
    %capped = attn.softcap %s, 5.000000e+01 : f32
    ```
  }];
  let arguments = (ins F32:$score, F64Attr:$cap);
  let results = (outs F32:$result);
  let assemblyFormat = "$score `,` $cap attr-dict `:` type($score)";
  let hasVerifier = 1;
}

def Attn_BitOp : Attn_Op<"bit", [Pure]> {
  let summary = "one bit of a 32-bit integer";
  let description = [{
    Bit `position` modulo 32 of the low 32 bits of `word`: what a bit-packed mask reads.
    ```mlir
    %visible = attn.bit %word, %key
    ```
  }];
  let arguments = (ins Index:$word, Index:$position);
  let results = (outs I1:$result);
  let assemblyFormat = "$word `,` $position attr-dict";
}

def Attn_SearchOp : Attn_Op<"search", [Pure]> {
  let summary = "where a value belongs in an ascending row of a side tensor";
  let description = [{
    The first index of [from, to) whose element is above the value, else `to`; the range is first clipped to the row. The
    indices say which row along the last axis. Of a range that does not ascend it is what a bisection comes to:
    while from < to the element at (from + to) // 2 decides.

    Constraints: (C1) one index per axis but the last. (C2) an i32 side tensor.
    ```mlir
    %n = attn.search %starts[%b] from %zero to %count above %q_position : !attn.side<["batch", 9], i32>
    ```
  }];
  let arguments = (ins Attn_SideType:$side, Variadic<Index>:$indices, Index:$from, Index:$to, Index:$value);
  let results = (outs Index:$result);
  let assemblyFormat = [{
    $side `[` $indices `]` `from` $from `to` $to `above` $value attr-dict `:` qualified(type($side))
  }];
  let hasVerifier = 1;
}

def Attn_ReachesOp : Attn_Op<"reaches", [Pure]> {
  let summary = "whether one node of a tree is another or descends from it";
  let description = [{
    A row of the side tensor, along its last axis, has the parent of every node, which has a lower number; a root has
    a negative one. From `node` the parents are followed down to `ancestor`; the way ends at a parent that is not lower
    and outside the row.

    Constraints: (C1) one index per axis but the last. (C2) an i32 side tensor.
    ```mlir
    %sees = attn.reaches %parents[%b] from %node to %ancestor : !attn.side<["batch", "q_len"], i32>
    ```
  }];
  let arguments = (ins Attn_SideType:$side, Variadic<Index>:$indices, Index:$node, Index:$ancestor);
  let results = (outs I1:$result);
  let assemblyFormat = [{
    $side `[` $indices `]` `from` $node `to` $ancestor attr-dict `:` qualified(type($side))
  }];
  let hasVerifier = 1;
}

def Attn_ReadOp : Attn_Op<"read", [Pure]> {
  let summary = "one element of a side tensor; 0 (false) outside its shape";
  let description = [{
    The read is not performed outside the shape. 16-bit floats widen to f32, integers are i32, bools i1.

    Constraints: (C1) one index per axis. (C2) the result is f32 for float elements, else the element type.
    ```mlir
    %bias = attn.read %table[%h, %i, %j] : !attn.side<["heads", "q_len", "kv_len"], f32> -> f32
    ```
  }];
  let arguments = (ins Attn_SideType:$side, Variadic<Index>:$indices);
  let results = (outs AnyTypeOf<[F32, I32, I1]>:$result);
  let assemblyFormat = "$side `[` $indices `]` attr-dict `:` qualified(type($side)) `->` type($result)";
  let hasVerifier = 1;
}

#endif

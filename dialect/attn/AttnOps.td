// AttnOps.td - a kernel and its attention; with the files that it includes, all ops of the dialect.
#ifndef ATTNC_ATTN_OPS
#define ATTNC_ATTN_OPS

include "mlir/IR/SymbolInterfaces.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/FunctionInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialect/attn/AttnRegionOps.td"
include "dialect/attn/AttnTokenOps.td"

def Attn_KernelOp : Attn_Op<"kernel", [FunctionOpInterface, IsolatedFromAbove,
                                       SingleBlockImplicitTerminator<"ReturnOp">, Symbol]> {
  let summary = "one attention kernel: logical tensors in, logical tensors out";
  let description = [{
    Arguments are tokens, side tensors and run-time scalars (i32 or f32); each carries its user-visible name
    in the argument attribute `attn.name`, scalars may carry `attn.default`. Result names are in the result
    attribute `attn.name`. `lengths` says which lengths of a padded batch vary; packed batches always vary.
    `alignment` is what addresses and strides of tokens are a multiple of, in bytes; 16 if it is absent.

    Constraints: (C1) every argument and result has an `attn.name`, all different, but that a cache that is returned has the name
    of the argument it updates. (C2) arguments are tokens,
    caches, side tensors, i32 or f32. (C3) results are tokens, rows, side tensors or caches. (C4) all tokens are packed or none is.
    (C5) a packed kernel has lengths `both`. (C6) the alignment is 2, 4, 8 or 16.

    ```mlir
    attn.kernel @identity(%q: !attn.tokens<8x64xf16, packed> {attn.name = "q"})
        -> (!attn.tokens<8x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
      attn.return %q : !attn.tokens<8x64xf16, packed>
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttrOf<FunctionType>:$function_type,
                       Attn_LengthsAttr:$lengths, OptionalAttr<I64Attr>:$alignment,
                       OptionalAttr<DictArrayAttr>:$arg_attrs, OptionalAttr<DictArrayAttr>:$res_attrs);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::llvm::ArrayRef<::mlir::Type> getArgumentTypes() { return getFunctionType().getInputs(); }
    ::llvm::ArrayRef<::mlir::Type> getResultTypes() { return getFunctionType().getResults(); }
    ::mlir::Region *getCallableRegion() { return &getBody(); }
    /// The user-visible name of an argument or a result.
    ::llvm::StringRef argumentName(unsigned index);
    ::llvm::StringRef resultName(unsigned index);
    /// Whether its tokens are packed.
    bool isPacked();
    /// The integer run-time scalars in argument order: symbols 4 and up of every proof.
    ::llvm::SmallVector<::mlir::Value> integerScalars();
  }];
}

def Attn_ReturnOp : Attn_Op<"return", [Pure, ReturnLike, Terminator, HasParent<"KernelOp">]> {
  let summary = "ends a kernel with its results";
  let description = [{
    Constraints: (C1) operand types are the kernel's result types. (C2) a returned cache is an append to the argument of its name.
    ```mlir
    attn.return %q : !attn.tokens<8x64xf16, packed>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$operands);
  let assemblyFormat = "attr-dict ($operands^ `:` type($operands))?";
  let builders = [OpBuilder<(ins), "build($_builder, $_state, ::mlir::ValueRange{});">];
  let hasVerifier = 1;
}

def Attn_AttentionOp : Attn_Op<"attention", [RecursiveMemoryEffects, AttrSizedOperandSegments]> {
  let summary = "softmax(score(scale * q k^T) masked) v, with the rules of semantics.md 3.1";
  let description = [{
    `score` maps the scaled product to the logit: block arguments (s: f32, b, h, q, kv, q_len, kv_len: index).
    `mask` says which keys are visible: block arguments (b, h, q, kv, q_len, kv_len: index), yields i1. `q` is
    the *absolute* query position: row + kv_len - q_len under `bottom_right`, the row under `top_left`.
    An empty score region is the identity, an empty mask region shows every key. Regions may read the
    kernel's side tensors and scalars. `scale` is an attribute or, for a run-time scale, an f32 operand.
    Query head h reads KV head h / (Hq / Hkv). `proof` is added by `attn-analyze-mask`.

    `statistics` names the results behind out. `lse` and `row_max` are rows: the natural log of the sum of exponentials of a
    row's visible logits, and the largest of them (the sink is not one); -inf where nothing is visible. `max_logit` is the
    largest of every head over all rows and requests. `debug_scores` is every visible logit, -inf for a hidden one; a kernel
    may leave out what it proved hidden, and dumps its weights, running maxima and running sums beside it.

    `sinks` gives each query head one more logit without a value (semantics.md 3.2): natural, neither scaled nor
    capped. It is part of the LSE unless `sinks_outside_lse`.

    A quantised out is stored divided by `out_scale`, rounded to nearest even; what is too large becomes the largest number.

    q, k and v are arguments of the kernel, with a bias or without, or heads of such an argument, which `tokenSource` (Attn.h)
    finds. If all three have one argument, queries and keys are the same tokens, with one length.

    `products_tf32` lets a kernel round q, k, v and the softmax weights to tf32 where it multiplies them; `sums_f16` lets
    it sum q k^T in f16. Both are leave, not orders: a target that cannot is exact.

    Constraints: (C1) q, k, v and out are all packed or none is. (C2) q and k agree in dim, v and out in dim, k and v in
    heads. (C3) the query heads are a multiple of the KV heads. (C4) exactly one of the scale attribute and
    the scale operand, and the attribute is positive and finite. (C5) region signatures as above. (C6) one
    result for each of the statistics, which are different: rows of f32 with the query heads and layout of q, and for
    debug_scores pairs like that, for max_logit a f32 side tensor of one axis, the query heads. (C7) sinks is a float side tensor of one axis, the query heads. (C8) q, k
    and v have one element type. (C9) a proof's bounds and reads are over symbols that the kernel has, and reads
    are of its i32 side tensors. (C10) products_tf32 is for f32 elements, sums_f16 for f16. (C11) q has an argument of
    its own or shares it with k and v; then lengths are not `kv`. (C12) k and v are both cached or
    neither, with tables of one kind; of a pair, k is the keys and v the values. (C13) out_scale is [1] of f32, an argument of the kernel, and there if out is
    quantised and only then; q, k and v are not.

    ```mlir
    %o, %lse = attn.attention %q, %k, %v scale 1.250000e-01 statistics ["lse"] anchor bottom_right score {
    ^bb0(%s: f32, %b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
      %capped = attn.softcap %s, 5.000000e+01 : f32
      attn.yield %capped : f32
    } mask {
    ^bb0(%b: index, %h: index, %i: index, %j: index, %n: index, %m: index):
      %causal = arith.cmpi sle, %j, %i : index
      attn.yield %causal : i1
    } : (!attn.tokens<16x64xbf16, packed>, !attn.tokens<8x64xbf16, packed>, !attn.tokens<8x64xbf16, packed>)
        -> (!attn.tokens<16x64xbf16, packed>, !attn.rows<16xf32, packed>)
    ```
  }];
  let arguments = (ins Attn_TokensType:$q, Attn_TokensType:$k, Attn_TokensType:$v,
                       Optional<F32>:$runtime_scale, Optional<Attn_SideType>:$sinks, Optional<Attn_SideType>:$out_scale,
                       UnitAttr:$sinks_outside_lse,
                       UnitAttr:$products_tf32, UnitAttr:$sums_f16,
                       OptionalAttr<F64Attr>:$scale, Attn_AnchorAttr:$anchor,
                       OptionalAttr<Attn_MaskProofAttr>:$proof,
                       DefaultValuedAttr<StrArrayAttr, "{}">:$statistics);
  let results = (outs Attn_TokensType:$out, Variadic<AnyTypeOf<[Attn_RowsType, Attn_PairsType, Attn_SideType]>>:$rest);
  let regions = (region MaxSizedRegion<1>:$score, MaxSizedRegion<1>:$mask);
  let assemblyFormat = [{
    $q `,` $k `,` $v (`scale` $scale^)? (`scale_operand` $runtime_scale^)? (`sinks` $sinks^)?
    (`out_scale` $out_scale^)?
    (`sinks_outside_lse` $sinks_outside_lse^)? (`products_tf32` $products_tf32^)? (`sums_f16` $sums_f16^)?
    (`statistics` $statistics^)? `anchor` `` $anchor
    (`proof` $proof^)? `score` $score `mask` $mask attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The result of a statistic by its name; null if there is none.
    ::mlir::Value statistic(::llvm::StringRef name);
    int64_t group() { return getQ().getType().getHeads() / getK().getType().getHeads(); }
    /// What the keys come from if that is a cache, else null.
    ::attnc::attn::CachedOp cachedKeys();
    /// Whether queries and keys are heads of one argument, and so the same tokens.
    bool isSelfAttention();
  }];
}

#endif

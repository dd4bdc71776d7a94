// AttnDialect.td - the dialect record and the base classes of its ops, types and attributes.
#ifndef ATTNC_ATTN_DIALECT
#define ATTNC_ATTN_DIALECT

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"

def Attn_Dialect : Dialect {
  let name = "attn";
  let cppNamespace = "::attnc::attn";
  let summary = "what an attention kernel computes: whole-tensor maths, no thread, no memory space";
  let description = [{
    A kernel is an isolated symbol op over typed logical tensors. Heads, dims, dtypes and the mask and score
    programs are static; batch and lengths are always dynamic. Masks and scores are regions of `arith` and
    `math` ops over positions, never enums, so that every variant composes with every other.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let extraClassDeclaration = [{
    void registerTypes();
    void registerAttrs();
  }];
}

class Attn_Op<string mnemonic, list<Trait> traits = []> : Op<Attn_Dialect, mnemonic, traits>;

class Attn_Type<string cppName, string typeMnemonic> : TypeDef<Attn_Dialect, cppName> {
  let mnemonic = typeMnemonic;
}

class Attn_Attr<string cppName, string attrMnemonic> : AttrDef<Attn_Dialect, cppName> {
  let mnemonic = attrMnemonic;
}

#endif

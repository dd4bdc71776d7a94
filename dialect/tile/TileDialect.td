// TileDialect.td - the dialect record and the base classes of its ops, types and attributes.
#ifndef ATTNC_TILE_DIALECT
#define ATTNC_TILE_DIALECT

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Tile_Dialect : Dialect {
  let name = "tile";
  let cppNamespace = "::attnc::tile";
  let summary = "how one block computes attention: tiles in named storage, copies, mma, barriers";
  let description = [{
    One thread block's program. Tiles live in named storage (register fragments, shared tiles and rings,
    global views), are updated in place, and keep their names down to the emitted text. Scalars and
    predicates are SSA values of `arith`; hazards are a matter of memory effects on storage handles.
    Every size in a type carries the name of the constant that the CUDA text declares for it.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let extraClassDeclaration = [{
    void registerTypes();
    void registerAttrs();
  }];
}

class Tile_Op<string mnemonic, list<Trait> traits = []> : Op<Tile_Dialect, mnemonic, traits>;

class Tile_Type<string cppName, string typeMnemonic> : TypeDef<Tile_Dialect, cppName> {
  let mnemonic = typeMnemonic;
}

class Tile_Attr<string cppName, string attrMnemonic> : AttrDef<Tile_Dialect, cppName> {
  let mnemonic = attrMnemonic;
}

#endif

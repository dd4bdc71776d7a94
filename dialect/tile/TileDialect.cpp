// TileDialect.cpp - registration of the tile dialect.
#include "dialect/tile/Tile.h"

#include "mlir/IR/DialectImplementation.h"

#include "dialect/tile/TileDialect.cpp.inc"
#include "dialect/tile/TileEnums.cpp.inc"

void attnc::tile::TileDialect::initialize() {
  registerTypes();
  registerAttrs();
  addOperations<
#define GET_OP_LIST
#include "dialect/tile/TileOps.cpp.inc"
      >();
}

// TileOps.td - all tile ops; the three families are in their own files.
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "dialect/tile/TileControlOps.td"
include "dialect/tile/TileMemoryOps.td"
include "dialect/tile/TileComputeOps.td"

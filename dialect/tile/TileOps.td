// TileOps.td - all tile ops; the families are in files of their own.
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "dialect/tile/TileControlOps.td"
include "dialect/tile/TileMemoryOps.td"
include "dialect/tile/TileCheckOps.td"
include "dialect/tile/TileComputeOps.td"
include "dialect/tile/TileRopeOps.td"
include "dialect/tile/TileWalkOps.td"

// RUN: not attnc-translate --emit-cuda --target=sm_80 %s 2>&1 | FileCheck %s
// What legalisation would have stopped: an error at the op, and no text.
tile.program @p tensors [] scalars [] dims [] {
  tile.launch @k grid ["1", "1", "1"] fields ["dim:a", "scalar:x"]
}
tile.kernel @k(%a: index {tile.name = "a"}, %x: f32 {tile.name = "x"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  // CHECK: no-printer.mlir:[[@LINE+1]]:8: error: expected an op that the CUDA printer knows, got 'math.sin'
  %0 = math.sin %x : f32
  %sine = tile.let "sine" %0 : f32
  // CHECK: no-printer.mlir:[[@LINE+1]]:8: error: expected an op that the CUDA printer knows, got 'arith.cmpf'
  %1 = arith.cmpf ueq, %x, %x : f32
  %equal = tile.let "equal" %1 : i1
  // CHECK: no-printer.mlir:[[@LINE+1]]:8: error: expected an op that the CUDA printer knows, got 'arith.cmpi'
  %2 = arith.cmpi ult, %a, %a : index
  %below = tile.let "below" %2 : i1
  // CHECK-NOT: {{__global__|error}}
  tile.return
}

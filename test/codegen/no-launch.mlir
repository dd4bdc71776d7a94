// RUN: not attnc-translate --emit-cuda --target=sm_80 %s 2>&1 | FileCheck %s
// CHECK: no-launch.mlir:[[@LINE+1]]:1: error: 'tile.program' op expected a launch, got none
tile.program @p tensors [] scalars [] dims [] {}

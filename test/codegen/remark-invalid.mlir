// RUN: not attnc-translate --emit-cuda --target=sm_80 %s 2>&1 | FileCheck %s
// CHECK: remark-invalid.mlir:[[@LINE+1]]:1: error: 'tile.program' op expected JSON text for remark 'mask.full', got index
tile.program @p tensors [] scalars [] dims [] attributes {remarks = {mask.full = index}} {}

// RUN: not attnc-translate --emit-cuda --target=sm_80 %s 2>&1 | FileCheck %s
// RUN: not attnc-translate --emit-cuda --target=sm_79 %s 2>&1 | FileCheck %s --check-prefix=TARGET
// CHECK: error: expected one tile.program, got 0
// TARGET: error: expected one of sm_75, {{.*}}, got 'sm_79'
module {}

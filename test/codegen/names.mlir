// RUN: attnc-translate --emit-cuda --target=sm_80 %s | FileCheck %s
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

tile.program @names tensors [] scalars [] dims [] {
  tile.launch @clash grid ["1", "1", "1"] fields ["dim:a"]
  tile.launch @reserved grid ["1", "1", "1"] fields ["dim:default", "dim:default_"]
  tile.launch @scopes grid ["1", "1", "1"] fields ["dim:a"]
}

// A second thing of one name gets a number.
// CHECK-LABEL: clash_{{[0-9a-f]+}}(
// CHECK: const int row = p.a;
// CHECK: const int row_2 = row;
// CHECK: const int row_3 = row_2;
tile.kernel @clash(%a: index {tile.name = "a"}) attributes {schedule = #s} {
  %0 = tile.let "row" %a : index
  %1 = tile.let "row" %0 : index
  %2 = tile.let "row" %1 : index
  tile.return
}

// Words of C++ and of the device library are not redeclared, nor the constants at the top.
// CHECK: struct Params {
// CHECK-NEXT: int default_;
// CHECK-NEXT: int default__;
// CHECK-LABEL: reserved_{{[0-9a-f]+}}(
// CHECK: const int while_ = p.default_;
// CHECK: const int clamp_ = while_;
// CHECK: const int kTileQ_ = clamp_;
// CHECK: const int nullptr_ = kTileQ_;
// CHECK: const int keys = nullptr_;
tile.kernel @reserved(%a: index {tile.name = "default"}, %b: index {tile.name = "default_"}) attributes {schedule = #s} {
  %0 = tile.let "while" %a : index
  %1 = tile.let "clamp" %0 : index
  %2 = tile.let "kTileQ" %1 : index
  %3 = tile.let "nullptr" %2 : index
  %4 = tile.let "keys" %3 : index
  tile.return
}

// Names of one loop are free again in the next.
// CHECK-LABEL: scopes_{{[0-9a-f]+}}(
// CHECK: for (int kv = 
// CHECK: const int key = kv;
// CHECK: for (int kv = 
// CHECK: const int key = kv;
tile.kernel @scopes(%a: index {tile.name = "a"}) attributes {schedule = #s} {
  tile.loop "left edge" %a to %a step <kTileKv = 64> {
  ^bb0(%kv: index):
    %0 = tile.let "key" %kv : index
  }
  tile.loop "right edge" %a to %a step <kTileKv = 64> {
  ^bb0(%kv: index):
    %0 = tile.let "key" %kv : index
  }
  tile.return
}

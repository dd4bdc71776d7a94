// RUN: attnc-translate --emit-cuda --target=sm_80 %s | FileCheck %s
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>
!kv = !tile.shared<kTileKv=64 x kHeadDim=128, bf16>

tile.program @rope tensors [] scalars [] dims [] {
  tile.launch @computed grid ["1", "1", "1"] fields ["dim:n", "scalar:x"]
  tile.launch @read grid ["1", "1", "1"] fields ["tensor:cos", "tensor:ids", "dim:n", "tensor:theta"]
}

// A table is an array at the top, eight numbers a line; positions are a lambda.
// CHECK-LABEL: namespace computed_kernel
// CHECK: constexpr float kFactor = 1.25f;
// CHECK-EMPTY:
// CHECK-NEXT: __device__ const float kRopeFrequencies[9] = {
// CHECK-NEXT:     1.0f, 0.5f, 0.25f, 0.125f, 0.0625f, 0.03125f, 0.015625f, 0.0078125f,
// CHECK-NEXT:     1e-05f};
// CHECK: attn::rope<kThreads, attn::Neox<kRotaryDim>>(k_tile, attn::frequencies(kRopeFrequencies), [&](int row) {
// CHECK-NEXT:     return p.n + row;
// CHECK-NEXT:   });
// CHECK: attn::rope<kThreads, attn::Gptj<kRotaryDim>>(k_tile, attn::frequencies(kRopeFrequencies, kFactor), [&](int row) {
// CHECK: attn::rope_singly<kThreads, attn::Neox<kRotaryDim>>(k_tile, attn::frequencies(kRopeFrequencies, 1.0f, p.x), [&](int row) {
tile.kernel @computed(%n: index {tile.name = "n"}, %x: f32 {tile.name = "x"}) attributes {schedule = #s} {
  %k_tile = tile.alloc "k_tile" offset 0 : !kv
  %theta = tile.table "kRopeFrequencies" [1.0, 0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125, 1.0e-05] : !tile.pointer<f32>
  %factor = tile.constant "kFactor" 1.25 : f32 : f32
  tile.rope neox <kRotaryDim = 18> %k_tile frequencies %theta : !tile.pointer<f32> {
  ^bb0(%row: index):
    %at = arith.addi %n, %row : index
    tile.yield %at : index
  } : !kv
  tile.rope gptj <kRotaryDim = 18> %k_tile frequencies %theta : !tile.pointer<f32> factor %factor {
  ^bb0(%row: index):
    tile.yield %row : index
  } : !kv
  tile.rope neox <kRotaryDim = 18> %k_tile frequencies %theta : !tile.pointer<f32> stretch %x singly {
  ^bb0(%row: index):
    tile.yield %row : index
  } : !kv
  tile.return
}

// CHECK-LABEL: namespace read_kernel
// CHECK: attn::rope<kThreads, attn::Neox<kRotaryDim, 4, 5>>(k_tile, attn::cos_sin(cos, cos), [&](int row) -> attn::Position<2> {
// CHECK-NEXT:     return {ids.read(0, row), ids.read(1, row)};
// CHECK-NEXT:   });
// CHECK: const float* const theta = p.n < 1 ? p.theta : p.theta;
tile.kernel @read(%c: !tile.pointer<f16> {tile.name = "cos"}, %i: !tile.pointer<i32> {tile.name = "ids"}, %n: index {tile.name = "n"},
                  %p: !tile.pointer<f32> {tile.name = "theta"}) attributes {schedule = #s} {
  %k_tile = tile.alloc "k_tile" offset 0 : !kv
  %cos = tile.view_side "cos" %c[%n, %n] : !tile.pointer<f16> -> !tile.side<f16, 2>
  %ids = tile.view_side "ids" %i[%n, %n] : !tile.pointer<i32> -> !tile.side<i32, 2>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  tile.rope neox <kRotaryDim = 18> %k_tile cos %cos : !tile.side<f16, 2> sin %cos : !tile.side<f16, 2> sections [4, 5] {
  ^bb0(%row: index):
    %a = tile.read_side %ids[%c0, %row] : !tile.side<i32, 2> -> i32
    %b = tile.read_side %ids[%c1, %row] : !tile.side<i32, 2> -> i32
    %x = arith.index_cast %a : i32 to index
    %y = arith.index_cast %b : i32 to index
    tile.yield %x, %y : index, index
  } : !kv
  %small = arith.cmpi slt, %n, %c1 : index
  %either = arith.select %small, %p, %p : !tile.pointer<f32>
  %theta = tile.let "theta" %either : !tile.pointer<f32>
  tile.rope neox <kRotaryDim = 18> %k_tile frequencies %theta : !tile.pointer<f32> {
  ^bb0(%row: index):
    tile.yield %row : index
  } : !kv
  tile.return
}

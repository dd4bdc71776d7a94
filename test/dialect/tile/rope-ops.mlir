// RUN: attnc-opt %s | attnc-opt | FileCheck %s
#s = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>

// The examples of the documentation.
// CHECK-LABEL: @examples
// CHECK: %[[T:.*]] = tile.table "kRopeFrequencies" [1.0, 0.01] : !tile.pointer<f32>
// CHECK: tile.rope neox <kRotaryDim = 4> %{{.*}} frequencies %[[T]] : !tile.pointer<f32> {
// CHECK: } : !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
tile.kernel @examples() attributes {schedule = #s} {
  %k_tile = tile.alloc "k_tile" : !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
  %theta = tile.table "kRopeFrequencies" [1.0, 0.01] : !tile.pointer<f32>
  tile.rope neox <kRotaryDim = 4> %k_tile frequencies %theta : !tile.pointer<f32> {
  ^bb0(%row: index):
    tile.yield %row : index
  } : !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
  tile.return
}

// CHECK-LABEL: @all_operands
// CHECK: tile.rope gptj <kRotaryDim = 4> %{{.*}} frequencies %{{.*}} : !tile.pointer<f32> factor %{{.*}} stretch %{{.*}} sections [1, 1] singly {
// CHECK: tile.yield %{{.*}}, %{{.*}} : index, index
// CHECK: tile.rope neox <kRotaryDim = 4> %{{.*}} cos %{{.*}} : !tile.side<f16, 3> sin %{{.*}} : !tile.side<f16, 3> {
tile.kernel @all_operands(%p: !tile.pointer<f32> {tile.name = "p"}, %h: !tile.pointer<f16> {tile.name = "h"}, %x: f32 {tile.name = "x"},
                          %n: index {tile.name = "n"}) attributes {schedule = #s} {
  %k_tile = tile.alloc "k_tile" : !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
  %cos = tile.view_side "cos" %h[%n, %n, %n] : !tile.pointer<f16> -> !tile.side<f16, 3>
  tile.rope gptj <kRotaryDim = 4> %k_tile frequencies %p : !tile.pointer<f32> factor %x stretch %x sections [1, 1] singly {
  ^bb0(%row: index):
    tile.yield %row, %n : index, index
  } : !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
  tile.rope neox <kRotaryDim = 4> %k_tile cos %cos : !tile.side<f16, 3> sin %cos : !tile.side<f16, 3> {
  ^bb0(%row: index):
    tile.yield %n, %row : index, index
  } : !tile.shared<kTileKv=64 x kHeadDim=128, bf16>
  tile.return
}

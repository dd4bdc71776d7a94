// RUN: attnc-opt %s -convert-attn-to-tile -split-input-file | FileCheck %s

// Implied positions: of the block's rows among the keys, and of the tile's keys. One table serves both.
// CHECK-LABEL: tile.kernel @implied_fwd
// CHECK: %[[POSITION:.*]] = tile.let "first_position"
// CHECK: %[[TABLE:.*]] = tile.table "kRopeFrequencies" [1.0, 0.01]
// CHECK-NOT: tile.table
// CHECK: tile.copy_async {{.*}} to %[[Q:[^ ]*]] :
// CHECK-NEXT: tile.rope neox <kRotaryDim = 4> %[[Q]] frequencies %[[TABLE]] : !tile.pointer<f32> {
// CHECK-NEXT: ^bb0(%[[ROW:.*]]: index):
// CHECK-NEXT: %[[AT:.*]] = arith.addi %[[POSITION]], %[[ROW]]
// CHECK-NEXT: tile.yield %[[AT]] : index
// CHECK: ^bb0(%[[KV:.*]]: index):
// CHECK-NEXT: tile.copy_async {{.*}} to %[[K:[^ ]*]] :
// CHECK-NEXT: tile.rope neox <kRotaryDim = 4> %[[K]] frequencies %[[TABLE]]
// CHECK-NEXT: ^bb0(%[[ROW:.*]]: index):
// CHECK-NEXT: %[[AT:.*]] = arith.addi %[[KV]], %[[ROW]]
// CHECK: tile.mma_abt
attn.kernel @implied(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}, %v: !attn.tokens<2x64xf16, packed> {attn.name = "v"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %qr = attn.rope neox queries %q dim 4 frequencies [1.0, 0.01] : (!attn.tokens<4x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  %kr = attn.rope neox keys %k dim 4 frequencies [1.0, 0.01] : (!attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  %o = attn.attention %qr, %kr, %v scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

// Two tables: the request's length chooses. The factor is a constant.
// CHECK-LABEL: tile.kernel @by_length_fwd
// CHECK: %[[KEYS:.*]] = tile.let "kv_len"
// CHECK: %[[SHORT:.*]] = tile.table "kShortFrequencies" [1.0, 0.01]
// CHECK: %[[LONG:.*]] = tile.table "kLongFrequencies" [0.5, 0.001]
// CHECK: %[[IS_LONG:.*]] = arith.cmpi sgt, %[[KEYS]], %{{.*}}
// CHECK: %[[CHOSEN:.*]] = arith.select %[[IS_LONG]], %[[LONG]], %[[SHORT]]
// CHECK: %[[TABLE:.*]] = tile.let "frequencies" %[[CHOSEN]] : !tile.pointer<f32>
// CHECK: %[[FACTOR:.*]] = tile.constant "kAttentionFactor" 1.250000e+00
// CHECK: tile.rope {{.*}} frequencies %[[TABLE]] : !tile.pointer<f32> factor %[[FACTOR]] {
attn.kernel @by_length(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}, %v: !attn.tokens<2x64xf16, packed> {attn.name = "v"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %qr = attn.rope neox queries %q dim 4 frequencies [1.0, 0.01] long_frequencies [0.5, 0.001] original_length 4096 attention_factor 1.25 : (!attn.tokens<4x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  %kr = attn.rope neox keys %k dim 4 frequencies [1.0, 0.01] long_frequencies [0.5, 0.001] original_length 4096 attention_factor 1.25 : (!attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  %o = attn.attention %qr, %kr, %v scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

// The base grows with the request: its logarithm's step from pair to pair is computed once.
// CHECK-LABEL: tile.kernel @growing_base_fwd
// CHECK: %[[LENGTH:.*]] = arith.maxsi %{{.*}}, %{{.*}}
// CHECK: %[[LOG:.*]] = math.log
// CHECK: %[[STRETCH:.*]] = tile.let "rope_stretch"
// CHECK: tile.rope {{.*}} stretch %[[STRETCH]] {
// CHECK: tile.rope {{.*}} stretch %[[STRETCH]] {
attn.kernel @growing_base(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}, %v: !attn.tokens<2x64xf16, packed> {attn.name = "v"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %qr = attn.rope neox queries %q dim 4 frequencies [1.0, 0.01] ntk_factor 4.0 original_length 4096 : (!attn.tokens<4x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  %kr = attn.rope neox keys %k dim 4 frequencies [1.0, 0.01] ntk_factor 4.0 original_length 4096 : (!attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  %o = attn.attention %qr, %kr, %v scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

// Positions by token: of q by its row in the packed tensor, of k by request and key, three a token.
// CHECK-LABEL: tile.kernel @positions_fwd
// CHECK: %[[BEGIN:.*]] = tile.let "q_begin"
// CHECK: %[[IDS:.*]] = tile.view_side "ids"
// CHECK: %[[THREE:.*]] = tile.view_side "three"
// CHECK: tile.rope {{.*}} {
// CHECK-NEXT: ^bb0(%[[ROW:.*]]: index):
// CHECK: %[[TOKEN:.*]] = arith.addi %{{.*}}, %[[ROW]]
// CHECK: %[[AT:.*]] = arith.addi %[[BEGIN]], %[[TOKEN]]
// CHECK-NEXT: %[[P:.*]] = tile.read_side %[[IDS]][%[[AT]]]
// CHECK: ^bb0(%[[KV:.*]]: index):
// CHECK: tile.rope {{.*}} sections [1, 1, 2] {
// CHECK-NEXT: ^bb0(%[[ROW:.*]]: index):
// CHECK: %[[KEY:.*]] = arith.addi %[[KV]], %[[ROW]]
// CHECK: tile.read_side %[[THREE]][%c0, %{{.*}}, %[[KEY]]]
// CHECK: tile.read_side %[[THREE]][%c1, %{{.*}}, %[[KEY]]]
// CHECK: tile.read_side %[[THREE]][%c2, %{{.*}}, %[[KEY]]]
// CHECK: tile.yield %{{.*}}, %{{.*}}, %{{.*}} : index, index, index
attn.kernel @positions(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}, %v: !attn.tokens<2x64xf16, packed> {attn.name = "v"}, %ids: !attn.side<["total_q"], i32> {attn.name = "ids"}, %three: !attn.side<[3, "batch", "kv_len"], i32> {attn.name = "three"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %qr = attn.rope neox queries %q dim 8 frequencies [1.0, 0.1, 0.01, 0.001] positions %ids : (!attn.tokens<4x64xf16, packed>, !attn.side<["total_q"], i32>) -> !attn.tokens<4x64xf16, packed>
  %kr = attn.rope neox keys %k dim 8 frequencies [1.0, 0.1, 0.01, 0.001] sections [1, 1, 2] positions %three : (!attn.tokens<2x64xf16, packed>, !attn.side<[3, "batch", "kv_len"], i32>) -> !attn.tokens<2x64xf16, packed>
  %o = attn.attention %qr, %kr, %v scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

// -----

// Tables by token are indexed by it; run-time frequencies are a pointer. Both are tensors of the program, and said to be what they are.
// CHECK-LABEL: tile.kernel @tables_fwd
// CHECK-SAME: %[[F:[^:]*]]: !tile.pointer<f32> {tile.name = "f"}
// CHECK: tile.rope {{.*}} cos %{{.*}} : !tile.side<f32, 2> sin %{{.*}} : !tile.side<f32, 2> {
// CHECK: tile.rope {{.*}} frequencies %[[F]] : !tile.pointer<f32> {
// CHECK: tile.program @tables tensors
// CHECK-SAME: name = "f", elementType = f32, shape = ["2"]
// CHECK-SAME: tensor.co.content = "\22cosines\22"
// CHECK-SAME: tensor.f.content = "\22frequencies\22"
// CHECK-SAME: tensor.si.content = "\22sines\22"
attn.kernel @tables(%q: !attn.tokens<4x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}, %v: !attn.tokens<2x64xf16, packed> {attn.name = "v"}, %co: !attn.side<["total_kv", 2], f32> {attn.name = "co"}, %si: !attn.side<["total_kv", 2], f32> {attn.name = "si"}, %f: !attn.side<[2], f32> {attn.name = "f"}) -> (!attn.tokens<4x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %qr = attn.rope neox queries %q dim 4 cos %co sin %si : (!attn.tokens<4x64xf16, packed>, !attn.side<["total_kv", 2], f32>, !attn.side<["total_kv", 2], f32>) -> !attn.tokens<4x64xf16, packed>
  %kr = attn.rope neox keys %k dim 4 inverse_frequencies %f : (!attn.tokens<2x64xf16, packed>, !attn.side<[2], f32>) -> !attn.tokens<2x64xf16, packed>
  %o = attn.attention %qr, %kr, %v scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<4x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<4x64xf16, packed>
  attn.return %o : !attn.tokens<4x64xf16, packed>
}

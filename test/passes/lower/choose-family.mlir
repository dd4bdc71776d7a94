// RUN: attnc-opt %s -attn-choose-schedule=target=sm_75 | FileCheck %s --check-prefixes=CHECK,SM75
// RUN: attnc-opt %s -attn-choose-schedule=target=sm_80 | FileCheck %s --check-prefixes=CHECK,SM80

// A fallback changes nothing where tensor cores can, but what explain says.
// CHECK-LABEL: @fallback_of_f16
// SM75-SAME: tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 1, warps = 4, mma = plain>
// SM75-SAME: tile.schedule_reason = "fallback: plain, as this takes sm_80 or later for 'dtype: f16' on tensor cores, got sm_75; no tensor cores
// SM80-SAME: tile.schedule = #tile.schedule<tile_q = 128, tile_kv = 64, stages = 2, warps = 4>
// SM80-SAME: tile.schedule_reason = "fallback: plain is not needed here; 32 rows a warp
attn.kernel @fallback_of_f16(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"})
    -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.fallback} {
  %o = attn.attention %q, %k, %k scale 1.0 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// CHECK-LABEL: @fallback_of_f32
// CHECK-SAME: mma = plain>
// SM80-SAME: tile.schedule_reason = "fallback: plain, as this takes f16 or bf16 inputs, or 'precision: tf32', for the tensor cores of sm_80, got f32
attn.kernel @fallback_of_f32(%q: !attn.tokens<2x64xf32, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf32, packed> {attn.name = "k"})
    -> (!attn.tokens<2x64xf32, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.fallback} {
  %o = attn.attention %q, %k, %k scale 1.0 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x64xf32, packed>, !attn.tokens<2x64xf32, packed>, !attn.tokens<2x64xf32, packed>) -> !attn.tokens<2x64xf32, packed>
  attn.return %o : !attn.tokens<2x64xf32, packed>
}

// CHECK-LABEL: @tf32_or_fallback
// SM75-SAME: mma = plain>
// SM80-SAME: mma = sync_tf32>
attn.kernel @tf32_or_fallback(%q: !attn.tokens<2x64xf32, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf32, packed> {attn.name = "k"})
    -> (!attn.tokens<2x64xf32, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.fallback} {
  %o = attn.attention %q, %k, %k scale 1.0 products_tf32 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x64xf32, packed>, !attn.tokens<2x64xf32, packed>, !attn.tokens<2x64xf32, packed>) -> !attn.tokens<2x64xf32, packed>
  attn.return %o : !attn.tokens<2x64xf32, packed>
}

// CHECK-LABEL: @f16_sums_or_fallback
// SM75-SAME: mma = plain>
// SM80-SAME: mma = sync_f16_sums>
attn.kernel @f16_sums_or_fallback(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"})
    -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.fallback} {
  %o = attn.attention %q, %k, %k scale 1.0 sums_f16 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// CHECK-LABEL: @pinned_plain
// CHECK-SAME: mma = plain>
// CHECK-SAME: tile.schedule_reason = "pinned family plain; no tensor cores
attn.kernel @pinned_plain(%q: !attn.tokens<2x64xbf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xbf16, packed> {attn.name = "k"})
    -> (!attn.tokens<2x64xbf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.pins = {family = "plain"}} {
  %o = attn.attention %q, %k, %k scale 1.0 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>) -> !attn.tokens<2x64xbf16, packed>
  attn.return %o : !attn.tokens<2x64xbf16, packed>
}

// f32 rows of 256 columns fill the 64 KB of sm_75 with the smallest tiles.
// CHECK-LABEL: @plain_f32_256
// SM75-SAME: tile.schedule = #tile.schedule<tile_q = 32, tile_kv = 16, stages = 1, warps = 2, mma = plain>
attn.kernel @plain_f32_256(%q: !attn.tokens<2x256xf32, packed> {attn.name = "q"}, %k: !attn.tokens<2x256xf32, packed> {attn.name = "k"})
    -> (!attn.tokens<2x256xf32, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.fallback} {
  %o = attn.attention %q, %k, %k scale 1.0 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x256xf32, packed>, !attn.tokens<2x256xf32, packed>, !attn.tokens<2x256xf32, packed>) -> !attn.tokens<2x256xf32, packed>
  attn.return %o : !attn.tokens<2x256xf32, packed>
}

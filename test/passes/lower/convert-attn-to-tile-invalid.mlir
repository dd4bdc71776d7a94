// RUN: attnc-opt %s -convert-attn-to-tile -split-input-file -verify-diagnostics

// expected-error @below {{expected a tile.schedule, got none: run attn-choose-schedule first}}
attn.kernel @no_schedule(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

attn.kernel @no_proof(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  // expected-error @below {{expected a mask proof, got none: run attn-analyze-mask first}}
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      score {} mask {} : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

attn.kernel @f32_tokens(%q: !attn.tokens<2x64xf32, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf32, packed> {attn.name = "k"}) -> (!attn.tokens<2x64xf32, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  // expected-error @below {{'tile.mma_abt' op expected operands that sync multiplies, got '!tile.shared<kTileQ=64 x kHeadDim=64, f32>'}}
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<2x64xf32, packed>, !attn.tokens<2x64xf32, packed>, !attn.tokens<2x64xf32, packed>) -> !attn.tokens<2x64xf32, packed>
  attn.return %o : !attn.tokens<2x64xf32, packed>
}

// -----

attn.kernel @two_attentions(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  // expected-error @below {{expected one attention per kernel, got a second one}}
  %p = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

// expected-error @below {{expected an attention or an append, got neither}}
attn.kernel @no_attention(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  attn.return %q : !attn.tokens<2x64xf16, packed>
}

// -----

attn.kernel @op_beside_the_attention(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"}, %x: f32 {attn.name = "x"}) -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"})
    attributes {lengths = #attn<lengths both>, tile.schedule = #tile.schedule<tile_q = 64, tile_kv = 32, stages = 2, warps = 4>} {
  // expected-error @below {{has no lowering to tile}}
  %y = math.exp %x : f32
  %o = attn.attention %q, %k, %k scale 0.125 anchor bottom_right
      proof <visit = [<(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>], full = <(d0, d1)[s0, s1, s2, s3] -> (0) to (d0, d1)[s0, s1, s2, s3] -> (s1)>, exact = true> score {} mask {} : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}


// RUN: attnc-opt %s -attn-choose-schedule=target=sm_86 -split-input-file -verify-diagnostics

// expected-error @below {{expected a head_dim of 64, 128 or 256, got 40}}
attn.kernel @head_dim_40(%q: !attn.tokens<2x40xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x40xf16, packed> {attn.name = "k"})
    -> (!attn.tokens<2x40xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %k, %k scale 1.0 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x40xf16, packed>, !attn.tokens<2x40xf16, packed>, !attn.tokens<2x40xf16, packed>) -> !attn.tokens<2x40xf16, packed>
  attn.return %o : !attn.tokens<2x40xf16, packed>
}

// -----

// expected-error @below {{expected a head_dim of 64, 128 or 256, got 192}}
attn.kernel @head_dim_192(%q: !attn.tokens<2x192xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x192xf16, packed> {attn.name = "k"})
    -> (!attn.tokens<2x192xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %k, %k scale 1.0 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x192xf16, packed>, !attn.tokens<2x192xf16, packed>, !attn.tokens<2x192xf16, packed>) -> !attn.tokens<2x192xf16, packed>
  attn.return %o : !attn.tokens<2x192xf16, packed>
}

// -----

// expected-error @below {{expected a head_dim of 64, 128 or 256, got 512}}
attn.kernel @head_dim_512(%q: !attn.tokens<2x512xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x512xf16, packed> {attn.name = "k"})
    -> (!attn.tokens<2x512xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %k, %k scale 1.0 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x512xf16, packed>, !attn.tokens<2x512xf16, packed>, !attn.tokens<2x512xf16, packed>) -> !attn.tokens<2x512xf16, packed>
  attn.return %o : !attn.tokens<2x512xf16, packed>
}

// -----

// expected-error @below {{schedule: expected at most 101376 bytes of shared memory on sm_86, got 163840 for #tile.schedule<tile_q = 64, tile_kv = 32, stages = 4, warps = 4>}}
attn.kernel @pins_exceed_shared_memory(%q: !attn.tokens<2x256xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x256xf16, packed> {attn.name = "k"})
    -> (!attn.tokens<2x256xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.pins = {stages = 4 : i64}} {
  %o = attn.attention %q, %k, %k scale 1.0 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x256xf16, packed>, !attn.tokens<2x256xf16, packed>, !attn.tokens<2x256xf16, packed>) -> !attn.tokens<2x256xf16, packed>
  attn.return %o : !attn.tokens<2x256xf16, packed>
}

// -----

// expected-error @below {{schedule: expected tile_kv to be a power of two from 16 to 256, got 48}}
attn.kernel @pinned_tile_is_no_power_of_two(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"})
    -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.pins = {tile_kv = 48 : i64}} {
  %o = attn.attention %q, %k, %k scale 1.0 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

// expected-error @below {{schedule: expected tile_q to be a power of two from 128 (16 rows for each of 8 warps) to 256, got 64}}
attn.kernel @pinned_warps_need_more_rows(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"})
    -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.pins = {tile_q = 64 : i64, warps = 8 : i64}} {
  %o = attn.attention %q, %k, %k scale 1.0 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

// expected-error @below {{schedule: expected tile_kv to be a multiple of the 32 rows that 256 threads copy at once with head_dim 64, got 16}}
attn.kernel @pinned_tile_is_less_than_a_copy_pass(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"})
    -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.pins = {tile_kv = 16 : i64, tile_q = 128 : i64, warps = 8 : i64}} {
  %o = attn.attention %q, %k, %k scale 1.0 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// RUN: attnc-opt %s -attn-choose-schedule=target=sm_86 -split-input-file -verify-diagnostics

// expected-error @below {{expected a head_dim that is a multiple of 8 from 8 to 256, got 20}}
attn.kernel @head_dim_20(%q: !attn.tokens<2x20xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x20xf16, packed> {attn.name = "k"})
    -> (!attn.tokens<2x20xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %k, %k scale 1.0 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x20xf16, packed>, !attn.tokens<2x20xf16, packed>, !attn.tokens<2x20xf16, packed>) -> !attn.tokens<2x20xf16, packed>
  attn.return %o : !attn.tokens<2x20xf16, packed>
}

// -----

// expected-error @below {{expected a head_dim that is a multiple of 8 from 8 to 256, got 512}}
attn.kernel @head_dim_512(%q: !attn.tokens<2x512xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x512xf16, packed> {attn.name = "k"})
    -> (!attn.tokens<2x512xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>} {
  %o = attn.attention %q, %k, %k scale 1.0 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x512xf16, packed>, !attn.tokens<2x512xf16, packed>, !attn.tokens<2x512xf16, packed>) -> !attn.tokens<2x512xf16, packed>
  attn.return %o : !attn.tokens<2x512xf16, packed>
}

// -----

// expected-error @below {{schedule: expected at most 101376 bytes of shared memory on sm_86, got 262144 for tiles of 128 x 32 and 4 stages}}
attn.kernel @pins_exceed_shared_memory(%q: !attn.tokens<2x256xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x256xf16, packed> {attn.name = "k"})
    -> (!attn.tokens<2x256xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.pins = {stages = 4 : i64}} {
  %o = attn.attention %q, %k, %k scale 1.0 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x256xf16, packed>, !attn.tokens<2x256xf16, packed>, !attn.tokens<2x256xf16, packed>) -> !attn.tokens<2x256xf16, packed>
  attn.return %o : !attn.tokens<2x256xf16, packed>
}

// -----

// expected-error @below {{schedule: expected tile_kv to be a multiple of 16 up to 256, got 40}}
attn.kernel @pinned_tile_is_no_multiple_of_16(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"})
    -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.pins = {tile_kv = 40 : i64}} {
  %o = attn.attention %q, %k, %k scale 1.0 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}

// -----

// expected-error @below {{schedule: expected tile_q to be a multiple of 128 (16 rows for each of 8 warps) up to 256, got 64}}
attn.kernel @pinned_warps_need_more_rows(%q: !attn.tokens<2x64xf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xf16, packed> {attn.name = "k"})
    -> (!attn.tokens<2x64xf16, packed> {attn.name = "out"}) attributes {lengths = #attn<lengths both>, attn.pins = {tile_q = 64 : i64, warps = 8 : i64}} {
  %o = attn.attention %q, %k, %k scale 1.0 anchor bottom_right score {} mask {}
      : (!attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>, !attn.tokens<2x64xf16, packed>) -> !attn.tokens<2x64xf16, packed>
  attn.return %o : !attn.tokens<2x64xf16, packed>
}


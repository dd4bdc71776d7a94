// RUN: attnc-opt %s | attnc-opt | FileCheck %s
// Caches with new tokens in them: what attention reads, and what a kernel returns.

// Keys rotated, quantised, into pages; values where an index says, both into one tensor.
// CHECK-LABEL: attn.kernel @append_and_attend
// CHECK: %[[ROTATED:.*]] = attn.rope neox keys
// CHECK: %[[KEYS:.*]] = attn.append %[[ROTATED]] to %{{.*}} pages %{{.*}} : !attn.side<["batch", "max_pages"], i32> scale %{{.*}} : !attn.side<[1], f32> : !attn.tokens<2x64xbf16, packed> -> !attn.cache<2x64xf8E4M3FN, nhd page 16>
// CHECK: attn.cached %[[KEYS]] pages
// CHECK: attn.return %{{.*}}, %[[ROTATED]], %[[KEYS]], %{{.*}} : !attn.tokens<8x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>, !attn.cache<2x64xf8E4M3FN, nhd page 16>, !attn.cache<2x64xbf16, nhd page 16>
attn.kernel @append_and_attend(%q: !attn.tokens<8x64xbf16, packed> {attn.name = "q"}, %k: !attn.tokens<2x64xbf16, packed> {attn.name = "k"}, %v: !attn.tokens<2x64xbf16, packed> {attn.name = "v"},
                               %kc: !attn.cache<2x64xf8E4M3FN, nhd page 16> {attn.name = "k_cache"}, %vc: !attn.cache<2x64xbf16, nhd page 16> {attn.name = "v_cache"},
                               %scale: !attn.side<[1], f32> {attn.name = "k_scale"}, %t: !attn.side<["batch", "max_pages"], i32> {attn.name = "block_table"})
    -> (!attn.tokens<8x64xbf16, packed> {attn.name = "out"}, !attn.tokens<2x64xbf16, packed> {attn.name = "k_rotated"},
        !attn.cache<2x64xf8E4M3FN, nhd page 16> {attn.name = "k_cache"}, !attn.cache<2x64xbf16, nhd page 16> {attn.name = "v_cache"}) attributes {lengths = #attn<lengths both>} {
  %rotated = attn.rope neox keys %k dim 4 frequencies [1.0, 0.01] : (!attn.tokens<2x64xbf16, packed>) -> !attn.tokens<2x64xbf16, packed>
  %keys = attn.append %rotated to %kc pages %t : !attn.side<["batch", "max_pages"], i32> scale %scale : !attn.side<[1], f32>
      : !attn.tokens<2x64xbf16, packed> -> !attn.cache<2x64xf8E4M3FN, nhd page 16>
  %values = attn.append %v to %vc pages %t : !attn.side<["batch", "max_pages"], i32> : !attn.tokens<2x64xbf16, packed> -> !attn.cache<2x64xbf16, nhd page 16>
  %a = attn.cached %keys pages %t : !attn.side<["batch", "max_pages"], i32> scale %scale : !attn.side<[1], f32> : !attn.cache<2x64xf8E4M3FN, nhd page 16> -> !attn.tokens<2x64xbf16, packed>
  %b = attn.cached %values pages %t : !attn.side<["batch", "max_pages"], i32> : !attn.cache<2x64xbf16, nhd page 16> -> !attn.tokens<2x64xbf16, packed>
  %o = attn.attention %q, %a, %b scale 0.125 anchor bottom_right score {} mask {}
      : (!attn.tokens<8x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>) -> !attn.tokens<8x64xbf16, packed>
  attn.return %o, %rotated, %keys, %values : !attn.tokens<8x64xbf16, packed>, !attn.tokens<2x64xbf16, packed>, !attn.cache<2x64xf8E4M3FN, nhd page 16>, !attn.cache<2x64xbf16, nhd page 16>
}

// Nothing attends; tokens of any layout.
// CHECK-LABEL: attn.kernel @append_alone
// CHECK: %[[KEYS:.*]] = attn.append %{{.*}} to %{{.*}} first %{{.*}} : !attn.side<["batch"], i32> : !attn.tokens<2x64xf16, bhsd> -> !attn.cache<2x64xf16, hnd pair>
// CHECK: %[[BOTH:.*]] = attn.append %{{.*}} to %[[KEYS]] values first
// CHECK: attn.return %[[BOTH]]
attn.kernel @append_alone(%k: !attn.tokens<2x64xf16, bhsd> {attn.name = "k"}, %v: !attn.tokens<2x64xf16, bhsd> {attn.name = "v"},
                          %c: !attn.cache<2x64xf16, hnd pair> {attn.name = "kv_cache"}, %i: !attn.side<["batch"], i32> {attn.name = "write_indices"})
    -> (!attn.cache<2x64xf16, hnd pair> {attn.name = "kv_cache"}) attributes {lengths = #attn<lengths none>} {
  %0 = attn.append %k to %c first %i : !attn.side<["batch"], i32> : !attn.tokens<2x64xf16, bhsd> -> !attn.cache<2x64xf16, hnd pair>
  %1 = attn.append %v to %0 values first %i : !attn.side<["batch"], i32> : !attn.tokens<2x64xf16, bhsd> -> !attn.cache<2x64xf16, hnd pair>
  attn.return %1 : !attn.cache<2x64xf16, hnd pair>
}

// CHECK-LABEL: attn.kernel @example
// CHECK: attn.append
attn.kernel @example(%k: !attn.tokens<8x128xbf16, packed> {attn.name = "k"}, %k_cache: !attn.cache<8x128xbf16, nhd page 16> {attn.name = "k_cache"}, %block_table: !attn.side<["batch", "max_pages"], i32> {attn.name = "block_table"})
    -> (!attn.cache<8x128xbf16, nhd page 16> {attn.name = "k_cache"}) attributes {lengths = #attn<lengths both>} {
  %longer = attn.append %k to %k_cache pages %block_table : !attn.side<["batch", "max_pages"], i32>
      : !attn.tokens<8x128xbf16, packed> -> !attn.cache<8x128xbf16, nhd page 16>
  attn.return %longer : !attn.cache<8x128xbf16, nhd page 16>
}

// Keys of a cache, and behind them those that it does not hold.
// CHECK-LABEL: attn.kernel @joined
// CHECK: %[[PRIOR:.*]] = attn.cached %{{.*}} : !attn.cache<8x128xbf16, nhd window 64 keep 4>
// CHECK: attn.join %[[PRIOR]], %{{.*}} : !attn.tokens<8x128xbf16, packed>, !attn.tokens<8x128xbf16, packed>
attn.kernel @joined(%k: !attn.tokens<8x128xbf16, packed> {attn.name = "k"}, %c: !attn.cache<8x128xbf16, nhd window 64 keep 4> {attn.name = "c"})
    -> (!attn.tokens<8x128xbf16, packed> {attn.name = "o"}) attributes {lengths = #attn<lengths both>} {
  %prior = attn.cached %c : !attn.cache<8x128xbf16, nhd window 64 keep 4> -> !attn.tokens<8x128xbf16, packed>
  %both = attn.join %prior, %k : !attn.tokens<8x128xbf16, packed>, !attn.tokens<8x128xbf16, packed>
  attn.return %both : !attn.tokens<8x128xbf16, packed>
}

// Elements of 4 bits with a scale for each 32 of them; beams, whose prompts are shared.
// CHECK-LABEL: attn.kernel @beams
// CHECK: attn.cached %{{.*}} pages %{{.*}} : !attn.side<["batch", "max_pages"], i32> scale %{{.*}} : !attn.cache<8x4xf16, nhd page 16> beams 4 %{{.*}} : !attn.side<["batch", "max_len"], i32> prompts %{{.*}} : !attn.side<["batch"], i32> : !attn.cache<8x128xi4, nhd page 16>
attn.kernel @beams(%c: !attn.cache<8x128xi4, nhd page 16> {attn.name = "c"}, %s: !attn.cache<8x4xf16, nhd page 16> {attn.name = "s"}, %t: !attn.side<["batch", "max_pages"], i32> {attn.name = "t"},
                   %i: !attn.side<["batch", "max_len"], i32> {attn.name = "i"}, %p: !attn.side<["batch"], i32> {attn.name = "p"})
    -> (!attn.tokens<8x128xbf16, packed> {attn.name = "o"}) attributes {lengths = #attn<lengths both>} {
  %0 = attn.cached %c pages %t : !attn.side<["batch", "max_pages"], i32> scale %s : !attn.cache<8x4xf16, nhd page 16>
      beams 4 %i : !attn.side<["batch", "max_len"], i32> prompts %p : !attn.side<["batch"], i32>
      : !attn.cache<8x128xi4, nhd page 16> -> !attn.tokens<8x128xbf16, packed>
  attn.return %0 : !attn.tokens<8x128xbf16, packed>
}

// Scales by token are found and updated beside what they scale; those by channel are given.
// CHECK-LABEL: attn.kernel @scales
// CHECK: %[[LONGER:.*]], %[[SCALES:.*]] = attn.append %{{.*}} to %{{.*}} scale %{{.*}} : !attn.cache<8x4xf32, nhd> : !attn.tokens<8x128xbf16, packed> -> !attn.cache<8x128xi8, nhd>, !attn.cache<8x4xf32, nhd>
// CHECK: attn.append %{{.*}} to %{{.*}} scale %{{.*}} : !attn.side<["kv_heads", 128], f32> : !attn.tokens<8x128xbf16, packed> -> !attn.cache<8x128xi8, nhd>
// CHECK: attn.return %[[LONGER]], %[[SCALES]]
attn.kernel @scales(%k: !attn.tokens<8x128xbf16, packed> {attn.name = "k"}, %c: !attn.cache<8x128xi8, nhd> {attn.name = "c"}, %s: !attn.cache<8x4xf32, nhd> {attn.name = "s"},
                    %v: !attn.cache<8x128xi8, nhd> {attn.name = "v"}, %d: !attn.side<["kv_heads", 128], f32> {attn.name = "d"})
    -> (!attn.cache<8x128xi8, nhd> {attn.name = "c"}, !attn.cache<8x4xf32, nhd> {attn.name = "s"}, !attn.cache<8x128xi8, nhd> {attn.name = "v"}) attributes {lengths = #attn<lengths both>} {
  %0, %1 = attn.append %k to %c scale %s : !attn.cache<8x4xf32, nhd> : !attn.tokens<8x128xbf16, packed> -> !attn.cache<8x128xi8, nhd>, !attn.cache<8x4xf32, nhd>
  %2 = attn.append %k to %v scale %d : !attn.side<["kv_heads", 128], f32> : !attn.tokens<8x128xbf16, packed> -> !attn.cache<8x128xi8, nhd>
  attn.return %0, %1, %2 : !attn.cache<8x128xi8, nhd>, !attn.cache<8x4xf32, nhd>, !attn.cache<8x128xi8, nhd>
}

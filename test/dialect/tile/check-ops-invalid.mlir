// RUN: attnc-opt %s -split-input-file -verify-diagnostics
// What debug builds check needs operands that belong together.

#s = #tile.schedule<tile_q = 16, tile_kv = 16, stages = 1, warps = 1>
tile.kernel @check_pages_c1(%p: !tile.pointer<i32> {tile.name = "p"}, %f: !tile.pointer<f32> {tile.name = "f"}, %w: !tile.pointer<i32, writable true> {tile.name = "w"}, %x: i64 {tile.name = "x"}, %n: index {tile.name = "n"}) attributes {schedule = #s} {
  // expected-error @below {{'tile.check_pages' op expected writable pointers to i32 for what is written, got '!tile.pointer<i32>'}}
  %r = tile.check_pages %n length %n room %n readable %p : !tile.pointer<i32>
  tile.return
}

// -----

#s = #tile.schedule<tile_q = 16, tile_kv = 16, stages = 1, warps = 1>
tile.kernel @check_pages_c1_table(%p: !tile.pointer<i32> {tile.name = "p"}, %f: !tile.pointer<f32> {tile.name = "f"}, %w: !tile.pointer<i32, writable true> {tile.name = "w"}, %x: i64 {tile.name = "x"}, %n: index {tile.name = "n"}) attributes {schedule = #s} {
  // expected-error @below {{'tile.check_pages' op expected pointers to i32, got '!tile.pointer<f32>'}}
  %r = tile.check_pages %n length %n room %n readable %w : !tile.pointer<i32, writable true> pages %f[%x] : !tile.pointer<f32> of %n cleaned %w : !tile.pointer<i32, writable true> page <kPage = 16>
  tile.return
}

// -----

#s = #tile.schedule<tile_q = 16, tile_kv = 16, stages = 1, warps = 1>
tile.kernel @check_pages_c3(%p: !tile.pointer<i32> {tile.name = "p"}, %f: !tile.pointer<f32> {tile.name = "f"}, %w: !tile.pointer<i32, writable true> {tile.name = "w"}, %x: i64 {tile.name = "x"}, %n: index {tile.name = "n"}) attributes {schedule = #s} {
  // expected-error @below {{'tile.check_pages' op expected tokens that are kept beside a ring only, got them without}}
  %r = tile.check_pages %n length %n room %n readable %w : !tile.pointer<i32, writable true> keep <kKeep = 4>
  tile.return
}

// -----

#s = #tile.schedule<tile_q = 16, tile_kv = 16, stages = 1, warps = 1>
tile.kernel @check_append_c1(%p: !tile.pointer<i32> {tile.name = "p"}, %f: !tile.pointer<f32> {tile.name = "f"}, %w: !tile.pointer<i32, writable true> {tile.name = "w"}, %x: i64 {tile.name = "x"}, %n: index {tile.name = "n"}) attributes {schedule = #s} {
  // expected-error @below {{'tile.check_append' op expected pointers to i32, got '!tile.pointer<f32>'}}
  %r = tile.check_append %n count %n room %n pages %f[%x] : !tile.pointer<f32> of %n page <kPage = 16>
  tile.return
}

// -----

#s = #tile.schedule<tile_q = 16, tile_kv = 16, stages = 1, warps = 1>
tile.kernel @check_append_c2(%p: !tile.pointer<i32> {tile.name = "p"}, %f: !tile.pointer<f32> {tile.name = "f"}, %w: !tile.pointer<i32, writable true> {tile.name = "w"}, %x: i64 {tile.name = "x"}, %n: index {tile.name = "n"}) attributes {schedule = #s} {
  // expected-error @below {{'tile.check_append' op expected tokens that are kept beside a ring only, got them without}}
  %r = tile.check_append %n count %n room %n keep <kKeep = 4>
  tile.return
}

// -----

#s = #tile.schedule<tile_q = 16, tile_kv = 16, stages = 1, warps = 1>
tile.kernel @check_beams_c1(%p: !tile.pointer<i32> {tile.name = "p"}, %f: !tile.pointer<f32> {tile.name = "f"}, %w: !tile.pointer<i32, writable true> {tile.name = "w"}, %x: i64 {tile.name = "x"}, %n: index {tile.name = "n"}) attributes {schedule = #s} {
  // expected-error @below {{'tile.check_beams' op expected writable pointers to i32 for what is written, got '!tile.pointer<i32>'}}
  %r = tile.check_beams length %n room %n beams %p[%x] : !tile.pointer<i32> of %n most %n prompt %n cleaned %p : !tile.pointer<i32>
  tile.return
}

// -----

#s = #tile.schedule<tile_q = 16, tile_kv = 16, stages = 1, warps = 1>
tile.kernel @check_beams_c3(%p: !tile.pointer<i32> {tile.name = "p"}, %f: !tile.pointer<f32> {tile.name = "f"}, %w: !tile.pointer<i32, writable true> {tile.name = "w"}, %x: i64 {tile.name = "x"}, %n: index {tile.name = "n"}) attributes {schedule = #s} {
  // expected-error @below {{'tile.check_beams' op expected tokens that are kept beside a ring only, got them without}}
  %r = tile.check_beams length %n room %n beams %p[%x] : !tile.pointer<i32> of %n most %n prompt %n cleaned %w : !tile.pointer<i32, writable true> keep <kKeep = 4>
  tile.return
}

// -----

#s = #tile.schedule<tile_q = 16, tile_kv = 16, stages = 1, warps = 1>
tile.kernel @store_report_c1(%p: !tile.pointer<i32> {tile.name = "p"}, %f: !tile.pointer<f32> {tile.name = "f"}, %w: !tile.pointer<i32, writable true> {tile.name = "w"}, %x: i64 {tile.name = "x"}, %n: index {tile.name = "n"}) attributes {schedule = #s} {
  // expected-error @below {{'tile.store_report' op expected writable pointers to i32 for what is written, got '!tile.pointer<i32>'}}
  tile.store_report %n to %p[%n] : !tile.pointer<i32>
  tile.return
}

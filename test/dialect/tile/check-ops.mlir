// RUN: attnc-opt %s | attnc-opt | FileCheck %s
// What debug builds ask of lengths, tables and beams before anything reads a cache.

#s = #tile.schedule<tile_q = 16, tile_kv = 16, stages = 1, warps = 1>
// CHECK-LABEL: tile.kernel @reads
// CHECK: tile.check_pages %{{.*}} length %{{.*}} room %{{.*}} readable %{{.*}} : !tile.pointer<i32, writable true>{{$}}
// CHECK: tile.check_pages {{.*}} pages %{{.*}}[%{{.*}}] : !tile.pointer<i32> of %{{.*}} cleaned %{{.*}} : !tile.pointer<i32, writable true> page <kPage = 16> ring <kRing = 46> keep <kKeep = 4>
// CHECK: tile.store_report %{{.*}}, %{{.*}} to %{{.*}}[%{{.*}}] : !tile.pointer<i32, writable true>
tile.kernel @reads(%t: !tile.pointer<i32> {tile.name = "t"}, %debug: !tile.pointer<i32, writable true> {tile.name = "debug"}, %lens: !tile.pointer<i32, writable true> {tile.name = "lens"}, %x: i64 {tile.name = "x"}, %request: index {tile.name = "request"}, %kv_len: index {tile.name = "kv_len"}, %capacity: index {tile.name = "capacity"}) attributes {schedule = #s} {
  %report = tile.check_pages %request length %kv_len room %capacity readable %lens : !tile.pointer<i32, writable true>
  %pages = tile.let "pages" %report : index
  %ring = tile.check_pages %request length %kv_len room %capacity readable %lens : !tile.pointer<i32, writable true>
      pages %t[%x] : !tile.pointer<i32> of %capacity cleaned %lens : !tile.pointer<i32, writable true> page <kPage = 16> ring <kRing = 46> keep <kKeep = 4>
  %beams = tile.let "beams" %ring : index
  tile.store_report %pages, %beams to %debug[%request] : !tile.pointer<i32, writable true>
  tile.return
}

// CHECK-LABEL: tile.kernel @new_tokens
// CHECK: tile.check_append %{{.*}} count %{{.*}} room %{{[^ ]*}}{{$}}
// CHECK: tile.check_append {{.*}} pages %{{.*}}[%{{.*}}] : !tile.pointer<i32> of %{{.*}} page <kPage = 16> oldest %{{.*}} ring <kRing = 46>
tile.kernel @new_tokens(%t: !tile.pointer<i32> {tile.name = "t"}, %debug: !tile.pointer<i32, writable true> {tile.name = "debug"}, %x: i64 {tile.name = "x"}, %first_index: index {tile.name = "first_index"}, %q_len: index {tile.name = "q_len"}, %capacity: index {tile.name = "capacity"}) attributes {schedule = #s} {
  %report = tile.check_append %first_index count %q_len room %capacity
  %ring = tile.check_append %first_index count %q_len room %capacity
      pages %t[%x] : !tile.pointer<i32> of %capacity page <kPage = 16> oldest %q_len ring <kRing = 46>
  tile.store_report %report, %ring to %debug[%first_index] : !tile.pointer<i32, writable true>
  tile.return
}

// CHECK-LABEL: tile.kernel @beams
// CHECK: tile.check_beams length %{{.*}} room %{{.*}} beams %{{.*}}[%{{.*}}] : !tile.pointer<i32> of %{{.*}} most %{{.*}} prompt %{{.*}} cleaned %{{.*}} : !tile.pointer<i32, writable true>{{$}}
// CHECK: tile.check_beams {{.*}} pages %{{.*}}[%{{.*}}] : !tile.pointer<i32> of %{{.*}} stride %{{.*}} page <kPage = 16>
tile.kernel @beams(%beams: !tile.pointer<i32> {tile.name = "beams"}, %cleaned: !tile.pointer<i32, writable true> {tile.name = "cleaned"}, %first: i64 {tile.name = "first"}, %kv_len: index {tile.name = "kv_len"}, %capacity: index {tile.name = "capacity"}, %width: index {tile.name = "width"}, %max_len: index {tile.name = "max_len"}, %prompt: index {tile.name = "prompt"}) attributes {schedule = #s} {
  %report = tile.check_beams length %kv_len room %capacity beams %beams[%first] : !tile.pointer<i32> of %width most %max_len
      prompt %prompt cleaned %cleaned : !tile.pointer<i32, writable true>
  %paged = tile.check_beams length %kv_len room %capacity beams %beams[%first] : !tile.pointer<i32> of %width most %max_len
      prompt %prompt cleaned %cleaned : !tile.pointer<i32, writable true>
      pages %beams[%first] : !tile.pointer<i32> of %width stride %max_len page <kPage = 16>
  tile.store_report %report, %paged to %cleaned[%kv_len] : !tile.pointer<i32, writable true>
  tile.return
}

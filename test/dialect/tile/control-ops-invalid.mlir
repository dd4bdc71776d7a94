// RUN: attnc-opt %s -split-input-file -verify-diagnostics

tile.program @launch_c1_no_kernel tensors [] scalars [] dims [] {
  // expected-error @below {{expected a kernel named missing, got none}}
  tile.launch @missing grid ["1", "1", "1"] fields []
}

// -----

tile.program @launch_c2_one_field_short tensors [] scalars [] dims [] {
  // expected-error @below {{expected one field for each of 1 kernel arguments, got 0}}
  tile.launch @k grid ["1", "1", "1"] fields []
}
// expected-note @below {{the kernel is here}}
tile.kernel @k(%a: index {tile.name = "a"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} { tile.return }

// -----

// expected-error @below {{expected a name for argument 1, got none}}
tile.kernel @kernel_c1_unnamed(%a: index {tile.name = "a"}, %b: index)
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} { tile.return }

// -----

// expected-error @below {{expected no results, got 1}}
tile.kernel @kernel_c2_result() -> index
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} { tile.return }

// -----

tile.kernel @loop_c1_half_a_range(%a: index {tile.name = "a"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  // expected-error @below {{expected both bounds of the full range or none, got one}}
  "tile.loop"(%a, %a, %a) <{name = "keys", step = #tile.dim<kTileKv = 64>,
                            operandSegmentSizes = array<i32: 1, 1, 1, 0, 0>}> ({
  ^bb0(%kv: index):
    tile.yield
  }) : (index, index, index) -> ()
  tile.return
}

// -----

tile.kernel @loop_c4_another_step(%a: index {tile.name = "a"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  %walk = tile.walk_spans "spans" %a to %a : !tile.walk<kTileKv=32>
  // expected-error @below {{expected a walk of tiles of #tile.dim<kTileKv = 64>, got '!tile.walk<kTileKv=32>'}}
  tile.loop "keys" %a to %a step <kTileKv = 64> walk %walk : !tile.walk<kTileKv=32> {
  ^bb0(%kv: index):
    tile.sync
  }
  tile.return
}

// -----

tile.kernel @loop_c2_no_variable(%a: index {tile.name = "a"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  // expected-error @below {{expected one index block argument, got ()}}
  tile.loop "keys" %a to %a step <kTileKv = 64> {
    tile.sync
  }
  tile.return
}

// -----

tile.kernel @loop_c2_wrong_type(%a: index {tile.name = "a"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  // expected-error @below {{expected one index block argument, got ('i32')}}
  tile.loop "keys" %a to %a step <kTileKv = 64> {
  ^bb0(%kv: i32):
    tile.sync
  }
  tile.return
}

// -----

tile.kernel @constant_value_of_another_type()
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  // expected-error @below {{expected a value of 'f32', got 64 : index}}
  %0 = tile.constant "kTileKv" 64 : index : f32
  tile.return
}

// -----

tile.kernel @block_id_c1_fourth_axis()
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  // expected-error @below {{attribute 'axis' failed to satisfy constraint}}
  %0 = tile.block_id 3
  tile.return
}

// -----

// expected-error @below {{'tile.return' op expects parent op 'tile.kernel'}}
tile.return

// -----

// expected-error @below {{'tile.launch' op expects parent op 'tile.program'}}
tile.launch @k grid [] fields []

// -----

tile.program @launch_c3_two_axes tensors [] scalars [] dims [] {
  // expected-error @below {{expected a formula for each of 3 axes of the grid, got 2}}
  tile.launch @k grid ["1", "1"] fields ["dim:a"]
}
tile.kernel @k(%a: index {tile.name = "a"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} { tile.return }

// -----

tile.program @launch_c3_four_axes tensors [] scalars [] dims [] {
  // expected-error @below {{expected a formula for each of 3 axes of the grid, got 4}}
  tile.launch @k grid ["1", "1", "1", "1"] fields ["dim:a"]
}
tile.kernel @k(%a: index {tile.name = "a"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} { tile.return }

// -----

tile.program @launch_c4_no_kind tensors [] scalars [] dims [] {
  // expected-error @below {{expected a field of tensor:, scalar:, dim: or workspace:, got "q_len"}}
  tile.launch @k grid ["1", "1", "1"] fields ["q_len"]
}
tile.kernel @k(%a: index {tile.name = "a"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} { tile.return }

// -----

tile.program @launch_c4_unknown_kind tensors [] scalars [] dims [] {
  // expected-error @below {{expected a field of tensor:, scalar:, dim: or workspace:, got "shape:q"}}
  tile.launch @k grid ["1", "1", "1"] fields ["shape:q"]
}
tile.kernel @k(%a: index {tile.name = "a"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} { tile.return }

// -----

tile.program @launch_c4_no_source tensors [] scalars [] dims [] {
  // expected-error @below {{expected a field of tensor:, scalar:, dim: or workspace:, got "dim:"}}
  tile.launch @k grid ["1", "1", "1"] fields ["dim:"]
}
tile.kernel @k(%a: index {tile.name = "a"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} { tile.return }

// -----

tile.kernel @loop_c3_yields(%a: index {tile.name = "a"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  // expected-error @below {{expected a body that yields nothing, got ('index')}}
  tile.loop "keys" %a to %a step <kTileKv = 64> {
  ^bb0(%kv: index):
    tile.yield %kv : index
  }
  tile.return
}

// -----

tile.kernel @let_of_rows(%p: !tile.global_rows<kHeadDim=64, f16> {tile.name = "p"})
    attributes {schedule = #tile.schedule<tile_q = 64, tile_kv = 64, stages = 2, warps = 4>} {
  // expected-error @below {{must be a scalar: index, i64, i32, i1, f32 or a pointer, but got '!tile.global_rows<kHeadDim=64, f16>'}}
  %0 = tile.let "first" %p : !tile.global_rows<kHeadDim=64, f16>
  tile.return
}

// -----

// expected-error @below {{attribute 'tensors' failed to satisfy constraint: tensors}}
tile.program @program_tensors tensors ["q"] scalars [] dims [] {}

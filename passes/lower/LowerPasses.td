// LowerPasses.td - from what is computed to how: schedule and conversion.
#ifndef ATTNC_LOWER_PASSES
#define ATTNC_LOWER_PASSES

include "mlir/Pass/PassBase.td"

def AttnChooseSchedulePass : Pass<"attn-choose-schedule", "::mlir::ModuleOp"> {
  let summary = "choose tile sizes, stages and warps for each kernel";
  let description = [{
    Attaches a `#tile.schedule` to every `attn.kernel`, under the attribute `tile.schedule`: the fields that the
    spec pins (`attn.pins`), the rest by the heuristic of ChooseSchedule.cpp. Fails with a location where the
    target cannot hold the schedule: too much shared memory, or a pin that contradicts another.

    ```mlir
    attn.kernel @k(...) attributes {lengths = ...}
    // becomes, for sm_80 and head_dim 128,
    attn.kernel @k(...) attributes {lengths = ..., tile.schedule = #tile.schedule<...>}
    ```
  }];
  let options = [Option<"target", "target", "std::string", "\"sm_90\"", "architecture to lower for">];
  let dependentDialects = ["::attnc::tile::TileDialect"];
}

def ConvertAttnToTilePass : Pass<"convert-attn-to-tile", "::mlir::ModuleOp"> {
  let summary = "replace attn kernels by tile programs with one load per tile and no barriers";
  let description = [{
    Each `attn.kernel` becomes a `tile.program` with one launch and a `tile.kernel` in its plainest form: one
    loop over key tiles, each tile copied where it is needed. Scores and masks are inlined into `tile.map`s
    with coordinates; the proved ranges become scalar bounds. Later passes pipeline the loads, split the
    loop, and place barriers. Needs `tile.schedule` and the mask proof.
  }];
  let dependentDialects = ["::attnc::tile::TileDialect", "::mlir::arith::ArithDialect"];
}

#endif

// TilePasses.td - tile to tile, in the order of Pipeline.cpp.
#ifndef ATTNC_TILE_PASSES
#define ATTNC_TILE_PASSES

include "mlir/Pass/PassBase.td"

def TileVerifyLayoutsPass : Pass<"tile-verify-layouts", "::attnc::tile::KernelOp"> {
  let summary = "prove by the layout algebra that conversions stay in a lane and ldmatrix has no bank conflict";
  let description = [{
    Fails with a diagnostic at the op if a `tile.convert` would have to move data between lanes, or if the
    swizzle of a shared tile gives an ldmatrix more than its four wavefronts. Changes nothing.
  }];
}

def TilePipelineLoadsPass : Pass<"tile-pipeline-loads", "::attnc::tile::KernelOp"> {
  let summary = "turn per-iteration copies into rings filled ahead of their use";
  let description = [{
    A copy in a loop into a tile that only the loop uses becomes a copy of the tile `stages - 1` iterations
    ahead, into a ring of `stages` slots (from the kernel's schedule); the first `stages - 1` tiles are copied
    before the loop. Each copy is a commit group of its own. Assumes that the loop's source rows do not
    change while it runs.

    ```mlir
    tile.loop ... { ^bb0(%kv): tile.copy_async %rows[%kv] ... to %k_tile; use %k_tile }
    // becomes, for 2 stages,
    tile.copy_async %rows[%begin] ... to (tile.current %ring ahead 0); tile.commit
    tile.loop ... { ^bb0(%kv):
      tile.copy_async %rows[%kv + step] ... to (tile.current %ring ahead 1); tile.commit
      use (tile.current %ring ahead 0)
      tile.advance %ring
    }
    ```
  }];
}

def TileInsertBarriersPass : Pass<"tile-insert-barriers", "::attnc::tile::KernelOp"> {
  let summary = "place waits and syncs where the hazards analysis says that threads must meet";
  let description = [{
    Read after write and write after read of shared tiles by other threads, asynchronous copies included;
    also on the path on which a loop runs zero times. Fails at an access to a tile whose copy was never
    committed: no wait would cover it. See AsyncHazards.h.
  }];
}

def TileSplitFullRangePass : Pass<"tile-split-full-range", "::attnc::tile::KernelOp"> {
  let summary = "give the fully visible tiles a loop without mask code";
  let description = [{
    A loop with a full range becomes up to three: left edge, interior, right edge. The interior loses its
    boundary maps, and the guard against empty rows where scores are finite. A left edge that is empty
    by construction (the loop and its full range begin at the same value) is not made.
  }];
}

def TilePlanSharedMemoryPass : Pass<"tile-plan-shared-memory", "::attnc::tile::KernelOp"> {
  let summary = "give shared tiles and rings their offsets, and the kernel its total";
  let description = [{
    In order of declaration, back to back. Every size is a multiple of 1024 bytes, a period of the swizzle, and
    so is every offset.
  }];
}

def TileLegalizeForSm75Pass : Pass<"tile-legalize-for-sm75", "::attnc::tile::KernelOp"> {
  let summary = "do without what begins with sm_80: asynchronous copies and conversions of two floats at once";
  let description = [{
    A copy loads to registers and stores to shared memory at once; commits and waits go. Barriers stay: what is right for
    a copy that lands anywhere between its op and its wait is right for one that lands at its op. Stores of fragments
    to shared memory round one float at a time.
  }];
}

def TileLegalizeForCudaPass : Pass<"tile-legalize-for-cuda", "::attnc::tile::KernelOp"> {
  let summary = "leave only what has a printer; name scalars that are used more than once";
  let description = [{
    Rejects, with a location, what the CUDA printer cannot say: ops that it does not know, kernel arguments that
    are no field of a parameter struct, shared storage without an offset, a constant of two values, and a
    `tile.current` with a use behind an advance of its ring. A scalar expression with several uses gets a
    `tile.let`, so that the printer never writes it twice; constants and scalars without a use go; a float of an
    index is made of 32 bits.
  }];
}

#endif

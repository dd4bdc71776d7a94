// Handlers.h - the handlers of everything that is not lane code, and how the decoder picks one.
//
// A table of what exists; each family's file says how its handlers read an Inst.
#pragma once

#include "runtime/sim/decode/Kernel.h"

namespace attnc::sim {

// Move.cpp
bool packRegisters(LaneCtx &ctx, const Inst &in, uint32_t mask);
bool unpackRegisters(LaneCtx &ctx, const Inst &in, uint32_t mask);
bool predLogic(LaneCtx &ctx, const Inst &in, uint32_t mask);
bool convertAddress(LaneCtx &ctx, const Inst &in, uint32_t mask);
bool testSpace(LaneCtx &ctx, const Inst &in, uint32_t mask);
bool readClock(LaneCtx &ctx, const Inst &in, uint32_t mask);
bool doNothing(LaneCtx &ctx, const Inst &in, uint32_t mask);
bool fenceMemory(LaneCtx &ctx, const Inst &in, uint32_t mask);
bool raiseTrap(LaneCtx &ctx, const Inst &in, uint32_t mask);

/// The bitwise operation of predLogic, in Inst::a.
enum class PredOp : uint8_t { Mov, Not, And, Or, Xor };

// Carry.cpp
enum class CarryOp : uint8_t { Add, Sub, MadLo, MadHi };
/// Inst::b of carryArithmetic.
constexpr uint8_t kCarryIn = 1, kCarryOut = 2, kCarrySigned = 4;
bool carryArithmetic(LaneCtx &ctx, const Inst &in, uint32_t mask);

// Select.cpp
bool setNumber(LaneCtx &ctx, const Inst &in, uint32_t mask);
bool setPair(LaneCtx &ctx, const Inst &in, uint32_t mask);

// Memory.cpp: elements are `bits` wide in memory; a signed one is extended to a `regBits` register.
Handler loadHandler(Space space, int bits, bool isSigned, int regBits);
Handler storeHandler(Space space, int bits, int regBits);

// Atomic.cpp
enum class AtomOp : uint8_t { Add, Min, Max, And, Or, Xor, Exch, Cas, Inc, Dec };
enum class AtomType : uint8_t { U32, S32, U64, S64, F32, F64, F16x2, BF16x2 };
Handler atomicHandler(Space space);

// AtomicVector.cpp
enum class AtomElement : uint8_t { F32, F16x2, BF16x2, F16, BF16, B16 };
Handler atomicVectorHandler(Space space);

// Matrix.cpp
bool loadMatrix(LaneCtx &ctx, const Inst &in, uint32_t mask);
bool storeMatrix(LaneCtx &ctx, const Inst &in, uint32_t mask);

// AsyncCopy.cpp
bool copyAsync(LaneCtx &ctx, const Inst &in, uint32_t mask);
bool commitGroup(LaneCtx &ctx, const Inst &in, uint32_t mask);
bool waitGroup(LaneCtx &ctx, const Inst &in, uint32_t mask);
bool waitAll(LaneCtx &ctx, const Inst &in, uint32_t mask);

// Match.cpp
bool matchLanes(LaneCtx &ctx, const Inst &in, uint32_t mask);

// Collective.cpp
enum class ShuffleMode : uint8_t { Up, Down, Bfly, Idx };
enum class VoteMode : uint8_t { All, Any, Uni, Ballot };
enum class ReduxOp : uint8_t { Add, MinS, MaxS, MinU, MaxU, And, Or, Xor };
bool shuffle(LaneCtx &ctx, const Inst &in, uint32_t mask);
bool vote(LaneCtx &ctx, const Inst &in, uint32_t mask);
bool redux(LaneCtx &ctx, const Inst &in, uint32_t mask);
bool elect(LaneCtx &ctx, const Inst &in, uint32_t mask);
bool activeMask(LaneCtx &ctx, const Inst &in, uint32_t mask);

/// What a barrier instruction does, in Inst::a.
enum class BarrierOp : uint8_t { Sync, Arrive, RedPopc, RedAnd, RedOr };

} // namespace attnc::sim

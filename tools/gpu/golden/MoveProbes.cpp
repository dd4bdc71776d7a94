// MoveProbes.cpp - ldmatrix and stmatrix, byte permutation, bit fields, lanes of a warp together: exact.
#include "tools/gpu/golden/Probes.h"

namespace attnc::golden {
namespace {

void add(std::vector<Probe> &all, const std::string &op, int since, const std::string &body, int inWords,
         int outWords = 1) {
  Probe probe;
  probe.op = op;
  probe.since = since;
  probe.body = body;
  probe.inWords = inWords;
  probe.outWords = outWords;
  probe.threads = 64;
  for (uint32_t i = 0; i < 64u * static_cast<uint32_t>(inWords); ++i)
    probe.inputs.push_back(hash(i) >>
                           (hash(i + 77) % 3 == 0 ? 24 : 0)); // small shift counts and selectors too
  all.push_back(std::move(probe));
}

/// t0: where the thread's 16 bytes of `tile` are, one row of a matrix a thread.
const std::string kTile = ".shared .align 16 .b8 tile[1024];\nmov.u32 t1, %tid.x;\nmov.u32 t0, tile;\n"
                          "mad.lo.u32 t0, t1, 16, t0;\n";

std::string vector(char name, int count) {
  std::string text = "{";
  for (int i = 0; i < count; ++i)
    text += (i ? ", " : "") + std::string(1, name) + std::to_string(i);
  return text + "}";
}

} // namespace

void addMoveProbes(std::vector<Probe> &all) {
  for (int count : {1, 2, 4})
    for (const char *trans : {"", ".trans"}) {
      std::string shape = ".sync.aligned.m8n8.x" + std::to_string(count) + trans + ".shared.b16 ";
      add(all, "ldmatrix.x" + std::to_string(count) + trans, 75,
          kTile + "st.shared.v4.b32 [t0], {i0, i1, i2, i3};\nbar.warp.sync 0xffffffff;\nldmatrix" + shape +
              vector('o', count) + ", [t0];\n",
          4, count);
      add(all, "stmatrix.x" + std::to_string(count) + trans, 90,
          kTile + "st.shared.v4.b32 [t0], {0, 0, 0, 0};\nbar.warp.sync 0xffffffff;\nstmatrix" + shape +
              "[t0], " + vector('i', count) +
              ";\nbar.warp.sync 0xffffffff;\nld.shared.v4.b32 {o0, o1, o2, o3}, [t0];\n",
          count, 4);
    }
  for (const char *mode : {"", ".f4e", ".b4e", ".rc8", ".ecl", ".ecr", ".rc16"})
    add(all, std::string("prmt.b32") + mode, 75, std::string("prmt.b32") + mode + " o0, i0, i1, i2;\n", 3);
  for (const char *op : {"bfe.u32", "bfe.s32", "shf.l.wrap.b32", "shf.l.clamp.b32", "shf.r.wrap.b32",
                         "shf.r.clamp.b32", "dp4a.s32.s32", "dp4a.u32.s32", "mad24.hi.s32", "sad.s32"})
    add(all, op, 75, std::string(op) + " o0, i0, i1, i2;\n", 3);
  for (const char *op :
       {"bmsk.clamp.b32", "bmsk.wrap.b32", "szext.clamp.s32", "szext.wrap.s32", "szext.wrap.u32"})
    add(all, op, 75, std::string(op) + " o0, i0, i1;\n", 2);
  add(all, "lop3.b32", 75, "lop3.b32 o0, i0, i1, i2, 0x5a;\nlop3.b32 o1, i0, i1, i2, 0xd8;\n", 3, 2);
  add(all, "bfi.b32", 75, "bfi.b32 o0, i0, i1, i2, i3;\n", 4);
  for (const char *mode : {"up", "down", "bfly", "idx"})
    for (const char *clamp : {"0", "31", "0x181f", "0x1807"})
      add(all, std::string("shfl.sync.") + mode + " " + clamp, 75,
          std::string("and.b32 t0, i1, 31;\nshfl.sync.") + mode + ".b32 o0|p0, i0, t0, " + clamp +
              ", 0xffffffff;\nselp.u32 o1, 1, 0, p0;\n",
          2, 2);
  for (const char *op : {"add.s32", "min.s32", "max.u32", "and.b32", "xor.b32"})
    add(all, std::string("redux.sync.") + op, 80, std::string("redux.sync.") + op + " o0, i0, 0xffffffff;\n",
        1);
  add(all, "match.any.sync.b32", 75, "and.b32 t0, i0, 7;\nmatch.any.sync.b32 o0, t0, 0xffffffff;\n", 1);
}

} // namespace attnc::golden

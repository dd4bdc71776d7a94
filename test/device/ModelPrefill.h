// ModelPrefill.h - the shapes of model_prefill.cu that the tests compile and run.
#pragma once

#include "test/device/KernelHarness.h"

namespace attnc::test {

struct Model {
  int headDim, tileQ, tileKv, warps, stages;
  char type; ///< 'h' f16, 'b' bf16

  int sharedBytes() const { return (tileQ + 2 * stages * tileKv) * headDim * 2; }
  std::string name() const {
    return std::string(type == 'h' ? "f16" : "bf16") + "_d" + std::to_string(headDim) + "_" +
           std::to_string(tileQ) + "x" + std::to_string(tileKv) + "_w" + std::to_string(warps) + "_s" +
           std::to_string(stages);
  }
};

inline std::string modelText(const Model &m) {
  std::string text = "#include \"attnc/core.cuh\"\n#define MODEL_STAGES " + std::to_string(m.stages) +
                     "\nusing T = attnc::" + (m.type == 'h' ? "f16" : "bf16") + ";\n";
  for (auto [name, value] :
       {std::pair("kHeadDim", m.headDim), std::pair("kTileQ", m.tileQ), std::pair("kTileKv", m.tileKv),
        std::pair("kWarps", m.warps), std::pair("kStages", m.stages), std::pair("kMinBlocks", 1)})
    text += "constexpr int " + std::string(name) + " = " + std::to_string(value) + ";\n";
  return kernelText("model_prefill.cu", text);
}

/// The shapes of codegen/device/README.md, most of them in one type.
inline std::vector<Model> runnableModels() {
  return {{64, 128, 64, 4, 2, 'h'}, {64, 128, 64, 4, 1, 'b'},  {128, 64, 64, 4, 2, 'b'},
          {128, 64, 64, 4, 1, 'h'}, {128, 128, 64, 8, 2, 'b'}, {128, 128, 32, 4, 1, 'h'},
          {256, 64, 32, 4, 2, 'b'}, {256, 64, 32, 4, 2, 'h'},  {256, 128, 32, 8, 1, 'b'}};
}

} // namespace attnc::test

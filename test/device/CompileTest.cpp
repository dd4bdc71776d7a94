// CompileTest.cpp - the model kernel through NVRTC for every architecture: no spill, no local memory, fits,
// and the instruction counts that the layouts promise.
#include "test/device/ModelPrefill.h"

#include <string_view>

namespace attnc::test {
namespace {

size_t count(std::string_view text, std::string_view what) {
  size_t n = 0;
  for (size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size()))
    ++n;
  return n;
}

/// What codegen/device/README.md recommends, by the shared memory of an SM.
std::vector<Model> recommended(const Target &target) {
  const int shared = target.sharedBytesPerSm / 1024;
  std::vector<Model> models = {{64, 128, 64, 4, 2, 'b'}, {128, 64, 64, 4, shared > 128 ? 2 : 1, 'b'}};
  models.push_back(shared > 128 ? Model{256, 64, 32, 4, shared > 200 ? 2 : 1, 'b'}
                                : Model{256, 128, 32, 8, 1, 'b'});
  return models;
}

class Compile : public testing::TestWithParam<std::string> {};

TEST_P(Compile, HasNoSpillAndFits) {
  Result<Target> target = Target::parse(GetParam());
  ASSERT_TRUE(target.ok());
  for (Model model : recommended(*target))
    for (char type : {'b', 'h'}) {
      model.type = type;
      SCOPED_TRACE(model.name());
      auto image = compileText(modelText(model), {"model_prefill"}, GetParam());
      ASSERT_TRUE(image.ok()) << image.status().str();
      ASSERT_EQ(image->resources.size(), 1u);
      const KernelResources &used = image->resources[0];
      EXPECT_EQ(used.spillStoreBytes, 0);
      EXPECT_EQ(used.spillLoadBytes, 0);
      EXPECT_EQ(used.stackBytes, 0);
      EXPECT_EQ(used.staticSharedBytes, 0);
      // Eight warps a SM: two blocks of four, so that one's softmax runs under the other's mma, or one of
      // eight.
      const int blocks = 8 / model.warps;
      const int registersPerBlock = (used.registers + 7) / 8 * 8 * 32 * model.warps;
      EXPECT_LE(blocks * registersPerBlock, target->registersPerSm) << used.registers << " registers";
      EXPECT_LE(blocks * (model.sharedBytes() + target->sharedBytesReserved), target->sharedBytesPerSm);
      EXPECT_LE(model.sharedBytes(), target->sharedBytesPerBlock);
      EXPECT_EQ(image->ptx.find(".local"), std::string::npos);
    }
}

INSTANTIATE_TEST_SUITE_P(Archs, Compile,
                         testing::Values("sm_80", "sm_86", "sm_89", "sm_90", "sm_100", "sm_120"),
                         [](const auto &info) { return info.param; });

/// Both products of the plain family at the tiles that the compiler chooses for sm_75: no spill, no local
/// memory.
TEST(Plain, CompilesForSm75WithoutSpills) {
  struct Shape {
    const char *type;
    int rows, tile, depth, warps;
  };
  for (const Shape &s : {Shape{"float", 64, 32, 64, 4}, Shape{"float", 32, 16, 256, 2},
                         Shape{"attnc::f16", 64, 32, 128, 4}, Shape{"attnc::bf16", 32, 16, 256, 2}}) {
    std::string text =
        "#include \"attnc/block/copy.cuh\"\n#include \"attnc/warp/dot.cuh\"\nusing T = " +
        std::string(s.type) +
        ";\n#define COPY block::copy\n#define WAIT\n#define ABT warp::dot_abt\n#define AB warp::dot_ab\n";
    for (auto [name, value] : {std::pair("kRows", s.rows), std::pair("kTile", s.tile),
                               std::pair("kDepth", s.depth), std::pair("kWarps", s.warps)})
      text += "constexpr int " + std::string(name) + " = " + std::to_string(value) + ";\n";
    auto image = compileText(kernelText("mma_pair.cu", text), {"mma_pair"}, "sm_75");
    ASSERT_TRUE(image.ok()) << image.status().str();
    EXPECT_EQ(image->resources[0].spillStoreBytes + image->resources[0].stackBytes, 0)
        << s.type << " " << s.depth;
    EXPECT_EQ(image->ptx.find(".local"), std::string::npos);
    for (const char *tooNew : {"cp.async", "mma.sync", "x2.f32", "bf16.f32"})
      EXPECT_EQ(image->ptx.find(tooNew), std::string::npos) << tooNew;
  }
}

/// Two loops of the same products; one exponential a score and one a row; no shuffle but the maxima and final
/// sums.
TEST(Instructions, AreAsManyAsTheShapeNeeds) {
  for (const Model &model : runnableModels()) {
    SCOPED_TRACE(model.name());
    auto image = compileText(modelText(model), {"model_prefill"});
    ASSERT_TRUE(image.ok()) << image.status().str();
    const size_t m = static_cast<size_t>(model.tileQ / model.warps / 16),
                 n = static_cast<size_t>(model.tileKv), d = static_cast<size_t>(model.headDim), rows = 2 * m,
                 loops = 2;
    EXPECT_EQ(count(image->ptx, "mma.sync"), loops * (m * (n / 8) * (d / 16) + m * (d / 8) * (n / 16)));
    EXPECT_EQ(count(image->ptx, "ldmatrix.sync"), loops * (d / 16 * (m + n / 16) + n / 16 * (d / 16)));
    EXPECT_EQ(count(image->ptx, "ex2.approx"), loops * (m * n / 2 + rows));
    EXPECT_EQ(count(image->ptx, "shfl.sync"), loops * 2 * rows + 2 * rows);
    EXPECT_EQ(count(image->ptx, "cvt.rn."), loops * m * n / 4 + m * d / 4);
  }
}

} // namespace
} // namespace attnc::test

// TwoKernelsTest.cpp - two-kernels.mlir to one text, one image and three launches that give the right
// numbers.
#include "attnc/Device.h"
#include "attnc/Runtime.h"
#include "codegen/cuda/EmitCuda.h"
#include "dialect/tile/Tile.h"
#include "runtime/core/ProgramJson.h"
#include "runtime/nvrtc/NvrtcCompiler.h"

#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

namespace attnc {
namespace {

class TwoKernels : public testing::Test {
protected:
  void SetUp() override {
    mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
    context.loadDialect<tile::TileDialect>();
    auto module = mlir::parseSourceFile<mlir::ModuleOp>(ATTNC_CODEGEN_TESTS "/two-kernels.mlir", &context);
    ASSERT_TRUE(module);
    mlir::FailureOr<Program> emitted = codegen::emitCuda(*module, *Target::parse("sm_80"));
    ASSERT_TRUE(mlir::succeeded(emitted));
    program = *emitted;
  }

  Result<Image> compile() {
    ATTNC_ASSIGN_OR_RETURN(std::shared_ptr<Nvrtc> nvrtc, Nvrtc::open());
    return nvrtc->compile(program);
  }

  Program program;
};

TEST_F(TwoKernels, ThreeLaunchesOfTwoSymbols) {
  ASSERT_EQ(program.launches.size(), 3u);
  EXPECT_EQ(program.launches[0].kernel, program.launches[2].kernel);
  EXPECT_NE(program.launches[0].kernel, program.launches[1].kernel);
  EXPECT_EQ(program.launches[1].threads, 64);
  const std::string definition = program.launches[0].kernel + "(";
  const size_t first = program.text.find(definition);
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(program.text.find(definition, first + 1), std::string::npos) << "defined twice";
}

TEST_F(TwoKernels, RemarksNameTheirKernel) {
  std::vector<std::string> keys;
  for (const Remark &remark : program.remarks)
    keys.push_back(remark.key + " = " + remark.value);
  EXPECT_EQ(keys, (std::vector<std::string>{"schedule.count.tile_q = 64", "schedule.count.tile_kv = 16",
                                            "schedule.count.stages = 1", "schedule.count.warps = 4",
                                            "schedule.count.shared_bytes = 0", "schedule.count.mma = \"sync\"",
                                            "schedule.tile_q = 32", "schedule.tile_kv = 16",
                                            "schedule.stages = 1", "schedule.warps = 2",
                                            "schedule.shared_bytes = 0", "schedule.mma = \"sync\""}));
}

TEST_F(TwoKernels, ManifestKeepsEveryLaunch) {
  Result<Program> read = programFromJson(programToJson(program));
  ASSERT_TRUE(read.ok()) << read.status().str();
  ASSERT_EQ(read->launches.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(read->launches[i].kernel, program.launches[i].kernel);
    EXPECT_EQ(read->launches[i].grid, program.launches[i].grid);
  }
  EXPECT_EQ(read->launches[2].params[0].source, "again");
}

TEST_F(TwoKernels, CompilesAndRunsInOrder) {
  Result<Image> image = compile();
  ASSERT_TRUE(image.ok()) << image.status().str();
  EXPECT_EQ(image->resources.size(), 2u);
  std::shared_ptr<Device> device = openSimDevice(image->program.target, {});
  Kernel kernel(std::make_shared<Image>(std::move(*image)));
  constexpr int64_t kCount = 77; // two blocks of 64 rows, three of 32
  Arguments arguments;
  std::vector<void *> buffers;
  for (const char *name : {"counts", "scaled", "again"}) {
    Result<void *> buffer = device->allocate(kCount * sizeof(float));
    ASSERT_TRUE(buffer.ok());
    buffers.push_back(*buffer);
    arguments.tensors[name] = {*buffer, DType::F32, {kCount}, {}};
  }
  Status status = kernel.run(*device, arguments);
  ASSERT_TRUE(status.ok()) << status.str();
  ASSERT_TRUE(device->synchronize().ok());
  for (size_t tensor = 0; tensor < buffers.size(); ++tensor) {
    std::vector<float> values(kCount);
    ASSERT_TRUE(device->download(values.data(), buffers[tensor], kCount * sizeof(float)).ok());
    for (int i = 0; i < kCount; ++i)
      ASSERT_EQ(values[static_cast<size_t>(i)], static_cast<float>(i) * (tensor == 1 ? 2.5f : 1.0f)) << i;
    EXPECT_TRUE(device->release(buffers[tensor]).ok());
  }
}

} // namespace
} // namespace attnc

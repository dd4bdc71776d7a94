// PlantedBugTest.cpp - a whole generated kernel with a bug put into its text: the simulator's report must
// lead to it.
#include "runtime/jit/Compile.h"
#include "runtime/nvrtc/NvrtcCompiler.h"

#include "attnc/Runtime.h"

#include <gtest/gtest.h>

#include <cstring>

using namespace attnc;

namespace {

constexpr const char *kSpec = "attnc: 1\n"
                              "name: planted\n"
                              "phase: prefill\n"
                              "heads: 1\n"
                              "head_dim: 64\n"
                              "dtype: f16\n"
                              "layout: packed\n"
                              "mask: causal\n" // line 8
                              "schedule: {tile_q: 64, tile_kv: 64}\n";

constexpr int64_t kRows = 100;

/// What a run over 100 queries and keys says after `from` in the kernel's text became `to`; `line` is where
/// that was.
Status runWith(const std::string &from, const std::string &to, int &line) {
  ATTNC_ASSIGN_OR_RETURN(Spec spec, readSpecText(kSpec, "planted.yaml"));
  ATTNC_ASSIGN_OR_RETURN(Target target, Target::parse("sm_80"));
  ATTNC_ASSIGN_OR_RETURN(Program program, compileToProgram(spec, target));
  const size_t at = program.text.find(from);
  if (at == std::string::npos)
    return Status(Code::Internal, "no '" + from + "' in the text");
  line = 1 + static_cast<int>(
                 std::count(program.text.begin(), program.text.begin() + static_cast<long>(at), '\n'));
  program.text.replace(at, from.size(), to);
  ATTNC_ASSIGN_OR_RETURN(std::shared_ptr<Nvrtc> nvrtc, Nvrtc::open());
  ATTNC_ASSIGN_OR_RETURN(Image image, nvrtc->compile(program, {true}));

  const std::shared_ptr<Device> device = openSimDevice(target);
  Arguments arguments;
  for (const TensorSig &sig : program.tensors) {
    Tensor &tensor = arguments.tensors[sig.name];
    tensor.dtype = sig.dtype;
    tensor.shape = sig.name.starts_with("cu_") ? std::vector<int64_t>{2} : std::vector<int64_t>{kRows, 1, 64};
    const size_t bytes = static_cast<size_t>(tensor.spanBytes());
    ATTNC_ASSIGN_OR_RETURN(tensor.data, device->allocate(bytes));
    std::memset(tensor.data, 0, bytes); // addresses of sim are those of the host
    if (sig.name.starts_with("cu_"))
      static_cast<int32_t *>(tensor.data)[1] = kRows;
  }
  for (const std::string &dim : program.dims)
    arguments.dims[dim] = kRows;
  return Kernel(std::make_shared<const Image>(std::move(image))).run(*device, arguments);
}

const Note *noteIn(const Status &status, std::string_view file) {
  for (const Note &note : status.notes())
    if (note.where.file == file)
      return &note;
  return nullptr;
}

TEST(PlantedBug, NoneIsNone) {
  int line = 0;
  const Status status = runWith("block::sync();", "block::sync(); ", line);
  EXPECT_TRUE(status.ok()) << status.str();
}

TEST(PlantedBug, AMissingWaitLeadsToTheProductThatReadsTooEarly) {
  int line = 0;
  const Status status = runWith("block::copy_wait<2>();", "", line);
  EXPECT_EQ(status.code(), Code::DeviceError);
  EXPECT_NE(status.message().find("a wait is missing"), std::string::npos) << status.str();
  const Note *kernel = noteIn(status, "planted.cu"), *header = noteIn(status, "attnc/atom/ldmatrix.cuh"),
             *spec = noteIn(status, "planted.yaml");
  ASSERT_TRUE(kernel && header && spec) << status.str();
  EXPECT_EQ(kernel->where.line, line + 2);
  EXPECT_EQ(kernel->message,
            "from this line of the kernel: warp::mma_abt(scores, q_tile, k_ring.current());");
  EXPECT_GT(header->where.line, 0);
  EXPECT_TRUE(header->message.starts_with("inlined from atom::")) << header->message;
  EXPECT_EQ(spec->message, "for the spec as a whole");
}

TEST(PlantedBug, AReadOfTheMaskLeadsToTheMaskAndTheTensor) {
  int line = 0;
  const Status status = runWith("key < kv_len &&", "p.cu_kv[key + 2] == 0 &&", line);
  EXPECT_EQ(status.code(), Code::DeviceError);
  EXPECT_NE(status.message().find(" of 'cu_kv' (8 bytes): out of bounds"), std::string::npos) << status.str();
  const Note *kernel = noteIn(status, "planted.cu"), *spec = noteIn(status, "planted.yaml");
  ASSERT_TRUE(kernel && spec) << status.str();
  EXPECT_EQ(kernel->where.line, line);
  EXPECT_EQ(spec->where.line, 8);
}

} // namespace

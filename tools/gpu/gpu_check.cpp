// gpu_check.cpp - on a machine with a GPU: every stored case compared, a small grid timed, one JSON document.
//
// usage: gpu_check FOLDER cuda|sim RESULT.json     Needs neither MLIR nor NVRTC nor a network.
#include "attnc/Runtime.h"
#include "tools/attnc/DeviceRun.h"
#include "tools/attnc/Verdict.h"
#include "tools/gpu/GpuTimer.h"
#include "tools/gpu/StoredCases.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

using namespace attnc;
using Json = nlohmann::json;

namespace {

constexpr int kWarmUps = 3, kTimedRuns = 21;

class Session {
public:
  Session(std::filesystem::path folder, bool onGpu) : folder(std::move(folder)), onGpu(onGpu) {}

  Status open() {
    ATTNC_ASSIGN_OR_RETURN(cases, gpu::readCases(folder));
    ATTNC_ASSIGN_OR_RETURN(Bundle opened, Bundle::open(folder / "bundle"));
    bundle.emplace(std::move(opened));
    if (onGpu) {
      ATTNC_ASSIGN_OR_RETURN(device, openCudaDevice());
      ATTNC_ASSIGN_OR_RETURN(timer, gpu::GpuTimer::open());
    } else {
      ATTNC_ASSIGN_OR_RETURN(Target target, Target::parse("sm_90"));
      device = openSimDevice(target);
    }
    result = {{"attnc", cases.attnc},
              {"device", device->name()},
              {"arch", device->target().name()},
              {"gpu", onGpu ? timer->gpuName() : "sim"},
              {"checks", Json::array()},
              {"times", Json::array()}};
    return Status::success();
  }

  /// False if a case is wrong; a case that cannot run counts as wrong and is reported as such.
  bool checkAll() {
    bool good = true;
    for (const gpu::StoredCase &item : cases.cases) {
      Json entry = {{"kernel", item.kernel}, {"case", item.name}};
      Status status = check(item, entry);
      entry["passed"] = status.ok();
      if (!status.ok())
        entry["error"] = status.message();
      std::printf("%-24s %-24s %s\n", item.kernel.c_str(), item.name.c_str(),
                  status.ok() ? "passed" : "FAILED");
      if (!status.ok())
        std::printf("%s\n", status.message().c_str());
      std::fflush(stdout);
      good &= status.ok();
      result["checks"].push_back(std::move(entry));
    }
    return good;
  }

  bool timeAll() {
    if (!onGpu) { // the simulator's wall time says nothing about a GPU
      result["times"] = nullptr;
      return true;
    }
    bool good = true;
    for (const gpu::TimedCase &item : cases.grid) {
      Json entry = {{"kernel", item.kernel}, {"dims", item.request.dims}, {"lens", item.request.lens}};
      Status status = time(item, entry);
      if (!status.ok()) {
        entry["error"] = status.message();
        std::printf("%-24s %s\n", item.kernel.c_str(), status.message().c_str());
      }
      good &= status.ok();
      result["times"].push_back(std::move(entry));
    }
    return good;
  }

  Status write(const std::filesystem::path &path) const {
    std::ofstream file(path);
    // A damaged file can put anything into a message, also what is no UTF-8; replacing beats throwing.
    file << result.dump(1, ' ', false, Json::error_handler_t::replace) << "\n";
    file.close();
    return file ? Status::success() : Status(Code::IoError, path.string() + ": cannot write the file");
  }

private:
  Status check(const gpu::StoredCase &item, Json &entry) {
    ATTNC_ASSIGN_OR_RETURN(Kernel kernel, bundle->find(item.kernel, device->target()));
    ATTNC_ASSIGN_OR_RETURN(cli::Problem problem, cli::makeProblem(kernel.program(), item.request));
    ATTNC_ASSIGN_OR_RETURN(ReferenceResult expected, gpu::readExpected(folder / item.file));
    ATTNC_RETURN_IF_ERROR(replaceUntouched(expected, problem.arguments(kernel.program())));
    ATTNC_RETURN_IF_ERROR(cli::execute(kernel, *device, problem).status());
    ATTNC_ASSIGN_OR_RETURN(Comparison comparison, cli::compareRun(kernel.program(), std::move(expected),
                                                                  problem.arguments(kernel.program())));
    double worst = 0;
    for (const TensorComparison &tensor : comparison.tensors)
      worst = std::max(worst, tensor.maxRatio);
    entry["max_error_over_bound"] = worst;
    return cli::verdictStatus(comparison, problem);
  }

  Status time(const gpu::TimedCase &item, Json &entry) {
    ATTNC_ASSIGN_OR_RETURN(Kernel kernel, bundle->find(item.kernel, device->target()));
    ATTNC_ASSIGN_OR_RETURN(cli::Problem problem, cli::makeProblem(kernel.program(), item.request));
    cli::DeviceTensors memory(*device);
    ATTNC_ASSIGN_OR_RETURN(Arguments arguments, memory.copyIn(kernel.program(), problem));
    std::vector<double> times;
    for (int i = 0; i < kWarmUps + kTimedRuns; ++i) {
      ATTNC_RETURN_IF_ERROR(timer->start());
      ATTNC_RETURN_IF_ERROR(kernel.run(*device, arguments));
      ATTNC_ASSIGN_OR_RETURN(double milliseconds, timer->stop());
      if (i >= kWarmUps)
        times.push_back(milliseconds);
    }
    std::sort(times.begin(), times.end());
    entry["median_ms"] = times[times.size() / 2];
    entry["min_ms"] = times.front();
    entry["max_ms"] = times.back();
    std::printf("%-24s median %.3f ms of %d\n", item.kernel.c_str(), times[times.size() / 2], kTimedRuns);
    return Status::success();
  }

  std::filesystem::path folder;
  bool onGpu;
  gpu::StoredCases cases;
  std::optional<Bundle> bundle;
  std::shared_ptr<Device> device;
  std::unique_ptr<gpu::GpuTimer> timer;
  Json result;
};

} // namespace

static int run(int argc, char **argv) {
  const std::string_view kind = argc == 4 ? argv[2] : "";
  if (kind != "cuda" && kind != "sim")
    return std::fprintf(stderr, "usage: gpu_check FOLDER cuda|sim RESULT.json\n"), 2;
  Session session(argv[1], kind == "cuda");
  if (Status status = session.open(); !status.ok())
    return std::fprintf(stderr, "gpu_check: %s\n", status.str().c_str()), 2;
  const bool right = session.checkAll();
  const bool timed = session.timeAll();
  if (Status status = session.write(argv[3]); !status.ok())
    return std::fprintf(stderr, "gpu_check: %s\n", status.str().c_str()), 2;
  return right && timed ? 0 : 1;
}

int main(int argc, char **argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception &error) {
    return std::fprintf(stderr, "gpu_check: %s\n", error.what()), 2;
  }
}

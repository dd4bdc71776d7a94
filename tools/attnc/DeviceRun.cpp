// DeviceRun.cpp - device memory for one run.
#include "tools/attnc/DeviceRun.h"

#include "runtime/jit/Stopwatch.h"

#include <algorithm>
#include <cstring>

namespace attnc::cli {
namespace {

/// Where a tensor's rows of the last axis lie on the device, in bytes.
struct Placement {
  int64_t offset = 0, bytes = 0;
  std::vector<int64_t> strides; ///< in elements; empty: contiguous

  /// As the signature allows: a kernel that takes addresses and strides of less than 16 bytes gets them.
  Placement(const TensorSig &sig, const HostTensor &host, bool awkward)
      : bytes(static_cast<int64_t>(host.bytes.size())) {
    constexpr int kFastest = 16;
    if (!awkward || !sig.strided || sig.alignment >= kFastest || host.elements() == 0)
      return;
    offset = sig.alignment;
    const int64_t size = dtypeSize(sig.dtype), gap = sig.alignment / size;
    int64_t stride = 1;
    strides.resize(host.shape.size());
    for (size_t axis = strides.size(); axis-- > 0; stride = stride * host.shape[axis] + gap)
      strides[axis] = stride;
    bytes = offset + stride * size;
  }

  /// Calls `move(place, linear)` for each row: its first byte on the device, and in a contiguous tensor.
  template <class Move> void eachRow(const HostTensor &host, Move move) const {
    const int64_t size = dtypeSize(host.dtype), length = host.shape.back();
    for (int64_t row = 0; row < host.elements() / length; ++row) {
      int64_t place = 0, rest = row;
      for (size_t axis = host.shape.size() - 1; axis-- > 0; rest /= host.shape[axis])
        place += rest % host.shape[axis] * strides[axis];
      move(offset + place * size, row * length * size, length * size);
    }
  }
};

const TensorSig &signatureOf(const Program &program, const std::string &name) {
  return *std::find_if(program.tensors.begin(), program.tensors.end(),
                       [&](const TensorSig &sig) { return sig.name == name; });
}

} // namespace

DeviceTensors::~DeviceTensors() {
  for (const auto &[name, address] : addresses)
    (void)device.release(address);
}

Result<Arguments> DeviceTensors::copyIn(const Program &program, Problem &problem) {
  Arguments arguments = problem.arguments(program);
  for (auto &[name, host] : problem.tensors) {
    const Placement placement(signatureOf(program, name), host, problem.awkwardPlaces);
    ATTNC_ASSIGN_OR_RETURN(void *address, device.allocate(static_cast<size_t>(placement.bytes)));
    addresses[name] = address;
    const std::byte *data = host.bytes.data();
    std::vector<std::byte> placed;
    if (!placement.strides.empty()) {
      placed.assign(static_cast<size_t>(placement.bytes), std::byte{0xff}); // NaN between the rows
      placement.eachRow(host, [&](int64_t to, int64_t from, int64_t count) {
        std::memcpy(placed.data() + to, host.bytes.data() + from, static_cast<size_t>(count));
      });
      data = placed.data();
    }
    if (placement.bytes > 0)
      ATTNC_RETURN_IF_ERROR(device.upload(address, data, static_cast<size_t>(placement.bytes)));
    arguments.tensors[name].data = static_cast<std::byte *>(address) + placement.offset;
    arguments.tensors[name].strides = placement.strides;
  }
  return arguments;
}

Status DeviceTensors::copyOut(const Program &program, Problem &problem) {
  for (const TensorSig &sig : program.tensors) {
    HostTensor &host = problem.tensors.find(sig.name)->second;
    if (!sig.output || host.bytes.empty())
      continue;
    const Placement placement(sig, host, problem.awkwardPlaces);
    if (placement.strides.empty()) {
      ATTNC_RETURN_IF_ERROR(device.download(host.bytes.data(), addresses[sig.name], host.bytes.size()));
      continue;
    }
    std::vector<std::byte> placed(static_cast<size_t>(placement.bytes));
    ATTNC_RETURN_IF_ERROR(device.download(placed.data(), addresses[sig.name], placed.size()));
    placement.eachRow(host, [&](int64_t from, int64_t to, int64_t count) {
      std::memcpy(host.bytes.data() + to, placed.data() + from, static_cast<size_t>(count));
    });
  }
  return Status::success();
}

Result<double> execute(const Kernel &kernel, Device &device, Problem &problem) {
  ATTNC_RETURN_IF_ERROR(kernel.prepare(device));
  DeviceTensors memory(device);
  ATTNC_ASSIGN_OR_RETURN(Arguments arguments, memory.copyIn(kernel.program(), problem));
  Stopwatch watch;
  ATTNC_RETURN_IF_ERROR(kernel.run(device, arguments));
  ATTNC_RETURN_IF_ERROR(device.synchronize());
  const double milliseconds = watch.milliseconds();
  ATTNC_RETURN_IF_ERROR(memory.copyOut(kernel.program(), problem));
  return milliseconds;
}

} // namespace attnc::cli

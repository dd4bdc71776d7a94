// CApi.cpp - the C ABI over the C++ API.
//
// Must not let an exception out, and must not add behaviour: it converts and forwards.
#include "attnc/attnc.h"

#include "attnc/Runtime.h"
#include "runtime/core/CApiConvert.h"
#include "runtime/core/CApiGuard.h"
#include "runtime/core/ProgramJson.h"
#include "runtime/core/Version.h"

using namespace attnc;

struct attncDevice_t {
  std::shared_ptr<Device> device;
  std::string name;
  std::string target;
};

struct attncBundle_t {
  Bundle bundle;
  std::vector<std::pair<std::string, std::string>> entries;
};

struct attncKernel_t {
  Kernel kernel;
  std::string manifest;
};

namespace {

static_assert(int(ATTNC_OK) == int(Code::Ok) && int(ATTNC_INVALID_ARGUMENT) == int(Code::InvalidArgument) &&
              int(ATTNC_INVALID_SPEC) == int(Code::InvalidSpec) &&
              int(ATTNC_UNSUPPORTED) == int(Code::Unsupported) &&
              int(ATTNC_NOT_FOUND) == int(Code::NotFound) && int(ATTNC_IO_ERROR) == int(Code::IoError) &&
              int(ATTNC_CORRUPT) == int(Code::Corrupt) &&
              int(ATTNC_COMPILE_FAILED) == int(Code::CompileFailed) &&
              int(ATTNC_DEVICE_ERROR) == int(Code::DeviceError) &&
              int(ATTNC_MISMATCH) == int(Code::Mismatch) && int(ATTNC_INTERNAL) == int(Code::Internal) &&
              int(ATTNC_EXHAUSTED) == int(Code::Exhausted));

Status openDevice(const attncDeviceOptions *given, attncDevice *out) {
  ATTNC_RETURN_IF_ERROR(needed(out, "a place for the device"));
  *out = nullptr;
  attncDeviceOptions options{};
  ATTNC_RETURN_IF_ERROR(readSized(given, "attncDeviceOptions", options));
  ATTNC_RETURN_IF_ERROR(needed(options.kind, "a device kind"));
  auto handle = std::make_unique<attncDevice_t>();
  const std::string_view kind = options.kind;
  if (kind == "cuda") {
    ATTNC_ASSIGN_OR_RETURN(handle->device, openCudaDevice(options.ordinal));
  } else if (kind == "sim") {
    ATTNC_RETURN_IF_ERROR(needed(options.simTarget, "simTarget"));
    ATTNC_ASSIGN_OR_RETURN(Target target, Target::parse(options.simTarget));
    SimOptions sim;
    sim.seed = options.simSeed;
    sim.threads = options.simThreads > 0 ? options.simThreads : 1;
    handle->device = openSimDevice(target, sim);
  } else {
    return Status(Code::InvalidArgument,
                  "expected device kind 'cuda' or 'sim', got '" + std::string(kind) + "'");
  }
  handle->name = handle->device->name();
  handle->target = handle->device->target().name();
  *out = handle.release();
  return Status::success();
}

} // namespace

std::string &attnc::lastErrorText() {
  thread_local std::string text;
  return text;
}

extern "C" {

uint32_t attncAbiVersion(void) { return ATTNC_ABI_VERSION; }
const char *attncVersion(void) { return kVersionText.data(); }
const char *attncLastError(void) { return lastErrorText().c_str(); }

attncCode attncDeviceOpen(const attncDeviceOptions *options, attncDevice *out) {
  return guarded([&] { return openDevice(options, out); });
}
void attncDeviceClose(attncDevice device) { delete device; }
const char *attncDeviceName(attncDevice device) { return device ? device->name.c_str() : ""; }
const char *attncDeviceTarget(attncDevice device) { return device ? device->target.c_str() : ""; }

attncCode attncMemoryAllocate(attncDevice device, size_t bytes, void **out) {
  return guarded([&]() -> Status {
    ATTNC_RETURN_IF_ERROR(needed(device, "a device"));
    ATTNC_RETURN_IF_ERROR(needed(out, "a place for the address"));
    ATTNC_ASSIGN_OR_RETURN(*out, device->device->allocate(bytes));
    return Status::success();
  });
}

attncCode attncMemoryRelease(attncDevice device, void *address) {
  return guarded([&]() -> Status {
    ATTNC_RETURN_IF_ERROR(needed(device, "a device"));
    return device->device->release(address);
  });
}

attncCode attncMemoryUpload(attncDevice device, void *to, const void *from, size_t bytes, void *stream) {
  return guarded([&]() -> Status {
    ATTNC_RETURN_IF_ERROR(needed(device, "a device"));
    return device->device->upload(to, from, bytes, stream);
  });
}

attncCode attncMemoryDownload(attncDevice device, void *to, const void *from, size_t bytes, void *stream) {
  return guarded([&]() -> Status {
    ATTNC_RETURN_IF_ERROR(needed(device, "a device"));
    return device->device->download(to, from, bytes, stream);
  });
}

attncCode attncMemoryZero(attncDevice device, void *address, size_t bytes, void *stream) {
  return guarded([&]() -> Status {
    ATTNC_RETURN_IF_ERROR(needed(device, "a device"));
    return device->device->fillZero(address, bytes, stream);
  });
}

attncCode attncSynchronize(attncDevice device, void *stream) {
  return guarded([&]() -> Status {
    ATTNC_RETURN_IF_ERROR(needed(device, "a device"));
    return device->device->synchronize(stream);
  });
}

attncCode attncBundleOpen(const char *folder, attncBundle *out) {
  return guarded([&]() -> Status {
    ATTNC_RETURN_IF_ERROR(needed(folder, "a folder"));
    ATTNC_RETURN_IF_ERROR(needed(out, "a place for the bundle"));
    *out = nullptr;
    ATTNC_ASSIGN_OR_RETURN(Bundle bundle, Bundle::open(folder));
    auto entries = bundle.list();
    *out = new attncBundle_t{std::move(bundle), std::move(entries)};
    return Status::success();
  });
}

void attncBundleClose(attncBundle bundle) { delete bundle; }
size_t attncBundleCount(attncBundle bundle) { return bundle ? bundle->entries.size() : 0; }

attncCode attncBundleEntry(attncBundle bundle, size_t index, const char **name, const char **target) {
  return guarded([&]() -> Status {
    ATTNC_RETURN_IF_ERROR(needed(bundle, "a bundle"));
    if (index >= bundle->entries.size())
      return Status(Code::InvalidArgument, "expected an index below " +
                                               std::to_string(bundle->entries.size()) + ", got " +
                                               std::to_string(index));
    if (name)
      *name = bundle->entries[index].first.c_str();
    if (target)
      *target = bundle->entries[index].second.c_str();
    return Status::success();
  });
}

attncCode attncBundleFind(attncBundle bundle, const char *name, const char *target, attncKernel *out) {
  return guarded([&]() -> Status {
    ATTNC_RETURN_IF_ERROR(needed(bundle, "a bundle"));
    ATTNC_RETURN_IF_ERROR(needed(name, "a kernel name"));
    ATTNC_RETURN_IF_ERROR(needed(target, "a target"));
    ATTNC_RETURN_IF_ERROR(needed(out, "a place for the kernel"));
    *out = nullptr;
    ATTNC_ASSIGN_OR_RETURN(Target arch, Target::parse(target));
    ATTNC_ASSIGN_OR_RETURN(Kernel kernel, bundle->bundle.find(name, arch));
    std::string manifest = programToJson(kernel.program());
    *out = new attncKernel_t{std::move(kernel), std::move(manifest)};
    return Status::success();
  });
}

void attncKernelClose(attncKernel kernel) { delete kernel; }
const char *attncKernelManifest(attncKernel kernel) { return kernel ? kernel->manifest.c_str() : ""; }

attncCode attncKernelPrepare(attncKernel kernel, attncDevice device) {
  return guarded([&]() -> Status {
    ATTNC_RETURN_IF_ERROR(needed(kernel, "a kernel"));
    ATTNC_RETURN_IF_ERROR(needed(device, "a device"));
    return kernel->kernel.prepare(*device->device);
  });
}

attncCode attncKernelWorkspaceBytes(attncKernel kernel, const attncArguments *arguments, size_t *bytes) {
  return guarded([&]() -> Status {
    ATTNC_RETURN_IF_ERROR(needed(kernel, "a kernel"));
    ATTNC_RETURN_IF_ERROR(needed(bytes, "a place for the size"));
    attncArguments given{};
    ATTNC_RETURN_IF_ERROR(readSized(arguments, "attncArguments", given));
    ATTNC_ASSIGN_OR_RETURN(Arguments converted, convertArguments(given, ""));
    ATTNC_ASSIGN_OR_RETURN(*bytes, kernel->kernel.workspaceBytes(converted));
    return Status::success();
  });
}

attncCode attncKernelRun(attncKernel kernel, attncDevice device, const attncArguments *arguments) {
  return guarded([&]() -> Status {
    ATTNC_RETURN_IF_ERROR(needed(kernel, "a kernel"));
    ATTNC_RETURN_IF_ERROR(needed(device, "a device"));
    attncArguments given{};
    ATTNC_RETURN_IF_ERROR(readSized(arguments, "attncArguments", given));
    ATTNC_ASSIGN_OR_RETURN(Arguments converted, convertArguments(given, device->name));
    return kernel->kernel.run(*device->device, converted, given.stream, given.workspace);
  });
}

} // extern "C"

// PtxFuzzer.cpp - any bytes as PTX: loading ends with a Status that names the line, or with kernels that run
// for a few instructions without harm.
#include "FuzzTarget.h"

#include "attnc/Device.h"

#include <cstring>

using namespace attnc;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const Target target = *Target::parse("sm_90a");
  SimOptions options;
  options.maxInstructions = 512;
  std::shared_ptr<Device> device = openSimDevice(target, options);
  Image image;
  image.program.name = "fuzz";
  image.ptx.assign(reinterpret_cast<const char *>(data), size);
  Result<std::unique_ptr<Module>> module = device->load(image);
  if (!module.ok()) {
    const Status status = module.status();
    fuzz::expect(status.code() == Code::Corrupt || status.code() == Code::Unsupported, status.str());
    fuzz::expect(status.message().find("PTX line") != std::string::npos, "a line: " + status.str());
    return 0;
  }
  // Seeds call their kernel k and give it up to two addresses.
  Result<void *> buffer = device->allocate(4096);
  fuzz::expect(buffer.ok(), "a buffer");
  std::memset(*buffer, 0, 4096);
  LaunchConfig config;
  config.threads = 64;
  config.dynamicSharedBytes = 256;
  for (size_t count : {0, 1, 2}) {
    std::vector<std::byte> params(count * sizeof(void *));
    for (size_t i = 0; i < count; ++i)
      std::memcpy(params.data() + i * sizeof(void *), &*buffer, sizeof(void *));
    Status status = device->launch(**module, "k", config, params);
    fuzz::expect(status.ok() || !status.message().empty(), "a message");
  }
  return 0;
}

// Record.h - what a device answered to the probes, as a file: test/golden/README.md has the format.
#pragma once

#include "tools/gpu/golden/Probes.h"

#include <map>

namespace attnc::golden {

struct Record {
  std::string arch;   ///< "sm_90"
  std::string gpu;    ///< "NVIDIA H200", or "sim"
  std::string driver; ///< the CUDA version of the driver, "13.0"; "" of the simulator
  std::string date;   ///< "2026-11-21"
  struct Entry {
    std::string inputs; ///< Probe::digest()
    std::vector<uint32_t> outputs;
  };
  std::map<std::string, Entry> entries; ///< by Probe::op
};

/// Every probe that the module has.
Result<Record> record(Device &device, Module &module, const Target &target);

Status writeRecord(const std::string &path, const Record &record);
Result<Record> readRecord(const std::string &path);

} // namespace attnc::golden

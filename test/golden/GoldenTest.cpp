// GoldenTest.cpp - the simulator answers the probes as recorded hardware did; what has no record is named.
//
// Also proves that it can fail: a record with one wrong word must be found, for every probe.
#include "tools/gpu/golden/Record.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iostream>
#include <set>

namespace attnc::golden {
namespace {

/// What the simulator answers, as a record.
Record simulate(const std::string &arch) {
  Result<Target> target = Target::parse(arch);
  EXPECT_TRUE(target.ok()) << arch;
  std::shared_ptr<Device> device = openSimDevice(target.ok() ? *target : Target{});
  Image image;
  image.program.name = "probes";
  image.ptx = probesAsPtx(*target);
  Result<std::unique_ptr<Module>> module = device->load(image);
  EXPECT_TRUE(module.ok()) << module.status().str();
  if (!module.ok())
    return {};
  Result<Record> result = record(*device, **module, *target);
  EXPECT_TRUE(result.ok()) << result.status().str();
  return result.ok() ? *result : Record{};
}

/// Every entry of `recorded` against the simulator's; one line a difference.
std::vector<std::string> compare(const Record &recorded, const Record &simulated) {
  std::vector<std::string> differences;
  std::map<std::string, const Probe *> byOp;
  for (const Probe &probe : probes())
    byOp[probe.op] = &probe;
  for (const auto &[op, entry] : recorded.entries) {
    auto probe = byOp.find(op);
    auto own = simulated.entries.find(op);
    if (probe == byOp.end() || own == simulated.entries.end()) {
      differences.push_back(op + ": there is no such probe");
      continue;
    }
    if (entry.inputs != probe->second->digest()) {
      differences.push_back(op + ": recorded with other inputs; record it again");
      continue;
    }
    std::string what = difference(*probe->second, entry.outputs, own->second.outputs);
    if (!what.empty())
      differences.push_back(op + ": " + what);
  }
  return differences;
}

std::vector<std::filesystem::path> records() {
  std::vector<std::filesystem::path> found;
  for (const auto &entry : std::filesystem::directory_iterator(ATTNC_GOLDEN_RECORDS))
    if (entry.path().extension() == ".json")
      found.push_back(entry.path());
  return found;
}

TEST(Golden, ProbesHaveNamesOfTheirOwnAndInputs) {
  std::set<std::string> names;
  for (const Probe &probe : probes()) {
    EXPECT_TRUE(names.insert(probe.op).second) << probe.op;
    EXPECT_EQ(probe.inputs.size(), static_cast<size_t>(probe.threads * probe.inWords)) << probe.op;
  }
}

TEST(Golden, TheSimulatorAnswersAsRecorded) {
  std::map<std::string, std::set<std::string>> recorded; // by architecture
  for (const std::filesystem::path &path : records()) {
    Result<Record> file = readRecord(path.string());
    ASSERT_TRUE(file.ok()) << file.status().str();
    EXPECT_EQ(path.stem().string(), file->arch) << "expected a record named after its architecture";
    EXPECT_NE(file->gpu, "sim") << path << " is no record of hardware";
    for (const std::string &line : compare(*file, simulate(file->arch)))
      ADD_FAILURE() << path.filename() << " (" << file->gpu << ", driver " << file->driver << "): " << line;
    for (const auto &[op, entry] : file->entries)
      recorded[file->arch].insert(op);
  }
  for (const Target &target : Target::all()) {
    if (target.archSpecific)
      continue;
    std::string missing;
    size_t count = 0, all = 0;
    for (const Probe &probe : probes()) {
      all += probe.since <= target.computeCapability;
      if (probe.since <= target.computeCapability && !recorded[target.name()].contains(probe.op)) {
        missing += "\n    " + probe.op;
        ++count;
      }
    }
    std::cout << target.name() << ": " << count << " of " << all << " probes have no hardware record";
    // The newest that lists every opcode once: the older ones have fewer of them.
    std::cout << (count != 0 && target.computeCapability == 90 ? ":" + missing : "") << "\n";
  }
}

TEST(Golden, OneWrongWordIsFoundInEveryProbe) {
  Record own = simulate("sm_90");
  ASSERT_EQ(own.entries.size(), probes().size());
  EXPECT_TRUE(compare(own, own).empty());
  for (const Probe &probe : probes()) {
    Record wrong = own;
    std::vector<uint32_t> &outputs = wrong.entries[probe.op].outputs;
    outputs[outputs.size() / 2] ^= 0x40004000u; // the top exponent bit of an f32 and of both halves
    EXPECT_EQ(compare(wrong, own).size(), 1u) << probe.op;
    wrong.entries = {{probe.op, own.entries[probe.op]}};
    wrong.entries[probe.op].inputs = "0";
    EXPECT_EQ(compare(wrong, own).size(), 1u) << probe.op;
  }
}

TEST(Golden, RecordsReadBack) {
  Record own = simulate("sm_80");
  std::string path = testing::TempDir() + "golden.json";
  ASSERT_TRUE(writeRecord(path, own).ok());
  Result<Record> again = readRecord(path);
  ASSERT_TRUE(again.ok()) << again.status().str();
  EXPECT_EQ(again->arch, "sm_80");
  EXPECT_EQ(again->entries.size(), own.entries.size());
  EXPECT_TRUE(compare(*again, own).empty());
  for (
      const char *bad :
      {"", "{}", "[1]",
       R"({"arch":"sm_90","gpu":"x","driver":"","date":"","records":{"a":{"inputs":"0","outputs":"12"}}})",
       R"({"arch":"sm_90","gpu":"x","driver":"","date":"","records":{"a":{"inputs":"0","outputs":"0000000g"}}})"}) {
    std::ofstream(path) << bad;
    EXPECT_EQ(readRecord(path).status().code(), Code::Corrupt) << bad;
  }
}

TEST(Golden, EveryArchitectureRunsItsProbes) {
  for (const Target &target : Target::all()) {
    Record record = simulate(target.name());
    EXPECT_GT(record.entries.size(), 50u) << target.name();
  }
}

} // namespace
} // namespace attnc::golden

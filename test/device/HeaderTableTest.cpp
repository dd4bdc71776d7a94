// HeaderTableTest.cpp - the embedded table: complete, sorted, self-contained. Reads text, compiles nothing.
#include "codegen/device/DeviceHeaders.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <set>
#include <sstream>
#include <string>

namespace attnc {
namespace {

std::set<std::string> names() {
  std::set<std::string> out;
  for (const DeviceHeader &header : deviceHeaders())
    out.emplace(header.name);
  return out;
}

TEST(HeaderTable, IsSortedWithoutDuplicates) {
  auto headers = deviceHeaders();
  ASSERT_FALSE(headers.empty());
  for (size_t i = 1; i < headers.size(); ++i)
    EXPECT_LT(headers[i - 1].name, headers[i].name);
}

TEST(HeaderTable, HoldsEveryHeaderOfTheFolderByteForByte) {
  std::filesystem::path root = std::filesystem::path(ATTNC_DEVICE_SOURCE);
  std::set<std::string> files;
  for (const auto &entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".cuh")
      continue;
    std::string name = "attnc/" + std::filesystem::relative(entry.path(), root).generic_string();
    files.insert(name);
    std::ifstream in(entry.path(), std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(in)), {});
    auto headers = deviceHeaders();
    auto it =
        std::find_if(headers.begin(), headers.end(), [&](const DeviceHeader &h) { return h.name == name; });
    if (it == headers.end())
      ADD_FAILURE() << name << " is missing in CMakeLists.txt";
    else
      EXPECT_EQ(it->text, text) << name;
  }
  EXPECT_EQ(files, names());
}

/// NVRTC resolves in-memory headers by full name only, and a CUDA header costs 15 to 1000 ms a kernel.
TEST(HeaderTable, IncludesOnlyItselfByFullName) {
  const std::set<std::string> known = names();
  for (const DeviceHeader &header : deviceHeaders()) {
    std::istringstream lines{std::string(header.text)};
    for (std::string line; std::getline(lines, line);) {
      if (line.rfind("#include", 0) != 0)
        continue;
      ASSERT_EQ(line.rfind("#include \"", 0), 0u) << header.name << ": " << line;
      std::string target = line.substr(10, line.size() - 11);
      EXPECT_TRUE(known.count(target)) << header.name << " includes " << target;
    }
  }
}

TEST(HeaderTable, HasNoArchitectureBranches) {
  for (const DeviceHeader &header : deviceHeaders()) {
    EXPECT_EQ(header.text.find("__CUDA_ARCH__"), std::string_view::npos) << header.name;
    EXPECT_EQ(header.text.find("#if"), std::string_view::npos) << header.name;
    EXPECT_NE(header.text.find("#pragma once"), std::string_view::npos) << header.name;
  }
}

} // namespace
} // namespace attnc

// Runner.cpp - runs reference cases that a script wrote to disk, for check_numpy.py.
//
// Each argument is a folder with `case.txt`, lines of
//   module FILE                            textual IR
//   tensor NAME DTYPE SHAPE STRIDES FILE   comma-separated sizes ("-": none or contiguous), raw bytes
//   dim NAME VALUE / scalar NAME VALUE
// It writes NAME.values and NAME.bounds (raw f64) beside it and NAME.shape, after checking that one and three
// threads give the same bits.
#include "test/reference/TestKernel.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <list>
#include <sstream>

using namespace attnc;
namespace fs = std::filesystem;

static std::string readFile(const fs::path &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

static std::vector<int64_t> parseSizes(const std::string &text) {
  std::vector<int64_t> sizes;
  std::istringstream stream(text == "-" ? "" : text);
  for (std::string item; std::getline(stream, item, ',');)
    sizes.push_back(std::stoll(item));
  return sizes;
}

static void writeDoubles(const fs::path &path, const std::vector<double> &values) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char *>(values.data()), std::streamsize(values.size() * sizeof(double)));
}

static bool sameBits(const std::vector<double> &a, const std::vector<double> &b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

static Status runCase(const fs::path &folder) {
  Arguments arguments;
  std::list<std::string> memory; // addresses stay valid
  std::string module, line;
  std::ifstream lines(folder / "case.txt");
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string kind, name;
    words >> kind >> name;
    if (kind == "module") {
      module = readFile(folder / name);
    } else if (kind == "tensor") {
      std::string dtype, shape, strides, file;
      words >> dtype >> shape >> strides >> file;
      memory.push_back(readFile(folder / file));
      arguments.tensors[name] = {memory.back().data(), *parseDType(dtype), parseSizes(shape),
                                 parseSizes(strides)};
    } else if (kind == "dim") {
      words >> arguments.dims[name];
    } else if (kind == "scalar") {
      words >> arguments.scalars[name];
    }
  }
  ATTNC_ASSIGN_OR_RETURN(std::unique_ptr<ReferenceEngine> engine, test::createEngine(module));
  ATTNC_ASSIGN_OR_RETURN(ReferenceResult result, engine->run(arguments, 1));
  ATTNC_ASSIGN_OR_RETURN(ReferenceResult again, engine->run(arguments, 3));
  for (const ReferenceOutput &output : result.outputs) {
    const ReferenceOutput &other = *again.find(output.name);
    if (!sameBits(output.values, other.values) || !sameBits(output.bounds, other.bounds))
      return {Code::Mismatch, "expected equal bits of '" + output.name + "' from two runs"};
    writeDoubles(folder / (output.name + ".values"), output.values);
    writeDoubles(folder / (output.name + ".bounds"), output.bounds);
    std::ofstream shape(folder / (output.name + ".shape"));
    for (int64_t extent : output.shape)
      shape << extent << ' ';
  }
  return Status::success();
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; ++i)
    if (Status status = runCase(argv[i]); !status.ok()) {
      std::cerr << argv[i] << ": " << status.str() << '\n';
      return 1;
    }
  return argc > 1 ? 0 : 1;
}

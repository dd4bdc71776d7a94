// Replay.cpp - every file of the folders named, through a fuzz target, without libFuzzer.
//
// Must not pass on an empty corpus.
#include "FuzzTarget.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

int main(int argc, char **argv) {
  namespace fs = std::filesystem;
  for (int i = 1; i < argc; ++i) {
    std::vector<fs::path> files;
    for (const fs::directory_entry &entry : fs::directory_iterator(argv[i]))
      if (entry.is_regular_file())
        files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    if (files.empty()) {
      std::fprintf(stderr, "replay: expected files in %s, got none\n", argv[i]);
      return 1;
    }
    for (const fs::path &file : files) {
      std::ifstream stream(file, std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
      std::printf("%s: %zu bytes\n", file.c_str(), bytes.size());
      std::fflush(stdout); // names the file that ends the process
      LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size());
    }
  }
  return argc > 1 ? 0 : 1;
}

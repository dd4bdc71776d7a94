// NvrtcLibrary.cpp - where NVRTC may be, and loading it.
//
// Must not compile anything.
#include "runtime/nvrtc/NvrtcLibrary.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <dlfcn.h>
#include <filesystem>
#include <functional>

namespace attnc {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const char *, 3> kNames{"libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so"};

std::string environment(const char *name) {
  const char *value = std::getenv(name);
  return value ? value : "";
}

void addFolder(std::vector<std::string> &out, const fs::path &folder) {
  for (const char *name : kNames)
    out.push_back((folder / name).string());
}

void addToolkit(std::vector<std::string> &out, const fs::path &root) {
  addFolder(out, root / "lib64");
  addFolder(out, root / "targets/x86_64-linux/lib");
}

/// /usr/local/cuda, then /usr/local/cuda-13.1, cuda-13.0, ... newest first.
std::vector<fs::path> usualToolkits() {
  std::vector<fs::path> versioned;
  std::error_code ignored;
  for (fs::directory_iterator it("/usr/local", ignored), end; !ignored && it != end; it.increment(ignored))
    if (it->path().filename().string().starts_with("cuda-"))
      versioned.push_back(it->path());
  std::sort(versioned.begin(), versioned.end(), std::greater<>());
  versioned.insert(versioned.begin(), "/usr/local/cuda");
  versioned.push_back("/opt/cuda");
  return versioned;
}

/// NVRTC opens its builtins by name only when it compiles, which fails in a folder that the loader does not search (a
/// wheel's, a toolkit's outside of ld.so.conf). Loaded first, from beside it, they are found by that name.
void loadBuiltins(const NvrtcLibrary &library) {
  Dl_info info{};
  if (!dladdr(reinterpret_cast<const void *>(library.nvrtcVersion), &info) || !info.dli_fname)
    return;
  const fs::path builtins = fs::path(info.dli_fname).parent_path() /
                            ("libnvrtc-builtins.so." + std::to_string(library.major) + "." +
                             std::to_string(library.minor));
  dlopen(builtins.c_str(), RTLD_NOW | RTLD_LOCAL); // where it is elsewhere, the loader may still find it
}

Result<std::shared_ptr<NvrtcLibrary>> loadFile(const std::string &path) {
  std::error_code ignored;
  if (path.find('/') != std::string::npos && !fs::exists(path, ignored))
    return Status(Code::NotFound, path + ": no such file");
  void *handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle)
    return Status(Code::NotFound, dlerror());
  auto library = std::make_shared<NvrtcLibrary>();
  library->path = path;
  std::string missing;
  // Never unloaded: NVRTC leaves threads and atexit handlers behind.
#define ATTNC_NVRTC(name, ...)                                                                               \
  library->name = reinterpret_cast<NvrtcCode (*)(__VA_ARGS__)>(dlsym(handle, #name));                        \
  if (!library->name)                                                                                        \
    missing += std::string(missing.empty() ? "" : ", ") + #name;
#include "runtime/nvrtc/NvrtcSymbols.def"
#undef ATTNC_NVRTC
  if (!missing.empty())
    return Status(Code::NotFound, path + ": expected an NVRTC library, got one without " + missing);
  if (NvrtcCode code = library->nvrtcVersion(&library->major, &library->minor))
    return Status(Code::NotFound, path + ": nvrtcVersion failed: " + nvrtcErrorName(code));
  if (std::pair(library->major, library->minor) < std::pair(NvrtcLibrary::kMinMajor, NvrtcLibrary::kMinMinor))
    return Status(Code::NotFound, path + ": expected NVRTC " + std::to_string(NvrtcLibrary::kMinMajor) + "." +
                                      std::to_string(NvrtcLibrary::kMinMinor) + " or newer, got " +
                                      std::to_string(library->major) + "." + std::to_string(library->minor));
  loadBuiltins(*library);
  return library;
}

} // namespace

std::vector<std::string> nvrtcCandidates() {
  // A library that the user names is the one to use; falling back to another would hide a typo.
  if (std::string named = environment("ATTNC_NVRTC"); !named.empty())
    return {named};
  std::vector<std::string> out;
  for (const char *variable : {"CUDA_HOME", "CUDA_PATH"})
    if (std::string root = environment(variable); !root.empty())
      addToolkit(out, root);
  for (const fs::path &root : usualToolkits())
    addToolkit(out, root);
  out.insert(out.end(), kNames.begin(), kNames.end());
  std::string wheel = environment("ATTNC_NVRTC_WHEEL");
#ifdef ATTNC_NVRTC_WHEEL_DEFAULT // where tools/setup put it
  if (wheel.empty())
    wheel = ATTNC_NVRTC_WHEEL_DEFAULT;
#endif
  if (!wheel.empty())
    for (const char *inside : {"", "lib", "nvidia/cu13/lib", "nvidia/cuda_nvrtc/lib"})
      addFolder(out, fs::path(wheel) / inside);
  return out;
}

Result<std::shared_ptr<NvrtcLibrary>> NvrtcLibrary::load() {
  Status failure(Code::NotFound, "expected NVRTC 12.8 or newer on this machine, got none; set ATTNC_NVRTC to "
                                 "libnvrtc.so.13 or CUDA_HOME to a CUDA toolkit");
  for (const std::string &candidate : nvrtcCandidates()) {
    Result<std::shared_ptr<NvrtcLibrary>> library = loadFile(candidate);
    if (library.ok())
      return library;
    failure.note(library.status().message());
  }
  return failure;
}

std::string nvrtcErrorName(NvrtcCode code) {
  static constexpr std::array<const char *, 18> names{
      "NVRTC_SUCCESS",
      "NVRTC_ERROR_OUT_OF_MEMORY",
      "NVRTC_ERROR_PROGRAM_CREATION_FAILURE",
      "NVRTC_ERROR_INVALID_INPUT",
      "NVRTC_ERROR_INVALID_PROGRAM",
      "NVRTC_ERROR_INVALID_OPTION",
      "NVRTC_ERROR_COMPILATION",
      "NVRTC_ERROR_BUILTIN_OPERATION_FAILURE",
      "NVRTC_ERROR_NO_NAME_EXPRESSIONS_AFTER_COMPILATION",
      "NVRTC_ERROR_NO_LOWERED_NAMES_BEFORE_COMPILATION",
      "NVRTC_ERROR_NAME_EXPRESSION_NOT_VALID",
      "NVRTC_ERROR_INTERNAL_ERROR",
      "NVRTC_ERROR_TIME_FILE_WRITE_FAILED",
      "NVRTC_ERROR_NO_PCH_CREATE_ATTEMPTED",
      "NVRTC_ERROR_PCH_CREATE_HEAP_EXHAUSTED",
      "NVRTC_ERROR_PCH_CREATE",
      "NVRTC_ERROR_CANCELLED",
      "NVRTC_ERROR_TIME_TRACE_FILE_WRITE_FAILED",
  };
  if (code >= 0 && size_t(code) < names.size())
    return names[code];
  return "NVRTC error " + std::to_string(code);
}

} // namespace attnc

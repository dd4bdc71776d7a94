// NvrtcText.cpp - see NvrtcText.h. Loads NVRTC at run time, so that the test builds without CUDA.
#include "test/sim/NvrtcText.h"

#include <cstdlib>
#include <dlfcn.h>
#include <gtest/gtest.h>

namespace attnc::simtest {
namespace {

using Program = void *;

struct Api {
  int (*create)(Program *, const char *, const char *, int, const char *const *, const char *const *);
  int (*compile)(Program, int, const char *const *);
  int (*ptxSize)(Program, size_t *);
  int (*ptx)(Program, char *);
  int (*logSize)(Program, size_t *);
  int (*log)(Program, char *);
  int (*destroy)(Program *);
};

void *openLibrary() {
  std::vector<std::string> places;
  for (const char *variable : {"ATTNC_NVRTC", "CUDA_HOME", "CUDA_PATH"})
    if (const char *value = std::getenv(variable))
      places.push_back(std::string(variable) == "ATTNC_NVRTC" ? value
                                                              : std::string(value) + "/lib64/libnvrtc.so.13");
  places.push_back("/usr/local/cuda/lib64/libnvrtc.so.13");
  places.push_back("libnvrtc.so.13");
  if (const char *wheel = std::getenv("ATTNC_NVRTC_WHEEL"))
    places.push_back(std::string(wheel) + "/lib/libnvrtc.so.13");
  for (const std::string &place : places)
    if (void *library = dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL))
      return library;
  return nullptr;
}

const Api *api() {
  static const std::optional<Api> loaded = []() -> std::optional<Api> {
    void *library = openLibrary();
    if (library == nullptr)
      return std::nullopt;
    Api table{};
    bool ok = true;
    auto bind = [&](auto &function, const char *name) {
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
      ok = ok && function != nullptr;
    };
    bind(table.create, "nvrtcCreateProgram");
    bind(table.compile, "nvrtcCompileProgram");
    bind(table.ptxSize, "nvrtcGetPTXSize");
    bind(table.ptx, "nvrtcGetPTX");
    bind(table.logSize, "nvrtcGetProgramLogSize");
    bind(table.log, "nvrtcGetProgramLog");
    bind(table.destroy, "nvrtcDestroyProgram");
    return ok ? std::optional<Api>(table) : std::nullopt;
  }();
  return loaded ? &*loaded : nullptr;
}

} // namespace

std::optional<std::string> compileCuda(const std::string &cuda, const std::vector<std::string> &options) {
  const Api *nvrtc = api();
  if (nvrtc == nullptr)
    return std::nullopt;
  Program program = nullptr;
  std::string text;
  if (nvrtc->create(&program, cuda.c_str(), "test.cu", 0, nullptr, nullptr) != 0) {
    ADD_FAILURE() << "NVRTC does not take the program";
    return text;
  }
  std::vector<const char *> flags;
  for (const std::string &option : options)
    flags.push_back(option.c_str());
  int failed = nvrtc->compile(program, static_cast<int>(flags.size()), flags.data());
  size_t size = 0;
  if (failed) {
    nvrtc->logSize(program, &size);
    std::string log(size, '\0');
    nvrtc->log(program, log.data());
    ADD_FAILURE() << log;
  } else {
    nvrtc->ptxSize(program, &size);
    text.resize(size);
    nvrtc->ptx(program, text.data());
  }
  nvrtc->destroy(&program);
  return text;
}

} // namespace attnc::simtest

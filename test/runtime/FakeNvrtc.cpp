// FakeNvrtc.cpp - a stand-in libnvrtc.so.13 that is found, and fails every compilation with
// $ATTNC_FAKE_NVRTC_CODE.
//
// For what a user's broken installation does. Must not compile anything.
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace {
constexpr char kLog[] = "nvrtc: error: told to fail";
} // namespace

extern "C" {
int nvrtcVersion(int *major, int *minor) { return *major = 13, *minor = 0, 0; }
int nvrtcCreateProgram(void **program, const char *, const char *, int, const char *const *,
                       const char *const *) {
  static int anything;
  *program = &anything;
  return 0;
}
int nvrtcDestroyProgram(void **) { return 0; }
int nvrtcCompileProgram(void *, int, const char *const *) {
  const char *code = std::getenv("ATTNC_FAKE_NVRTC_CODE");
  return code ? std::atoi(code) : 6;
}
int nvrtcGetPTXSize(void *, size_t *size) { return *size = 0, 0; }
int nvrtcGetPTX(void *, char *) { return 0; }
int nvrtcGetCUBINSize(void *, size_t *size) { return *size = 0, 0; }
int nvrtcGetCUBIN(void *, char *) { return 0; }
int nvrtcGetProgramLogSize(void *, size_t *size) { return *size = sizeof(kLog), 0; }
int nvrtcGetProgramLog(void *, char *log) { return std::memcpy(log, kLog, sizeof(kLog)), 0; }
}

// NvrtcCompiler.cpp - runs NVRTC on a program's text.
//
// Must not cache: that is Cache.h. Must not change the text.
#include "runtime/nvrtc/NvrtcCompiler.h"

#include "codegen/device/DeviceHeaders.h"
#include "runtime/core/Digest.h"
#include "runtime/core/KernelKey.h"
#include "runtime/nvrtc/NvrtcLibrary.h"
#include "runtime/nvrtc/PtxasLog.h"
#include "runtime/nvrtc/SourceNames.h"

#include <algorithm>
#include <mutex>

namespace attnc {
namespace {

std::vector<SourceHeader> allHeaders() {
  std::vector<SourceHeader> out;
  for (const DeviceHeader &header : deviceHeaders())
    out.push_back({header.name, header.text});
  return out;
}

class LoadedNvrtc final : public Nvrtc {
public:
  explicit LoadedNvrtc(std::shared_ptr<NvrtcLibrary> library) : api(std::move(library)) {}

  std::string version() const override {
    return "NVRTC " + std::to_string(api->major) + "." + std::to_string(api->minor);
  }

  std::vector<std::string> flags(const Target &target, const NvrtcOptions &options) const override {
    // Without --no-source-include a file in the working folder could stand in for an embedded header.
    const std::string name = target.name();
    std::vector<std::string> out{"--gpu-architecture=" +
                                     (options.ptxOnly ? "compute" + name.substr(name.find('_')) : name),
                                 "--std=c++17", "--no-source-include"};
    if (!options.ptxOnly)
      out.push_back("--ptxas-options=-v");
    if (options.lineInfo)
      out.push_back("--generate-line-info");
    return out;
  }

  Result<Image> compile(const Program &program, const NvrtcOptions &options) override;

private:
  using GetSize = NvrtcCode (*)(NvrtcProgram, size_t *);
  using GetBytes = NvrtcCode (*)(NvrtcProgram, char *);

  Result<std::string> get(NvrtcProgram handle, std::string_view what, GetSize getSize, GetBytes getBytes) {
    size_t size = 0;
    NvrtcCode code = getSize(handle, &size);
    std::string bytes(size, '\0');
    if (!code && size)
      code = getBytes(handle, bytes.data());
    if (code)
      return Status(Code::CompileFailed,
                    version() + " gave no " + std::string(what) + ": " + nvrtcErrorName(code));
    return bytes;
  }

  /// For texts, which NVRTC ends with a NUL.
  Result<std::string> getText(NvrtcProgram handle, std::string_view what, GetSize getSize,
                              GetBytes getBytes) {
    ATTNC_ASSIGN_OR_RETURN(std::string text, get(handle, what, getSize, getBytes));
    while (!text.empty() && text.back() == '\0')
      text.pop_back();
    return text;
  }

  std::shared_ptr<NvrtcLibrary> api;
};

Result<Image> LoadedNvrtc::compile(const Program &program, const NvrtcOptions &wanted) {
  // NVRTC takes C strings; views of the header table need not end in NUL.
  std::vector<std::string> names, texts;
  const std::vector<SourceHeader> all = allHeaders();
  for (const SourceHeader &header : includedHeaders(program.text, all)) {
    names.emplace_back(header.name);
    texts.emplace_back(header.text);
  }
  auto pointers = [](const std::vector<std::string> &strings) {
    std::vector<const char *> out;
    for (const std::string &s : strings)
      out.push_back(s.c_str());
    return out;
  };
  const std::vector<const char *> namePointers = pointers(names), textPointers = pointers(texts);

  NvrtcProgram handle = nullptr;
  const std::string fileName = program.name + ".cu";
  if (NvrtcCode code =
          api->nvrtcCreateProgram(&handle, program.text.c_str(), fileName.c_str(),
                                  static_cast<int>(names.size()), textPointers.data(), namePointers.data()))
    return Status(Code::CompileFailed,
                  version() + " did not take '" + fileName + "': " + nvrtcErrorName(code));
  auto destroy = [this](NvrtcProgram p) { api->nvrtcDestroyProgram(&p); };
  std::unique_ptr<NvrtcProgramImpl, decltype(destroy)> owner(handle, destroy);

  const std::vector<std::string> options = flags(program.target, wanted);
  const std::vector<const char *> optionPointers = pointers(options);
  const NvrtcCode compiled =
      api->nvrtcCompileProgram(handle, static_cast<int>(optionPointers.size()), optionPointers.data());

  Image image;
  ATTNC_ASSIGN_OR_RETURN(image.log,
                         getText(handle, "log", api->nvrtcGetProgramLogSize, api->nvrtcGetProgramLog));
  // The machine's fault and not the kernel's, so no CompileFailed.
  if (nvrtcErrorName(compiled) == "NVRTC_ERROR_BUILTIN_OPERATION_FAILURE")
    return Status(Code::NotFound, "expected libnvrtc-builtins.so." + std::to_string(api->major) + "." +
                                      std::to_string(api->minor) + " beside " + api->path + ", got none\n" +
                                      image.log);
  if (nvrtcErrorName(compiled) == "NVRTC_ERROR_OUT_OF_MEMORY")
    return Status(Code::IoError, version() + " ran out of memory on '" + fileName + "'\n" + image.log);
  if (compiled)
    return Status(Code::CompileFailed, version() + " refused '" + fileName + "' for " +
                                           program.target.name() + ": " + nvrtcErrorName(compiled) + "\n" +
                                           image.log);
  ATTNC_ASSIGN_OR_RETURN(image.ptx, getText(handle, "PTX", api->nvrtcGetPTXSize, api->nvrtcGetPTX));
  if (wanted.lineInfo) {
    names.push_back(fileName);
    image.ptx = withPlainSourceNames(image.ptx, names);
  }
  image.program = program;
  image.compilerVersion = version();
  if (wanted.ptxOnly)
    return image;
  ATTNC_ASSIGN_OR_RETURN(image.cubin, get(handle, "cubin", api->nvrtcGetCUBINSize, api->nvrtcGetCUBIN));

  const std::vector<KernelResources> found = parsePtxasLog(image.log);
  for (const Launch &launch : program.launches) {
    auto it = std::find_if(found.begin(), found.end(),
                           [&](const KernelResources &r) { return r.kernel == launch.kernel; });
    if (it == found.end())
      return Status(Code::CompileFailed, "expected kernel '" + launch.kernel + "' in '" + fileName +
                                             "', got none of that name\n" + image.log);
    if (std::none_of(image.resources.begin(), image.resources.end(),
                     [&](const KernelResources &r) { return r.kernel == launch.kernel; }))
      image.resources.push_back(*it);
  }
  return image;
}

} // namespace

Result<std::shared_ptr<Nvrtc>> Nvrtc::open() {
  static std::mutex mutex;
  static std::shared_ptr<Nvrtc> opened;
  std::lock_guard lock(mutex);
  if (!opened) {
    ATTNC_ASSIGN_OR_RETURN(std::shared_ptr<NvrtcLibrary> library, NvrtcLibrary::load());
    opened = std::make_shared<LoadedNvrtc>(std::move(library));
  }
  return opened;
}

std::string contentKey(const Program &program, const Nvrtc &nvrtc, const NvrtcOptions &options) {
  const std::vector<SourceHeader> headers = allHeaders();
  std::vector<std::string> flags = nvrtc.flags(program.target, options);
  if (options.lineInfo)
    flags.push_back("places of " + sha256Hex(program.text));
  return contentKey(program, headers, nvrtc.version(), flags);
}

} // namespace attnc

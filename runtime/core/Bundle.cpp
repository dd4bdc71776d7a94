// Bundle.cpp - kernels built ahead of time, as a folder that `sha256sum -c SHA256SUMS` can check.
//
// Must not compile, and must not open a file whose name leaves the folder.
#include "attnc/Runtime.h"

#include "runtime/core/BundleFiles.h"
#include "runtime/core/Digest.h"
#include "runtime/core/JsonReader.h"
#include "runtime/core/ProgramJson.h"

#include <algorithm>
#include <unistd.h>

namespace attnc {

namespace fs = std::filesystem;

namespace {

constexpr int kBundleFormat = 1;
constexpr const char *kManifestFile = "manifest.json";
constexpr const char *kSumsFile = "SHA256SUMS";

/// One kernel of a bundle. Its files are `stem` and an extension.
struct BundledKernel {
  std::string stem;
  Image image; ///< without text, cubin, PTX and log
};

/// What a kernel's files hold, in the order they are written.
struct Part {
  const char *extension;
  std::string &(*of)(Image &);
};
constexpr Part kParts[] = {
    {".cubin", [](Image &image) -> std::string & { return image.cubin; }},
    {".ptx", [](Image &image) -> std::string & { return image.ptx; }},
    {".cu", [](Image &image) -> std::string & { return image.program.text; }},
    {".log", [](Image &image) -> std::string & { return image.log; }},
};

void readEntry(ObjectReader r, BundledKernel &kernel) {
  std::string image;
  r.text("stem", kernel.stem);
  if (!isPlainFileName(kernel.stem))
    r.fail("stem", "a plain file name", "'" + kernel.stem + "'");
  r.text("image", image);
  if (Result<Image> parsed = imageFromJson(image))
    kernel.image = std::move(*parsed);
  else
    r.fail("image", "a manifest", "'" + parsed.status().message() + "'");
  r.finish();
}

Result<std::vector<BundledKernel>> parseManifest(const std::string &text) {
  std::vector<BundledKernel> kernels;
  ATTNC_RETURN_IF_ERROR(readJson(text, [&](ObjectReader r) {
    int format = 0;
    r.integer("attnc_bundle", format);
    if (format != kBundleFormat)
      r.fail("attnc_bundle", std::to_string(kBundleFormat), std::to_string(format));
    r.list("kernels", kernels, [](ValueReader v, BundledKernel &kernel) { readEntry(v.object(), kernel); });
    r.finish();
  }));
  return kernels;
}

std::string label(const BundledKernel &kernel) {
  return kernel.image.program.name + " (" + kernel.image.program.target.name() + ")";
}

Status writeKernel(const fs::path &folder, const std::string &stem, Image image, Checksums &sums) {
  for (const Part &part : kParts) {
    const std::string &bytes = part.of(image);
    const std::string name = stem + part.extension;
    ATTNC_RETURN_IF_ERROR(writeWholeFile(folder / name, bytes));
    sums[name] = sha256Hex(bytes);
  }
  return Status::success();
}

Status writeAll(const fs::path &folder, const std::vector<Image> &images) {
  Checksums sums;
  nlohmann::json kernels = nlohmann::json::array();
  for (const Image &image : images) {
    const std::string stem = image.program.name + "." + image.program.target.name();
    if (!isPlainFileName(stem))
      return Status(Code::InvalidArgument,
                    "bundle: expected a name of letters, digits, '_', '-' and '.', got '" +
                        image.program.name + "'");
    if (image.cubin.empty())
      return Status(Code::InvalidArgument, "bundle: expected a cubin of '" + image.program.name +
                                               "', got PTX alone: it was compiled for the simulator");
    if (sums.count(stem + kParts[0].extension))
      return Status(Code::InvalidArgument, "bundle: expected each kernel once, got '" + image.program.name +
                                               "' for " + image.program.target.name() + " twice");
    ATTNC_RETURN_IF_ERROR(writeKernel(folder, stem, image, sums));
    kernels.push_back({{"stem", stem}, {"image", imageToJson(image)}});
  }
  const nlohmann::json manifest = {{"attnc_bundle", kBundleFormat}, {"kernels", kernels}};
  const std::string text = manifest.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  ATTNC_RETURN_IF_ERROR(writeWholeFile(folder / kManifestFile, text));
  sums[kManifestFile] = sha256Hex(text);
  return writeWholeFile(folder / kSumsFile, checksumText(sums));
}

} // namespace

struct Bundle::State {
  fs::path folder;
  Checksums sums;
  std::vector<BundledKernel> kernels;
};

Bundle::Bundle(std::shared_ptr<const State> state) : state(std::move(state)) {}

Result<Bundle> Bundle::open(const fs::path &folder) {
  auto state = std::make_shared<State>();
  state->folder = folder;
  std::error_code error;
  if (!fs::is_directory(folder, error))
    return Status(Code::NotFound, "bundle: expected a folder, got '" + folder.string() + "'");
  if (!fs::exists(folder / kSumsFile, error) && !fs::exists(folder / kManifestFile, error))
    return Status(Code::NotFound, "bundle: expected " + std::string(kManifestFile) + " and " + kSumsFile +
                                      " in '" + folder.string() + "', got neither");
  const std::string where = "bundle '" + folder.string() + "': ";
  Result<std::string> sums = readWholeFile(folder / kSumsFile);
  if (!sums.ok())
    return sums.status().prefix(where);
  Result<Checksums> parsed = parseChecksums(*sums);
  if (!parsed.ok())
    return parsed.status().prefix(where);
  state->sums = std::move(*parsed);

  Result<std::string> manifest = readCheckedFile(folder, kManifestFile, state->sums);
  if (!manifest.ok())
    return manifest.status().prefix(where);
  Result<std::vector<BundledKernel>> kernels = parseManifest(*manifest);
  if (!kernels.ok())
    return kernels.status().prefix(where);
  state->kernels = std::move(*kernels);
  for (const BundledKernel &kernel : state->kernels)
    for (const Part &part : kParts)
      if (Result<std::string> bytes = readCheckedFile(folder, kernel.stem + part.extension, state->sums);
          !bytes)
        return bytes.status().prefix(where);
  return Bundle(std::move(state));
}

std::vector<std::pair<std::string, std::string>> Bundle::list() const {
  std::vector<std::pair<std::string, std::string>> out;
  for (const BundledKernel &kernel : state->kernels)
    out.emplace_back(kernel.image.program.name, kernel.image.program.target.name());
  return out;
}

Result<Kernel> Bundle::find(std::string_view name, const Target &target) const {
  const BundledKernel *best = nullptr;
  std::string there;
  for (const BundledKernel &kernel : state->kernels) {
    there += (there.empty() ? "" : ", ") + label(kernel);
    const Target &built = kernel.image.program.target;
    if (kernel.image.program.name != name || !built.runsOn(target))
      continue;
    auto rank = [](const Target &t) { return std::pair(t.computeCapability, t.archSpecific); };
    if (!best || rank(built) > rank(best->image.program.target))
      best = &kernel;
  }
  if (!best)
    return Status(Code::NotFound, "bundle '" + state->folder.string() + "': expected kernel '" +
                                      std::string(name) + "' for " + target.name() + ", got " +
                                      (there.empty() ? "an empty bundle" : there));
  auto image = std::make_shared<Image>(best->image);
  for (const Part &part : kParts) {
    // Read again: the folder may have changed since it was opened.
    ATTNC_ASSIGN_OR_RETURN(part.of(*image),
                           readCheckedFile(state->folder, best->stem + part.extension, state->sums));
  }
  return Kernel(std::move(image));
}

Status Bundle::write(const fs::path &folder, const std::vector<Image> &images) {
  std::error_code error;
  if (fs::exists(folder, error) && !(fs::is_directory(folder, error) && fs::is_empty(folder, error)))
    return Status(Code::InvalidArgument,
                  "bundle: expected a new or empty folder, got '" + folder.string() + "'");
  if (images.empty())
    return Status(Code::InvalidArgument, "bundle: expected at least one kernel, got none");
  fs::path target = fs::absolute(folder, error).lexically_normal();
  if (!target.has_filename()) // "dir/"
    target = target.parent_path();
  // Written beside its place and renamed at the end: a killed process leaves no half bundle.
  const fs::path temporary =
      target.parent_path() / ("." + target.filename().string() + ".tmp" + std::to_string(getpid()));
  fs::remove_all(temporary, error);
  if (!fs::create_directories(temporary, error))
    return Status(Code::IoError, "bundle: cannot create '" + temporary.string() + "': " + error.message());
  Status written = writeAll(temporary, images);
  if (written.ok()) {
    fs::rename(temporary, target, error);
    if (error)
      written = Status(Code::IoError, "bundle: cannot create '" + folder.string() + "': " + error.message());
  }
  if (!written.ok())
    fs::remove_all(temporary, error);
  return written;
}

} // namespace attnc

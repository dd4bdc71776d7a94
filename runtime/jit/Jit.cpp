// Jit.cpp - the order of lookup: memory, bundle, disk, lock, disk again, build.
//
// Must not know how anything is compiled or stored.
#include "runtime/jit/Jit.h"

#include "runtime/core/Cache.h"
#include "runtime/core/KernelKey.h"
#include "runtime/jit/BuildId.h"
#include "runtime/jit/Builder.h"
#include "runtime/jit/SpecPlaces.h"
#include "runtime/jit/Stopwatch.h"

#include <cstdio>
#include <future>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

namespace attnc {
namespace {

/// Lets a map of strings be searched with a string_view.
struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};
template <class T> using TextMap = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

/// A copy of `image` that names the spec it was asked for: equal texts of different specs share an entry.
Kernel kernelFor(Image image, const std::string &specDigest) {
  setSpecDigest(image.program, specDigest);
  return Kernel(std::make_shared<const Image>(std::move(image)));
}

class JitImpl : public Jit {
public:
  explicit JitImpl(JitOptions given)
      : options(std::move(given)), builder(options.dumpFolder, {options.lineInfo, options.ptxOnly}) {
    if (!options.log)
      options.log = [](const std::string &message) {
        std::fprintf(stderr, "attnc: warning: %s\n", message.c_str());
      };
  }

  Status open() {
    for (const std::filesystem::path &folder : options.bundles) {
      ATTNC_ASSIGN_OR_RETURN(Bundle bundle, Bundle::open(folder));
      bundles.push_back(std::move(bundle));
    }
    if (!options.useDiskCache)
      return Status::success();
    CacheOptions cacheOptions;
    cacheOptions.folder = options.cacheFolder;
    cacheOptions.log = options.log;
    Result<std::shared_ptr<Cache>> opened = Cache::open(std::move(cacheOptions));
    if (opened.ok())
      cache = *opened;
    else // a cache only saves time
      options.log(opened.status().message() + "; going on without a disk cache");
    return Status::success();
  }

  std::string key(const Spec &spec, const Target &target) const override {
    return keyOf(spec, specText(spec), target);
  }

  std::optional<Kernel> find(std::string_view key) const override {
    std::shared_lock guard(kernelsMutex);
    auto it = kernels.find(key);
    return it == kernels.end() ? std::nullopt : std::optional<Kernel>(it->second);
  }

  Result<Kernel> compile(const Spec &spec, const Target &target, JitReport *report) override {
    JitReport local;
    JitReport &out = report ? *report : local;
    try {
      const std::string text = specText(spec);
      const Request request{spec, target, text, keyOf(spec, text, target), specDigest(text)};
      return get(request, out);
    } catch (const std::exception &error) {
      return Status(Code::Internal, std::string("unexpected exception: ") + error.what());
    }
  }

  Result<Kernel> compileFile(const std::filesystem::path &path, const Target &target,
                             JitReport *report) override {
    Stopwatch watch;
    Result<Spec> spec = readSpec(path);
    const double readMs = watch.milliseconds();
    if (!spec.ok())
      return spec.status();
    JitReport local;
    JitReport &out = report ? *report : local;
    Result<Kernel> kernel = compile(*spec, target, &out);
    out.readMs = readMs;
    return kernel;
  }

private:
  using Outcome = Result<Kernel>;

  /// The canonical text has no places, but a kernel with line info shows them.
  std::string keyOf(const Spec &spec, const std::string &text, const Target &target) const {
    std::string asked = text;
    if (options.lineInfo)
      asked += specPlaces(spec);
    if (options.ptxOnly)
      asked += "ptx only\n";
    return requestKey(asked, target, compilerBuildId());
  }

  /// In-process single flight: the first caller works, the others wait for what it finds.
  Outcome get(const Request &request, JitReport &report) {
    report.source = JitReport::Source::Memory;
    if (std::optional<Kernel> kernel = find(request.key))
      return *kernel;
    std::promise<Outcome> promise;
    std::shared_future<Outcome> running;
    {
      std::lock_guard guard(flightsMutex);
      // The leader stores the kernel before it ends its flight, so this second look misses nothing.
      if (std::optional<Kernel> kernel = find(request.key))
        return *kernel;
      auto [it, leads] = flights.try_emplace(request.key);
      if (leads)
        it->second = promise.get_future().share();
      else
        running = it->second;
    }
    if (running.valid())
      return running.get();
    Outcome outcome = Status(Code::Internal, "nothing was looked up");
    try {
      outcome = locate(request, report);
    } catch (const std::exception &error) {
      outcome = Status(Code::Internal, std::string("unexpected exception: ") + error.what());
    }
    if (outcome.ok()) {
      std::unique_lock guard(kernelsMutex);
      kernels.emplace(request.key, *outcome);
    }
    {
      std::lock_guard guard(flightsMutex);
      flights.erase(request.key);
    }
    promise.set_value(outcome);
    return outcome;
  }

  Outcome locate(const Request &request, JitReport &report) {
    Stopwatch watch;
    auto found = [&](JitReport::Source source, Kernel kernel) {
      report.source = source;
      report.cacheMs += watch.milliseconds();
      return kernel;
    };
    for (const Bundle &bundle : bundles)
      if (Result<Kernel> kernel = bundle.find(request.spec.name.value, request.target);
          kernel.ok() && specDigestOf(kernel->program()) == request.specDigest)
        return found(JitReport::Source::Bundle, std::move(*kernel));
    if (std::optional<Image> image = onDisk(request.key))
      return found(JitReport::Source::Disk, kernelFor(std::move(*image), request.specDigest));
    // Runs as well; reports and counters have no lines.
    if ((options.lineInfo || options.ptxOnly) && !options.allowCompile)
      if (std::optional<Image> image = onDisk(requestKey(request.text, request.target, compilerBuildId())))
        return found(JitReport::Source::Disk, kernelFor(std::move(*image), request.specDigest));
    if (!options.allowCompile)
      return Status(Code::NotFound,
                    "no compiled kernel of '" + request.spec.name.value + "' for " + request.target.name() +
                        " in memory, in a bundle or in the cache, and " + "compiling is not allowed");
    const CacheLock lock = cache ? cache->lock(request.key) : CacheLock();
    if (lock.held())
      if (std::optional<Image> image = onDisk(request.key)) // another process built it meanwhile
        return found(JitReport::Source::Disk, kernelFor(std::move(*image), request.specDigest));
    report.cacheMs += watch.milliseconds();
    return build(request, report);
  }

  std::optional<Image> onDisk(const std::string &key) {
    if (!cache)
      return std::nullopt;
    const std::optional<std::string> content = cache->lookupAlias(key);
    return content ? cache->find(*content) : std::nullopt;
  }

  Outcome build(const Request &request, JitReport &report) {
    report.source = JitReport::Source::Built;
    ATTNC_ASSIGN_OR_RETURN(Build build, builder.emit(request, report));
    if (!cache) {
      ATTNC_ASSIGN_OR_RETURN(Image image, builder.assemble(request, std::move(build), report));
      return kernelFor(std::move(image), request.specDigest);
    }
    Stopwatch watch;
    const std::string content = build.contentKey;
    std::optional<Image> known = cache->find(content);
    if (!known) {
      report.cacheMs += watch.milliseconds();
      ATTNC_ASSIGN_OR_RETURN(Image image, builder.assemble(request, std::move(build), report));
      watch.restart();
      // A full disk or a read-only folder: the kernel is good all the same.
      if (Status status = cache->publish(content, image); !status.ok())
        options.log(status.message());
      known = std::move(image);
    } else {
      // Another spec with the same text was compiled before; only the alias is new.
      known->program.remarks = std::move(build.program.remarks);
      report.source = JitReport::Source::Disk;
    }
    if (Status status = cache->putAlias(request.key, content); !status.ok())
      options.log(status.message());
    report.cacheMs += watch.milliseconds();
    return kernelFor(std::move(*known), request.specDigest);
  }

  JitOptions options;
  Builder builder;
  std::vector<Bundle> bundles;
  std::shared_ptr<Cache> cache;

  mutable std::shared_mutex kernelsMutex;
  TextMap<Kernel> kernels;
  std::mutex flightsMutex;
  TextMap<std::shared_future<Outcome>> flights;
};

} // namespace

std::string_view sourceName(JitReport::Source source) {
  constexpr std::string_view names[] = {"memory", "bundle", "disk", "built"};
  return names[static_cast<size_t>(source)];
}

Result<std::shared_ptr<Jit>> Jit::create(JitOptions options) {
  try {
    auto jit = std::make_shared<JitImpl>(std::move(options));
    ATTNC_RETURN_IF_ERROR(jit->open());
    return std::shared_ptr<Jit>(std::move(jit));
  } catch (const std::exception &error) {
    return Status(Code::Internal, std::string("unexpected exception: ") + error.what());
  }
}

} // namespace attnc

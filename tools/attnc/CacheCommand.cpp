// CacheCommand.cpp - attnc cache: where it is, what is in it, and keeping it in order.
//
// Must not touch anything that is not the cache's.
#include "runtime/core/Cache.h"
#include "tools/attnc/OptionChecks.h"
#include "tools/attnc/SharedOptions.h"
#include "tools/attnc/Table.h"

#include <nlohmann/json.hpp>

#include <chrono>

namespace attnc::cli {
namespace {

struct CacheCommandOptions {
  std::string folder, limit;
  bool json = false;
};

CacheOptions cacheOptions(const CacheCommandOptions &options) {
  CacheOptions out;
  out.folder = options.folder;
  return out;
}

Status printPath(const CacheCommandOptions &options) {
  ATTNC_ASSIGN_OR_RETURN(std::filesystem::path folder, Cache::folderFor(cacheOptions(options)));
  if (options.json)
    printJson({{"ok", true}, {"path", folder.string()}});
  else
    std::printf("%s\n", folder.c_str());
  return Status::success();
}

std::string ageText(std::filesystem::file_time_type time) {
  const auto age = std::filesystem::file_time_type::clock::now() - time;
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(age).count();
  if (minutes < 60)
    return std::to_string(minutes) + " min ago";
  return minutes < 48 * 60 ? std::to_string(minutes / 60) + " h ago"
                           : std::to_string(minutes / 1440) + " days ago";
}

/// Null if nothing was ever cached: looking after a cache does not make one.
Result<std::shared_ptr<Cache>> openExisting(const CacheCommandOptions &options) {
  ATTNC_ASSIGN_OR_RETURN(std::filesystem::path folder, Cache::folderFor(cacheOptions(options)));
  if (Cache::isAbsent(folder))
    return std::shared_ptr<Cache>();
  return Cache::open(cacheOptions(options));
}

Status list(const CacheCommandOptions &options) {
  ATTNC_ASSIGN_OR_RETURN(std::filesystem::path folder, Cache::folderFor(cacheOptions(options)));
  ATTNC_ASSIGN_OR_RETURN(std::shared_ptr<Cache> cache, openExisting(options));
  std::vector<CacheEntry> entries;
  if (cache) {
    ATTNC_ASSIGN_OR_RETURN(entries, cache->list());
  }
  if (options.json) {
    nlohmann::json items = nlohmann::json::array();
    for (const CacheEntry &entry : entries)
      items.push_back(
          {{"key", entry.key}, {"name", entry.name}, {"arch", entry.target}, {"bytes", entry.bytes}});
    printJson({{"ok", true}, {"path", folder.string()}, {"entries", std::move(items)}});
    return Status::success();
  }
  Table table({"key", "name", "arch", "bytes", "last use"});
  uint64_t bytes = 0;
  for (const CacheEntry &entry : entries) {
    table.row({entry.key.substr(0, 12), entry.name.empty() ? "(damaged)" : entry.name, entry.target,
               std::to_string(entry.bytes), ageText(entry.lastUse)});
    bytes += entry.bytes;
  }
  std::printf("%s%zu entries, %llu bytes", table.str().c_str(), entries.size(),
              static_cast<unsigned long long>(bytes));
  if (cache)
    std::printf(" of at most %llu", static_cast<unsigned long long>(cache->limitBytes()));
  std::printf(" in %s\n", folder.c_str());
  return Status::success();
}

Status printReport(const CacheCommandOptions &options, const CacheReport &report) {
  if (options.json) {
    printJson(
        {{"ok", true}, {"entries", report.entries}, {"bytes", report.bytes}, {"removed", report.removed}});
    return Status::success();
  }
  for (const std::string &removed : report.removed)
    std::printf("removed %s\n", removed.c_str());
  std::printf("%zu removed, %zu entries left, %llu bytes\n", report.removed.size(), report.entries,
              static_cast<unsigned long long>(report.bytes));
  return Status::success();
}

template <class Work> Status maintain(const CacheCommandOptions &options, Work work) {
  ATTNC_ASSIGN_OR_RETURN(std::shared_ptr<Cache> cache, openExisting(options));
  CacheReport report;
  if (cache) {
    ATTNC_ASSIGN_OR_RETURN(report, work(*cache));
  }
  return printReport(options, report);
}

} // namespace

void addCacheCommand(CLI::App &app, Action &action) {
  CLI::App *verb = addVerb(app, "cache", "Look after the folder of compiled kernels",
                           {"attnc cache list", "attnc cache verify", "attnc cache prune --limit 500000000"});
  auto options = std::make_shared<CacheCommandOptions>();
  verb->require_subcommand(1);
  verb->add_option("--folder", options->folder,
                   "The cache folder (default: $ATTNC_CACHE_DIR, else the XDG cache folder)")
      ->type_name("DIR");
  auto add = [&](const char *name, const char *description,
                 std::function<Status(const CacheCommandOptions &)> work) {
    CLI::App *sub = verb->add_subcommand(name, description);
    addJson(*sub, options->json);
    sub->callback([options, work, &action] {
      action = [options, work]() -> int {
        Status status = work(*options);
        return status.ok() ? kOk : report(status, options->json);
      };
    });
    return sub;
  };
  add("path", "Print the folder", printPath);
  add("list", "List the kernels, most recently used first", list);
  add("verify", "Read everything and remove what is damaged", [](const CacheCommandOptions &given) {
    return maintain(given, [](Cache &cache) { return cache.verify(); });
  });
  CLI::App *prune = add("prune", "Remove the least recently used kernels until the limit is met",
                        [](const CacheCommandOptions &given) {
                          return maintain(given, [&](Cache &cache) {
                            return cache.prune(Cache::parseSize(given.limit).value_or(cache.limitBytes()));
                          });
                        });
  prune
      ->add_option("--limit", options->limit,
                   "Bytes to keep, or with K, M or G (default: $ATTNC_CACHE_LIMIT, else 2 GiB)")
      ->check(sizeInBytes())
      ->type_name("SIZE");
  add("clear", "Remove every kernel", [](const CacheCommandOptions &given) {
    return maintain(given, [](Cache &cache) { return cache.clear(); });
  });
}

} // namespace attnc::cli

// Common.cpp - heads, sizes and the sentences that many families share.
#include "tools/import/Common.h"

#include <algorithm>

namespace attnc::import {

int64_t integerOr(Config &config, Model &model, std::string_view key, int64_t otherwise,
                  std::string_view className) {
  if (std::optional<int64_t> value = config.maybeInteger(key))
    return *value;
  model.remarks.push_back("'" + config.path(key) + "' is not in the file: " + std::to_string(otherwise) +
                          " taken, the default of " + std::string(className));
  return otherwise;
}

Fact headsFact(Config &config, int64_t query, int64_t kv, std::string_view queryKey, std::string_view kvKey) {
  Fact fact;
  fact.value = query == kv ? std::to_string(query)
                           : "{query: " + std::to_string(query) + ", kv: " + std::to_string(kv) + "}";
  fact.comment = std::string(queryKey) + (kvKey.empty() ? "" : ", " + std::string(kvKey));
  fact.where = config.where(queryKey);
  return fact;
}

Fact headDimFact(Config &config, int64_t size, std::string comment, std::string_view key) {
  return {std::to_string(size), std::move(comment), config.where(key)};
}

int64_t quotient(Config &config, int64_t hidden, int64_t heads, std::string_view hiddenKey) {
  if (heads > 0 && hidden % heads == 0)
    return hidden / heads;
  config.fail(Code::InvalidArgument,
              "expected a multiple of the " + std::to_string(heads) + " heads for '" +
                  config.path(hiddenKey) + "', got " + std::to_string(hidden),
              hiddenKey);
  return 8;
}

void remarkOnRope(Config &config, Model &model, const std::vector<std::string_view> &keys) {
  std::string fields;
  for (std::string_view key : keys)
    if (std::string value = config.shown(key); !value.empty())
      fields += (fields.empty() ? "" : ", ") + std::string(key) + " " + value;
  model.remarks.push_back("rope: Q and K must come rotated (" +
                          (fields.empty() ? "the class's defaults" : fields) + ")");
}

void remarkOnDropout(Config &config, Model &model, std::string_view key) {
  const std::string value = config.shown(key);
  if (!value.empty() && value != "0" && value != "0.0")
    model.remarks.push_back(std::string(key) + " " + value + ": of training only, not part of the kernel");
}

void remarkOnBias(Model &model, const std::string &what) {
  model.remarks.push_back(what + ": added by the projections, or by the kernel with `qkv_bias: true`");
}

} // namespace attnc::import

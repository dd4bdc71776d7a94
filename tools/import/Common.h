// Common.h - what several families read alike.
//
// Private to tools/import.
#pragma once

#include "tools/import/Model.h"

namespace attnc::import {

/// An integer, or what the model's class takes where the file has none, with a remark.
int64_t integerOr(Config &config, Model &model, std::string_view key, int64_t otherwise,
                  std::string_view className);

Fact headsFact(Config &config, int64_t query, int64_t kv, std::string_view queryKey, std::string_view kvKey);
Fact headDimFact(Config &config, int64_t size, std::string comment, std::string_view key);

/// `hidden` / `heads`; a failure if it does not divide.
int64_t quotient(Config &config, int64_t hidden, int64_t heads, std::string_view hiddenKey);

/// How q and k of heads of `headDim` are rotated, with a remark; an empty value where the file does not say it plainly.
Fact ropeFact(Config &config, Model &model, int64_t headDim, std::string_view style);

/// Rotation, dropout and biases of the projections: outside the kernel, and said so.
void remarkOnRope(Config &config, Model &model, const std::vector<std::string_view> &keys);
void remarkOnDropout(Config &config, Model &model, std::string_view key);
void remarkOnBias(Model &model, const std::string &what);

} // namespace attnc::import

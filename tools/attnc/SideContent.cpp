// SideContent.cpp - ascending rows, offsets, trees, positions and angles: random ones, and whether given ones
// are that.
#include "tools/attnc/SideContent.h"

#include "tools/attnc/Random.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

namespace attnc::cli {

namespace {

constexpr std::pair<std::string_view, SideContent> kContents[] = {
    {"\"ascending\"", SideContent::Ascending}, {"\"ascending_parts\"", SideContent::AscendingParts},
    {"\"offsets\"", SideContent::Offsets},     {"\"parents\"", SideContent::Parents},
    {"\"positions\"", SideContent::Positions}, {"\"cosines\"", SideContent::Cosines},
    {"\"sines\"", SideContent::Sines},         {"\"frequencies\"", SideContent::Frequencies}};

/// What a rotation reads.
double rotationValue(SideContent content, int64_t at, int64_t size, int64_t span, Random &random) {
  if (content == SideContent::Frequencies)
    return std::pow(10000.0, -static_cast<double>(at % size) / static_cast<double>(size));
  const int64_t turn = random.between(0, std::max<int64_t>(span - 1, 0));
  if (content == SideContent::Positions)
    return static_cast<double>(turn);
  const double angle = static_cast<double>(random.between(-100, 100)) / 10;
  return content == SideContent::Cosines ? std::cos(angle) : std::sin(angle);
}

} // namespace

SideContent contentOf(const Program &program, std::string_view tensor) {
  const std::string key = "tensor." + std::string(tensor) + ".content";
  for (const Remark &remark : program.remarks)
    if (remark.key == key)
      for (const auto &[name, content] : kContents)
        if (remark.value == name)
          return content;
  return SideContent::Any;
}

void fillContent(HostTensor &tensor, SideContent content, int64_t span, uint64_t seed) {
  Random random(seed);
  const int64_t size = tensor.shape.back();
  if (content >= SideContent::Positions) {
    for (int64_t at = 0; at < tensor.elements(); ++at)
      tensor.set(at, rotationValue(content, at, size, span, random));
    return;
  }
  const int64_t step = std::max<int64_t>(1, 2 * span / std::max<int64_t>(size, 1));
  for (int64_t first = 0; first < tensor.elements(); first += size) {
    int64_t value = 0;
    for (int64_t i = 0; i < size; ++i) {
      tensor.set(first + i,
                 static_cast<double>(content == SideContent::Parents ? random.between(-1, i - 1) : value));
      const int64_t most = content == SideContent::Ascending ? step : content == SideContent::Offsets ? 3 : 1;
      value += random.between(0, most);
    }
  }
}

Status checkContent(const HostTensor &tensor, SideContent content, const std::string &name) {
  if (content == SideContent::Any || content == SideContent::AscendingParts ||
      content >= SideContent::Positions)
    return Status::success();
  const int64_t size = tensor.shape.back();
  auto wrong = [&](int64_t at, const std::string &expected) {
    return Status(Code::InvalidArgument, "tensor '" + name + "': expected " + expected + ", got " +
                                             std::to_string(int64_t(tensor.get(at))) + " at element " +
                                             std::to_string(at % size) + " of row " +
                                             std::to_string(at / size));
  };
  for (int64_t at = 0; at < tensor.elements(); ++at) {
    if (content == SideContent::Parents) {
      if (tensor.get(at) >= double(at % size))
        return wrong(at, "a tree, in which a node's parent has a lower number");
    } else if (at % size > 0 && tensor.get(at) < tensor.get(at - 1)) {
      return wrong(at, "values that ascend along the last axis");
    }
  }
  return Status::success();
}

} // namespace attnc::cli

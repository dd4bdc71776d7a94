// SideContent.cpp - ascending rows, offsets and trees: random ones, and whether given ones are that.
#include "tools/attnc/SideContent.h"

#include "tools/attnc/Random.h"

#include <algorithm>

namespace attnc::cli {

SideContent contentOf(const Program &program, std::string_view tensor) {
  const std::string key = "tensor." + std::string(tensor) + ".content";
  for (const Remark &remark : program.remarks)
    if (remark.key == key)
      return remark.value == "\"ascending\""         ? SideContent::Ascending
             : remark.value == "\"ascending_parts\"" ? SideContent::AscendingParts
             : remark.value == "\"offsets\""         ? SideContent::Offsets
                                                    : SideContent::Parents;
  return SideContent::Any;
}

void fillContent(HostTensor &tensor, SideContent content, int64_t span, uint64_t seed) {
  Random random(seed);
  const int64_t size = tensor.shape.back();
  const int64_t step = std::max<int64_t>(1, 2 * span / std::max<int64_t>(size, 1));
  for (int64_t first = 0; first < tensor.elements(); first += size) {
    int64_t value = 0;
    for (int64_t i = 0; i < size; ++i) {
      tensor.set(first + i, static_cast<double>(content == SideContent::Parents ? random.between(-1, i - 1) : value));
      const int64_t most = content == SideContent::Ascending ? step : content == SideContent::Offsets ? 3 : 1;
      value += random.between(0, most);
    }
  }
}

Status checkContent(const HostTensor &tensor, SideContent content, const std::string &name) {
  if (content == SideContent::Any || content == SideContent::AscendingParts)
    return Status::success();
  const int64_t size = tensor.shape.back();
  auto wrong = [&](int64_t at, const std::string &expected) {
    return Status(Code::InvalidArgument, "tensor '" + name + "': expected " + expected + ", got " +
                                             std::to_string(int64_t(tensor.get(at))) + " at element " +
                                             std::to_string(at % size) + " of row " + std::to_string(at / size));
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

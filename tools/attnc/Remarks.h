// Remarks.h - reads what the compiler says about how it built a program.
#pragma once

#include "attnc/Kernel.h"

#include <nlohmann/json.hpp>

#include <string_view>

namespace attnc::cli {

/// The integer of a remark; 0 if there is none.
inline int64_t remarkInteger(const Program &program, std::string_view key) {
  for (const Remark &remark : program.remarks)
    if (remark.key == key)
      if (nlohmann::json value = nlohmann::json::parse(remark.value, nullptr, false);
          value.is_number_integer())
        return value.get<int64_t>();
  return 0;
}

} // namespace attnc::cli

// PassSnapshot.h - the module after one pass, for people.
#pragma once

#include <string>

namespace attnc {

struct PassSnapshot {
  std::string name; ///< the pass's flag, or "import"
  std::string text; ///< the module, without locations
  double milliseconds = 0;
  bool failed = false; ///< the text is what the pass left behind
};

} // namespace attnc

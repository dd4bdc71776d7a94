// TracePage.h - one compilation as an HTML page: the IR after each pass and what the pass changed.
//
// Must not compile.
#pragma once

#include "runtime/jit/PassSnapshot.h"

#include <string>
#include <vector>

namespace attnc::cli {

struct TracePage {
  std::string title;                ///< "llama3_prefill for sm_90"
  std::string spec;                 ///< canonical text
  std::vector<PassSnapshot> passes; ///< the first is the import
  std::string cuda;                 ///< empty if it was not reached
  std::string error;                ///< empty if there was none
};

/// A page of its own, without scripts and links to other files.
std::string tracePageHtml(const TracePage &page);

} // namespace attnc::cli

// PageReport.h - what a debug build found wrong with the lengths and tables that it was given.
//
// Must not look at anything but the report and what it points to.
#pragma once

#include "tools/attnc/Problem.h"

namespace attnc::cli {

/// InvalidArgument says which requests cannot be read, and which entry of which table is to blame: the first of them, and others in
/// notes. Success without a report.
Status checkPageReport(const Program &program, const Problem &problem);

} // namespace attnc::cli

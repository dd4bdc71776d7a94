// BuildId.h - which build of attnc this is.
#pragma once

#include <string>

namespace attnc {

/// Names the build of the file that contains the compiler (executable or shared library): its GNU build id,
/// or the SHA-256 of the whole file if it was linked without one. Changes whenever a byte of the compiler
/// does, so that a cached kernel is never one of an older compiler. Computed once a process.
const std::string &compilerBuildId();

} // namespace attnc

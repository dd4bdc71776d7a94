// SourceNames.h - the file names in PTX with line info, without the machine's folders.
//
// Must not touch anything but .file directives.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace attnc {

/// NVRTC puts the working folder before every name that it was given; equal text must give equal PTX in any
/// folder. `names` are those that it was given.
std::string withPlainSourceNames(std::string_view ptx, const std::vector<std::string> &names);

} // namespace attnc

// ProgramJson.h - the manifest: a Program or an Image as JSON, without its long texts.
//
// Bundles, cache entries and `attnc compile --json` use it. Reading is strict: a missing, unknown or mistyped
// key is Corrupt, and so is a program that contradicts itself. Must not read or write files.
#pragma once

#include "attnc/Kernel.h"

#include <string>
#include <string_view>

namespace attnc {

/// Number of the manifest's format; readers refuse others.
inline constexpr int kManifestFormat = 3;

/// Everything but `text`. One line; keys sorted; the same program gives the same bytes.
std::string programToJson(const Program &program);
Result<Program> programFromJson(std::string_view json);

/// Everything but `program.text`, `cubin`, `ptx` and `log`.
std::string imageToJson(const Image &image);
Result<Image> imageFromJson(std::string_view json);

} // namespace attnc

// Npy.h - NumPy's .npy files, format versions 1 to 3, C order, little endian.
//
// Must not convert elements: what the file says is what the tensor has.
#pragma once

#include "tools/attnc/HostTensor.h"

#include <filesystem>
#include <string_view>

namespace attnc::cli {

/// Reads a whole file. Errors name the file and say what was expected: Corrupt for a truncated or malformed
/// file, InvalidArgument for one that NumPy would read and we do not (big endian, Fortran order, other
/// dtypes).
Result<HostTensor> readNpy(const std::filesystem::path &path);
/// The same from memory; `name` stands for the file in messages.
Result<HostTensor> parseNpy(std::string_view bytes, const std::string &name);

/// Writes version 1.0. NumPy has no bf16: such a tensor is written as f32, which holds every value exactly.
Status writeNpy(const std::filesystem::path &path, const HostTensor &tensor);

} // namespace attnc::cli

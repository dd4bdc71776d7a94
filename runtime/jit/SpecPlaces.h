// SpecPlaces.h - the places of a spec that its kernel's text names.
//
// Must not be part of a key unless the kernel shows places.
#pragma once

#include "specs/Spec.h"

#include <string>

namespace attnc {

/// File and line of everything that codegen gives a place, as one text: two specs of one canonical text have
/// the same one if their kernels name the same lines.
std::string specPlaces(const Spec &spec);

} // namespace attnc

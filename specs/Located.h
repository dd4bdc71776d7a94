// Located.h - a value of a spec and where the YAML gives it.
#pragma once

#include "attnc/Status.h"

namespace attnc {

/// A value and the place in the YAML that gave it; the place is invalid for a default.
template <class T> struct Located {
  T value{};
  Location where;
};

} // namespace attnc

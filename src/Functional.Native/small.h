// The door to small.cpp: which operators have a way around the dispatcher for a handful of numbers.
// Used by dispatch.cpp only.
#pragma once
#include <string>
#include "boundary.h"

namespace functional {

// The result, or an undefined tensor where the arguments are not for it.
typedef at::Tensor (*small_kernel)(const functional_value* arguments, int32_t count);

// Null for an operator that has none.
small_kernel find_small_kernel(const std::string& name, const std::string& overload);

}  // namespace functional

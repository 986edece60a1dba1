// Functions whose vector forms are in libmvec: declaring them so lets loops use them.
// Used by the files with fused loops.
#pragma once
#include <cmath>

#if defined(__x86_64__) && defined(__linux__)
#define FUNCTIONAL_VECTOR __attribute__((simd("notinbranch")))
extern "C" {
FUNCTIONAL_VECTOR float logf(float) noexcept;
FUNCTIONAL_VECTOR float expf(float) noexcept;
FUNCTIONAL_VECTOR float log1pf(float) noexcept;
FUNCTIONAL_VECTOR float expm1f(float) noexcept;
FUNCTIONAL_VECTOR float cosf(float) noexcept;
FUNCTIONAL_VECTOR double log(double) noexcept;
FUNCTIONAL_VECTOR double exp(double) noexcept;
FUNCTIONAL_VECTOR double log1p(double) noexcept;
FUNCTIONAL_VECTOR double expm1(double) noexcept;
FUNCTIONAL_VECTOR double cos(double) noexcept;
}
#endif

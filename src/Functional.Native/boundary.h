// What every translation unit of the boundary shares: unwrapping and wrapping handles, and catching everything.
// Used by the files of this folder only.
#pragma once
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <algorithm>
#include <atomic>
#include <exception>
#include <string>
#include <vector>
#include "functional.h"

// A fused loop is compiled three times, for processors with AVX-512, with AVX2 and for all others; the loader picks by what the processor
// can do. (By the name of a processor, "arch=haswell" say, it would pick for that very one only.)
#if defined(__x86_64__) && defined(__linux__)
#define FUNCTIONAL_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FUNCTIONAL_CLONES
#endif

namespace functional {

extern thread_local std::string last_error;
extern std::atomic<int64_t> live_tensors;

// A borrowed handle becomes a counted reference: the tensor outlives the call even if .NET lets go of it meanwhile.
inline at::Tensor borrow(functional_tensor handle) {
    return at::Tensor(c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim_copy(
        static_cast<c10::TensorImpl*>(handle)));
}

inline functional_tensor hand_over(at::Tensor tensor) {
    if (!tensor.defined()) return nullptr;
    live_tensors.fetch_add(1, std::memory_order_relaxed);
    return tensor.unsafeReleaseTensorImpl();
}

inline std::vector<at::Tensor> borrow_all(const functional_tensor* handles, int32_t count) {
    std::vector<at::Tensor> tensors(count);
    for (int32_t i = 0; i < count; i++)
        if (handles[i]) tensors[i] = borrow(handles[i]);
    return tensors;
}

inline int32_t kibibytes(size_t bytes) { return static_cast<int32_t>(std::min<size_t>(bytes >> 10, INT32_MAX)); }

// OpenMP keeps its thread count per calling thread, so each thread takes over the library's before its first call.
inline void adopt_thread_count() {
    static thread_local const bool adopted = (at::init_num_threads(), true);
    (void)adopted;
}

// Nothing thrown crosses into .NET: the reason is kept for functional_last_error and `failure` is returned.
template <typename Result, typename Body>
Result guarded(Result failure, Body&& body) noexcept {
    try {
        adopt_thread_count();
        return body();
    } catch (const c10::Error& error) {
        last_error = error.what_without_backtrace();
    } catch (const std::exception& error) {
        last_error = error.what();
    } catch (...) {
        last_error = "an unknown native exception";
    }
    return failure;
}

}  // namespace functional

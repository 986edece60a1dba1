// The memory of freed tensors stays with the process for the next ones: a training step frees what it took, and to give hundreds of megabytes
// back to the system and fault them in again costs a tenth of a step of a convolutional network. Runs when the library is loaded.
#if defined(__GLIBC__) || __has_include(<malloc.h>)
#include <malloc.h>
#include <cstdlib>
#include <initializer_list>

namespace {

// Whoever has set malloc up in the environment has the say.
bool is_set_up() {
    for (auto name : {"MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TOP_PAD_", "GLIBC_TUNABLES"})
        if (std::getenv(name)) return true;
    return false;
}

__attribute__((constructor)) void keep_freed_memory() {
#ifdef M_TRIM_THRESHOLD
    if (is_set_up()) return;
    constexpr int kept = 1 << 30;
    mallopt(M_TRIM_THRESHOLD, kept);
    mallopt(M_TOP_PAD, 64 << 20);
    mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the most that glibc takes
#endif
}

}  // namespace
#endif

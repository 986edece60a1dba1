// Bernoulli draws from a tensor of probabilities, several times as fast as libtorch's, which calls its generator per element.
// Registered with the dispatcher as functional::bernoulli; Functional.Tensors' dsharp.bernoulli calls it.
#include <ATen/CPUGeneratorImpl.h>
#include <torch/library.h>
#include <mutex>
#include "boundary.h"

namespace {

constexpr int64_t block = 1024;

// As many random bits as the element type can resolve: 32 for a float, 53 for a double.
inline double draw(at::mt19937& engine, float) { return engine() * 0x1p-32; }
inline double draw(at::mt19937& engine, double) {
    uint64_t high = engine(), low = engine();
    return ((high << 32 | low) >> 11) * 0x1p-53;
}

// 1 where a uniform number in [0, 1) lies below the probability; false when one was no probability.
template <typename T>
[[gnu::always_inline]] inline bool compare(const double* uniform, const T* probability, T* to, int64_t n) {
    int valid = 1;
#pragma omp simd reduction(& : valid)
    for (int64_t i = 0; i < n; i++) {
        double p = probability[i];
        valid &= (p >= 0) & (p <= 1);
        to[i] = uniform[i] < p ? T(1) : T(0);
    }
    return valid;
}

FUNCTIONAL_CLONES bool below(const double* u, const float* p, float* to, int64_t n) { return compare(u, p, to, n); }
FUNCTIONAL_CLONES bool below(const double* u, const double* p, double* to, int64_t n) { return compare(u, p, to, n); }

template <typename T>
bool fill(at::mt19937& engine, const T* probability, T* to, int64_t n) {
    double uniform[block];
    bool valid = true;
    for (int64_t first = 0; first < n; first += block) {
        int64_t count = std::min(block, n - first);
        for (int64_t i = 0; i < count; i++) uniform[i] = draw(engine, T());
        valid &= below(uniform, probability + first, to + first, count);
    }
    return valid;
}

at::Tensor bernoulli(const at::Tensor& probabilities, c10::optional<at::Generator> generator) {
    at::NoGradGuard untracked;
    auto type = probabilities.scalar_type();
    if (!probabilities.is_cpu() || (type != at::kFloat && type != at::kDouble)) return at::bernoulli(probabilities, generator);
    auto p = probabilities.contiguous();
    auto result = at::empty_like(p);
    auto source = at::get_generator_or_default<at::CPUGeneratorImpl>(generator, at::detail::getDefaultCPUGenerator());
    std::lock_guard<std::mutex> lock(source->mutex_);
    auto engine = source->engine();
    bool valid = true;
    AT_DISPATCH_FLOATING_TYPES(type, "bernoulli", [&] {
        valid = fill(engine, p.data_ptr<scalar_t>(), result.data_ptr<scalar_t>(), p.numel());
    });
    source->set_engine(engine);
    TORCH_CHECK(valid, "probabilities have to lie between 0 and 1");
    return result;
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(functional, library) {
    library.def("bernoulli(Tensor probabilities, Generator? generator) -> Tensor", &bernoulli);
}

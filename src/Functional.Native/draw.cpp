// Bernoulli and categorical draws from a tensor of probabilities, many times as fast as libtorch's, which calls its generator per element.
// Registered with the dispatcher as functional::bernoulli and multinomial; Functional.Tensors' Sampling calls them.
#include <torch/library.h>
#include <atomic>
#include "stream.h"

namespace {

using namespace functional;

// 1 where a uniform number in [0, 1), of as many bits as the type can resolve, lies below the probability; false when one was no probability.
[[gnu::always_inline]] inline bool flip_block(const Stream& stream, int64_t number, const float* probability, float* to, int64_t n) {
    uint32_t w[block + 8];
    int valid = 1;
    fill_words(stream, number * (block / 4), w, (n + 3) / 4);
#pragma omp simd reduction(& : valid)
    for (int64_t i = 0; i < n; i++) {
        float p = probability[i];
        valid &= (p >= 0) & (p <= 1);
        to[i] = w[i] * 0x1p-32 < p ? 1.f : 0.f;
    }
    return valid;
}

[[gnu::always_inline]] inline bool flip_block(const Stream& stream, int64_t number, const double* probability, double* to, int64_t n) {
    uint32_t w[2 * (block + 8)];
    int64_t counters = (n + 1) / 2;
    int valid = 1;
    fill_words(stream, number * (block / 2), w, counters);
#pragma omp simd reduction(& : valid)
    for (int64_t i = 0; i < n; i++) {
        double p = probability[i];
        valid &= (p >= 0) & (p <= 1);
        to[i] = uniform(w[i], w[2 * counters + i]) < p ? 1. : 0.;
    }
    return valid;
}

FUNCTIONAL_CLONES bool flip(const Stream& s, int64_t number, const float* p, float* to, int64_t n) { return flip_block(s, number, p, to, n); }
FUNCTIONAL_CLONES bool flip(const Stream& s, int64_t number, const double* p, double* to, int64_t n) { return flip_block(s, number, p, to, n); }

bool drawn_here(const at::Tensor& probabilities) {
    auto type = probabilities.scalar_type();
    return probabilities.is_cpu() && (type == at::kFloat || type == at::kDouble);
}

at::Tensor bernoulli(const at::Tensor& probabilities, c10::optional<at::Generator> generator) {
    at::NoGradGuard untracked;
    if (!drawn_here(probabilities)) return at::bernoulli(probabilities, generator);
    auto p = probabilities.contiguous();
    auto result = at::empty_like(p);
    auto stream = next_stream(generator);
    std::atomic<bool> valid{true};
    AT_DISPATCH_FLOATING_TYPES(p.scalar_type(), "functional::bernoulli", [&] {
        auto from = p.data_ptr<scalar_t>(), to = result.data_ptr<scalar_t>();
        parallel_blocks(p.numel(), [&](int64_t first, int64_t n, int64_t number) {
            if (!flip(stream, number, from + first, to + first, n)) valid = false;
        });
    });
    TORCH_CHECK(valid, "probabilities have to lie between 0 and 1");
    return result;
}

// The running sums of a row of weights; false when one is negative or not finite, or all are 0.
template <typename T>
bool accumulate(const T* weight, double* cumulative, int64_t count) {
    bool valid = true;
    double sum = 0;
    for (int64_t k = 0; k < count; k++) {
        valid &= weight[k] >= 0;
        cumulative[k] = sum += weight[k];
    }
    return valid && sum > 0 && std::isfinite(sum);
}

// The first category whose running sum lies above a uniform share of the whole: one of weight 0 never is.
[[gnu::always_inline]] inline int64_t pick(const double* cumulative, int64_t count, double share, double below_total) {
    double level = std::min(share * cumulative[count - 1], below_total);
    if (count > 32) return std::upper_bound(cumulative, cumulative + count, level) - cumulative;
    int64_t index = 0;
    for (int64_t k = 0; k < count; k++) index += cumulative[k] <= level;
    return index;
}

[[gnu::always_inline]] inline void pick_block(const Stream& stream, uint64_t counter, const double* cumulative, int64_t count, int64_t* to, int64_t n) {
    uint32_t w[2 * (block + 8)];
    int64_t counters = (n + 1) / 2;
    double below_total = std::nextafter(cumulative[count - 1], 0.);
    fill_words(stream, counter, w, counters);
    for (int64_t i = 0; i < n; i++) to[i] = pick(cumulative, count, uniform(w[i], w[2 * counters + i]), below_total);
}

FUNCTIONAL_CLONES void picks(const Stream& s, uint64_t counter, const double* cumulative, int64_t count, int64_t* to, int64_t n) {
    pick_block(s, counter, cumulative, count, to, n);
}

// So many indices, with replacement, for each row of weights.
at::Tensor multinomial(const at::Tensor& weights, int64_t samples, c10::optional<at::Generator> generator) {
    at::NoGradGuard untracked;
    if (!drawn_here(weights) || weights.numel() == 0) return at::multinomial(weights, samples, true, generator);
    auto p = weights.contiguous();
    int64_t count = p.size(-1), rows = p.numel() / count, blocks = (samples + block - 1) / block;
    auto size = p.sizes().vec();
    size.back() = samples;
    auto result = at::empty(size, p.options().dtype(at::kLong));
    auto to = result.data_ptr<int64_t>();
    auto stream = next_stream(generator);
    std::atomic<bool> valid{true};
    AT_DISPATCH_FLOATING_TYPES(p.scalar_type(), "functional::multinomial", [&] {
        auto from = p.data_ptr<scalar_t>();
        at::parallel_for(0, rows, std::max<int64_t>(1, 8192 / (samples + count)), [&](int64_t begin, int64_t end) {
            std::vector<double> cumulative(count);
            for (int64_t row = begin; row < end; row++) {
                if (!accumulate(from + row * count, cumulative.data(), count)) {
                    valid = false;
                    return;
                }
                for (int64_t number = 0; number < blocks; number++) {
                    int64_t first = number * block;
                    uint64_t counter = (uint64_t(row) * blocks + number) * (block / 2);
                    picks(stream, counter, cumulative.data(), count, to + row * samples + first, std::min(block, samples - first));
                }
            }
        });
    });
    TORCH_CHECK(valid, "probabilities have to be finite and not negative, and not all 0");
    return result;
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(functional, library) {
    library.def("bernoulli(Tensor probabilities, Generator? generator) -> Tensor", &bernoulli);
    library.def("multinomial(Tensor weights, int samples, Generator? generator) -> Tensor", &multinomial);
}

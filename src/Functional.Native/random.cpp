// Uniform, normal, exponential, Laplace and Gumbel numbers, many times as fast as libtorch's, which calls its generator per element on one thread.
// Registered with the dispatcher as functional::rand, randn, exponential and so on; Functional.Tensors' Creation calls them.
#include <torch/library.h>
#include "stream.h"

namespace {

using namespace functional;

// Elements of a block, rounded up so that words come in whole counters.
constexpr int64_t room = block + 8;
[[gnu::always_inline]] inline float logarithm(float x) { return logf(x); }
[[gnu::always_inline]] inline double logarithm(double x) { return log(x); }
constexpr double tau = 6.283185307179586476925;

[[gnu::always_inline]] inline void uniform_numbers_block(const Stream& stream, int64_t number, float* to, int64_t n) {
    uint32_t w[room];
    fill_words(stream, number * (block / 4), w, (n + 3) / 4);
#pragma omp simd
    for (int64_t i = 0; i < n; i++) to[i] = uniform(w[i]);
}

[[gnu::always_inline]] inline void uniform_numbers_block(const Stream& stream, int64_t number, double* to, int64_t n) {
    uint32_t w[2 * room];
    int64_t counters = (n + 1) / 2;
    fill_words(stream, number * (block / 2), w, counters);
#pragma omp simd
    for (int64_t i = 0; i < n; i++) to[i] = uniform(w[i], w[2 * counters + i]);
}

// Box and Muller: two uniform numbers are the radius and the angle of two normal ones. A sine beside the cosine would keep the loop
// from becoming vectors: the compiler makes one call of both, which has no vector form.
[[gnu::always_inline]] inline void normal_numbers_block(const Stream& stream, int64_t number, float* to, int64_t n) {
    uint32_t w[room];
    float both[room];
    int64_t counters = (n + 3) / 4, pairs = 2 * counters;
    fill_words(stream, number * (block / 4), w, counters);
#pragma omp simd
    for (int64_t i = 0; i < pairs; i++) {
        float radius = std::sqrt(-2 * logf((int32_t(w[i] >> 1) + 0.5f) * 0x1p-31f)), angle = float(tau) * uniform(w[pairs + i]);
        both[i] = radius * cosf(angle), both[pairs + i] = radius * cosf(angle - float(tau / 4));
    }
    std::copy_n(both, n, to);
}

[[gnu::always_inline]] inline void normal_numbers_block(const Stream& stream, int64_t number, double* to, int64_t n) {
    uint32_t w[2 * room];
    double both[room];
    int64_t pairs = (n + 1) / 2;
    fill_words(stream, number * (block / 2), w, pairs);
#pragma omp simd
    for (int64_t i = 0; i < pairs; i++) {
        double radius = std::sqrt(-2 * log(open_uniform(w[i], w[pairs + i]))), angle = tau * uniform(w[2 * pairs + i], w[3 * pairs + i]);
        both[i] = radius * cos(angle), both[pairs + i] = radius * cos(angle - tau / 4);
    }
    std::copy_n(both, n, to);
}

[[gnu::always_inline]] inline void exponential_numbers_block(const Stream& stream, int64_t number, float* to, int64_t n) {
    uint32_t w[room];
    fill_words(stream, number * (block / 4), w, (n + 3) / 4);
#pragma omp simd
    for (int64_t i = 0; i < n; i++) to[i] = float(-log(open_uniform(w[i])));
}

[[gnu::always_inline]] inline void exponential_numbers_block(const Stream& stream, int64_t number, double* to, int64_t n) {
    uint32_t w[2 * room];
    int64_t counters = (n + 1) / 2;
    fill_words(stream, number * (block / 2), w, counters);
#pragma omp simd
    for (int64_t i = 0; i < n; i++) to[i] = -log(open_uniform(w[i], w[2 * counters + i]));
}

// The first bit of a word is the sign, the others are the exponential number's.
[[gnu::always_inline]] inline void laplace_numbers_block(const Stream& stream, int64_t number, float* to, int64_t n) {
    uint32_t w[room];
    fill_words(stream, number * (block / 4), w, (n + 3) / 4);
#pragma omp simd
    for (int64_t i = 0; i < n; i++) {
        float size = float(-log(open_uniform(w[i] << 1)));
        to[i] = int32_t(w[i]) < 0 ? -size : size;
    }
}

[[gnu::always_inline]] inline void laplace_numbers_block(const Stream& stream, int64_t number, double* to, int64_t n) {
    uint32_t w[2 * room];
    int64_t counters = (n + 1) / 2;
    fill_words(stream, number * (block / 2), w, counters);
#pragma omp simd
    for (int64_t i = 0; i < n; i++) {
        double size = -log(open_uniform(w[i], w[2 * counters + i]));
        to[i] = (w[2 * counters + i] & 1) != 0 ? -size : size;  // the last of the bits that the uniform number leaves
    }
}

template <typename T>
[[gnu::always_inline]] inline void gumbel_numbers_block(const Stream& stream, int64_t number, T* to, int64_t n) {
    exponential_numbers_block(stream, number, to, n);
#pragma omp simd
    for (int64_t i = 0; i < n; i++) to[i] = -logarithm(to[i]);
}

#define FOR_BOTH_TYPES(name)                                                                                                  \
    FUNCTIONAL_CLONES void name(const Stream& s, int64_t number, float* to, int64_t n) { name##_block(s, number, to, n); }   \
    FUNCTIONAL_CLONES void name(const Stream& s, int64_t number, double* to, int64_t n) { name##_block(s, number, to, n); }
FOR_BOTH_TYPES(uniform_numbers)
FOR_BOTH_TYPES(normal_numbers)
FOR_BOTH_TYPES(exponential_numbers)
FOR_BOTH_TYPES(laplace_numbers)
FOR_BOTH_TYPES(gumbel_numbers)
#undef FOR_BOTH_TYPES

bool drawn_here(const at::TensorOptions& options) {
    auto type = c10::typeMetaToScalarType(options.dtype());
    return options.device().is_cpu() && (type == at::kFloat || type == at::kDouble);
}

template <typename Fill>
at::Tensor drawn(const at::Tensor& to, const c10::optional<at::Generator>& generator, const Fill& fill) {
    auto stream = next_stream(generator);
    AT_DISPATCH_FLOATING_TYPES(to.scalar_type(), "functional::random", [&] {
        auto data = to.data_ptr<scalar_t>();
        parallel_blocks(to.numel(), [&](int64_t first, int64_t n, int64_t number) { fill(stream, number, data + first, n); });
    });
    return to;
}

using Type = c10::optional<at::ScalarType>;
using Layout = c10::optional<at::Layout>;
using Device = c10::optional<at::Device>;

at::TensorOptions options_of(Type type, Layout layout, Device device) {
    return at::TensorOptions().dtype(type).layout(layout).device(device);
}

at::Tensor uniform_tensor(at::IntArrayRef size, c10::optional<at::Generator> generator, Type type, Layout layout, Device device) {
    auto options = options_of(type, layout, device);
    if (!drawn_here(options)) return at::rand(size, generator, options);
    return drawn(at::empty(size, options), generator, [](auto&&... block) { uniform_numbers(block...); });
}

at::Tensor normal_tensor(at::IntArrayRef size, c10::optional<at::Generator> generator, Type type, Layout layout, Device device) {
    auto options = options_of(type, layout, device);
    if (!drawn_here(options)) return at::randn(size, generator, options);
    return drawn(at::empty(size, options), generator, [](auto&&... block) { normal_numbers(block...); });
}

at::Tensor exponential_tensor(at::IntArrayRef size, c10::optional<at::Generator> generator, Type type, Layout layout, Device device) {
    auto options = options_of(type, layout, device);
    auto result = at::empty(size, options);
    if (!drawn_here(options)) return result.exponential_(1, generator);
    return drawn(result, generator, [](auto&&... block) { exponential_numbers(block...); });
}

at::Tensor laplace_tensor(at::IntArrayRef size, c10::optional<at::Generator> generator, Type type, Layout layout, Device device) {
    auto options = options_of(type, layout, device);
    if (drawn_here(options)) return drawn(at::empty(size, options), generator, [](auto&&... block) { laplace_numbers(block...); });
    auto first = at::empty(size, options).exponential_(1, generator);
    return first - at::empty(size, options).exponential_(1, generator);
}

at::Tensor gumbel_tensor(at::IntArrayRef size, c10::optional<at::Generator> generator, Type type, Layout layout, Device device) {
    auto options = options_of(type, layout, device);
    if (drawn_here(options)) return drawn(at::empty(size, options), generator, [](auto&&... block) { gumbel_numbers(block...); });
    return -at::empty(size, options).exponential_(1, generator).log();
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(functional, library) {
    const std::string rest = "(int[] size, Generator? generator, ScalarType? dtype, Layout? layout, Device? device) -> Tensor";
    library.def(("rand" + rest).c_str(), &uniform_tensor);
    library.def(("randn" + rest).c_str(), &normal_tensor);
    library.def(("exponential" + rest).c_str(), &exponential_tensor);
    library.def(("laplace" + rest).c_str(), &laplace_tensor);
    library.def(("gumbel" + rest).c_str(), &gumbel_tensor);
}

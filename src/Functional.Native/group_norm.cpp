// Group normalisation, a scale and a shift from outside, and SiLU: y = silu((1 + s) (w x̂ + b) + t), each group read once for its mean, once for
// its variance and once for y while it is in the cache. Registered as functional::group_norm_silu; residual blocks call it.
#include <torch/library.h>
#include <cmath>
#include "boundary.h"
#include "recorded.h"
#include "vector.h"

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

[[gnu::always_inline]] inline float exponential(float x) { return expf(x); }
[[gnu::always_inline]] inline double exponential(double x) { return exp(x); }

template <class T>
[[gnu::always_inline]] inline T sum_of(const T* x, int64_t n) {
    T sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < n; i++) sum += x[i];
    return sum;
}

template <class T>
[[gnu::always_inline]] inline T squares_of(const T* x, T mean, int64_t n) {
    T sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < n; i++) sum += (x[i] - mean) * (x[i] - mean);
    return sum;
}

// silu(a x + b).
template <class T>
[[gnu::always_inline]] inline void activate_channel(const T* x, T a, T b, T* y, int64_t n) {
#pragma omp simd
    for (int64_t i = 0; i < n; i++) {
        T u = a * x[i] + b;
        y[i] = u / (1 + exponential(-u));
    }
}

template <class T> struct Sums { T plain, by_x; };

// The gradient in u = a x + b, its sum, and its sum weighed by x.
template <class T>
[[gnu::always_inline]] inline Sums<T> deactivate_channel(const T* x, const T* upstream, T a, T b, T* to, int64_t n) {
    T plain = 0, by_x = 0;
#pragma omp simd reduction(+ : plain, by_x)
    for (int64_t i = 0; i < n; i++) {
        T u = a * x[i] + b, share = 1 / (1 + exponential(-u)), slope = upstream[i] * share * (1 + u * (1 - share));
        to[i] = slope;
        plain += slope;
        by_x += slope * x[i];
    }
    return {plain, by_x};
}

// p to + q x + r.
template <class T>
[[gnu::always_inline]] inline void combine_channel(const T* x, T p, T q, T r, T* to, int64_t n) {
#pragma omp simd
    for (int64_t i = 0; i < n; i++) to[i] = p * to[i] + q * x[i] + r;
}

#define FUNCTIONAL_GROUP_NORM(T)                                                                                                  \
    FUNCTIONAL_CLONES T total(const T* x, int64_t n) { return sum_of(x, n); }                                                     \
    FUNCTIONAL_CLONES T spread(const T* x, T mean, int64_t n) { return squares_of(x, mean, n); }                                  \
    FUNCTIONAL_CLONES void activate(const T* x, T a, T b, T* y, int64_t n) { activate_channel(x, a, b, y, n); }                   \
    FUNCTIONAL_CLONES Sums<T> deactivate(const T* x, const T* u, T a, T b, T* to, int64_t n) { return deactivate_channel(x, u, a, b, to, n); } \
    FUNCTIONAL_CLONES void combine(const T* x, T p, T q, T r, T* to, int64_t n) { combine_channel(x, p, q, r, to, n); }
FUNCTIONAL_GROUP_NORM(float)
FUNCTIONAL_GROUP_NORM(double)
#undef FUNCTIONAL_GROUP_NORM

// The same in ordinary operators. The modulation is [batch; 2 channels], all scales before all shifts, or undefined.
at::Tensor formula(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& modulation, int64_t groups, double epsilon) {
    auto y = at::group_norm(x, groups, weight, bias, epsilon);
    if (modulation.defined()) {
        std::vector<int64_t> shape(x.dim(), 1);
        shape[0] = x.size(0), shape[1] = x.size(1);
        auto parts = modulation.chunk(2, 1);
        y = y * (parts[0].reshape(shape) + 1) + parts[1].reshape(shape);
    }
    return at::silu(y);
}

// Images as groups of channels of n numbers each, one behind the other.
struct Layout {
    int64_t batch, channels, groups, each, n;
    Layout(const at::Tensor& x, int64_t groups)
        : batch(x.size(0)), channels(x.size(1)), groups(groups), each(channels / groups), n(x.numel() / (batch * channels)) {}

    // body(example, first channel, group's number)
    template <class Body>
    void every_group(const Body& body) const {
        at::parallel_for(0, batch * groups, std::max<int64_t>(1, 32768 / (each * n)), [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; i++) body(i / groups, i % groups * each, i);
        });
    }
};

// What each channel of each example is multiplied with and what is added, before and after its group's mean and deviation are known.
template <class T>
struct Channel {
    T gain, offset;  // u = gain x̂ + offset
    Channel(const T* weight, const T* bias, const T* modulation, const Layout& layout, int64_t example, int64_t channel) {
        T scale = modulation ? 1 + modulation[example * 2 * layout.channels + channel] : T(1);
        T shift = modulation ? modulation[(example * 2 + 1) * layout.channels + channel] : T(0);
        gain = scale * weight[channel], offset = scale * bias[channel] + shift;
    }
};

template <class T> const T* numbers(const at::Tensor& t) { return t.defined() ? t.data_ptr<T>() : nullptr; }
at::Tensor plain(const at::Tensor& t) { return t.defined() ? t.detach().contiguous() : t; }

struct GroupNormSilu : torch::autograd::Function<GroupNormSilu> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                              const c10::optional<at::Tensor>& given, int64_t groups, double epsilon) {
        Layout layout(x, groups);
        auto modulation = given.value_or(at::Tensor());
        auto from = plain(x), w = plain(weight), b = plain(bias), m = plain(modulation);
        auto result = at::empty_like(from), statistics = at::empty({2, layout.batch * groups}, from.options());
        AT_DISPATCH_FLOATING_TYPES(from.scalar_type(), "functional::group_norm_silu", [&] {
            auto data = from.data_ptr<scalar_t>(), to = result.data_ptr<scalar_t>();
            auto means = statistics.data_ptr<scalar_t>(), inverses = means + layout.batch * groups;
            auto weights = numbers<scalar_t>(w), biases = numbers<scalar_t>(b), modulations = numbers<scalar_t>(m);
            layout.every_group([&](int64_t example, int64_t first, int64_t group) {
                auto start = (example * layout.channels + first) * layout.n, count = layout.each * layout.n;
                auto mean = means[group] = total(data + start, count) / count;
                auto inverse = inverses[group] = 1 / std::sqrt(spread(data + start, mean, count) / count + scalar_t(epsilon));
                for (int64_t channel = first; channel < first + layout.each; channel++, start += layout.n) {
                    Channel<scalar_t> by(weights, biases, modulations, layout, example, channel);
                    activate(data + start, by.gain * inverse, by.offset - by.gain * inverse * mean, to + start, layout.n);
                }
            });
        });
        context->saved_data["groups"] = groups;
        context->saved_data["epsilon"] = epsilon;
        context->save_for_backward({x, weight, bias, modulation, statistics});
        return result;
    }

    // Of x, weight, bias and, where there is one, the modulation.
    static int inputs_of(const variable_list& saved) { return saved[3].defined() ? 4 : 3; }

    // When the gradient is itself to be differentiated, it is that of the ordinary operators.
    static variable_list backward(AutogradContext* context, variable_list upstream) {
        auto saved = context->get_saved_variables();
        auto groups = context->saved_data["groups"].toInt();
        if (!at::GradMode::is_enabled()) return backward_fused(context, saved, upstream[0], groups);
        auto epsilon = context->saved_data["epsilon"].toDouble();
        return functional::recorded_gradients(context, {saved.begin(), saved.begin() + 4}, upstream, 6, [&](const variable_list& x) {
            return formula(x[0], x[1], x[2], x[3], groups, epsilon);
        });
    }

    static variable_list backward_fused(AutogradContext* context, const variable_list& saved, const at::Tensor& upstream, int64_t groups) {
        Layout layout(saved[0], groups);
        auto from = plain(saved[0]), w = plain(saved[1]), b = plain(saved[2]), m = plain(saved[3]), arrived = plain(upstream);
        auto to_x = at::empty_like(from);
        auto sums = at::empty({2, layout.batch, layout.channels}, from.options());  // of the gradient in u: plain, and weighed by x̂
        AT_DISPATCH_FLOATING_TYPES(from.scalar_type(), "functional::group_norm_silu", [&] {
            auto data = from.data_ptr<scalar_t>(), u = arrived.data_ptr<scalar_t>(), to = to_x.data_ptr<scalar_t>();
            auto means = saved[4].data_ptr<scalar_t>(), inverses = means + layout.batch * groups;
            auto plain_sums = sums.data_ptr<scalar_t>(), weighed_sums = plain_sums + layout.batch * layout.channels;
            auto weights = numbers<scalar_t>(w), biases = numbers<scalar_t>(b), modulations = numbers<scalar_t>(m);
            layout.every_group([&](int64_t example, int64_t first, int64_t group) {
                auto start = (example * layout.channels + first) * layout.n, count = layout.each * layout.n;
                auto mean = means[group], inverse = inverses[group], plain_mean = scalar_t(0), weighed_mean = scalar_t(0);
                for (int64_t channel = first, at = start; channel < first + layout.each; channel++, at += layout.n) {
                    Channel<scalar_t> by(weights, biases, modulations, layout, example, channel);
                    auto found = deactivate(data + at, u + at, by.gain * inverse, by.offset - by.gain * inverse * mean, to + at, layout.n);
                    auto weighed = (found.by_x - mean * found.plain) * inverse;
                    plain_sums[example * layout.channels + channel] = found.plain;
                    weighed_sums[example * layout.channels + channel] = weighed;
                    plain_mean += by.gain * found.plain / count;
                    weighed_mean += by.gain * weighed / count;
                }
                // dx = (gain du - mean(gain du) - x̂ mean(gain du x̂)) / deviation
                auto by_x = -inverse * inverse * weighed_mean, rest = -inverse * plain_mean - by_x * mean;
                for (int64_t channel = first, at = start; channel < first + layout.each; channel++, at += layout.n) {
                    Channel<scalar_t> by(weights, biases, modulations, layout, example, channel);
                    combine(data + at, by.gain * inverse, by_x, rest, to + at, layout.n);
                }
            });
        });
        auto plain_sums = sums[0], weighed_sums = sums[1];
        variable_list gradients{to_x, {}, {}, {}, {}, {}};
        if (m.defined()) {
            gradients[3] = at::cat({weighed_sums * w + plain_sums * b, plain_sums}, 1);
            auto scale = m.narrow(1, 0, layout.channels) + 1;
            plain_sums = plain_sums * scale, weighed_sums = weighed_sums * scale;
        }
        gradients[1] = weighed_sums.sum(0), gradients[2] = plain_sums.sum(0);
        for (int i = 0; i < inputs_of(saved); i++)
            if (!context->needs_input_grad(i)) gradients[i] = at::Tensor();
        return gradients;
    }
};

at::Tensor group_norm_silu(const at::Tensor& x, int64_t groups, const at::Tensor& weight, const at::Tensor& bias,
                           const c10::optional<at::Tensor>& modulation, double epsilon) {
    auto given = modulation.value_or(at::Tensor());
    auto type = x.scalar_type();
    bool grouped = x.dim() >= 2 && groups > 0 && x.size(1) % groups == 0 && weight.numel() == x.size(1) && bias.numel() == x.size(1);
    bool modulated = !given.defined() || given.sizes() == at::IntArrayRef({x.size(0), 2 * x.size(1)});
    TORCH_CHECK(grouped && modulated, "group_norm_silu takes [batch; channels; ...] in equal groups, a weight and a bias for each channel, "
                                      "and a modulation of [batch; 2 channels]");
    bool fusible = (type == at::kFloat || type == at::kDouble) && x.numel() > 0;
    for (auto& t : {x, weight, bias, given}) fusible &= !t.defined() || (t.is_cpu() && t.scalar_type() == type);
    return fusible ? GroupNormSilu::apply(x, weight, bias, modulation, groups, epsilon) : formula(x, weight, bias, given, groups, epsilon);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(functional, library) {
    library.def("group_norm_silu(Tensor x, int groups, Tensor weight, Tensor bias, Tensor? modulation, float epsilon) -> Tensor", &group_norm_silu);
}

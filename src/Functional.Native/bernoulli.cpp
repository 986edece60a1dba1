// The log-density of independent Bernoulli variables from logits, summed over the event, in one pass over memory each way.
// Registered with the dispatcher as functional::bernoulli_log_prob; Functional's Bernoulli calls it like any operator.
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>
#include <cmath>
#include "boundary.h"
#include "vector.h"

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

[[gnu::always_inline]] inline float exponential(float x) { return expf(x); }
[[gnu::always_inline]] inline double exponential(double x) { return exp(x); }
[[gnu::always_inline]] inline float log_one_plus(float x) { return log1pf(x); }
[[gnu::always_inline]] inline double log_one_plus(double x) { return log1p(x); }

// Σ_i x_i l_i - max(l_i, 0) - log(1 + exp(-|l_i|)), finite for every finite logit.
template <typename T>
[[gnu::always_inline]] inline T row_log_density(const T* logits, const T* value, int64_t n) {
    T sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < n; i++) {
        T l = logits[i], above = l > 0 ? l : 0, below = l > 0 ? -l : l;  // max(l, 0) and -|l|
        sum += value[i] * l - above - log_one_plus(exponential(below));
    }
    return sum;
}

// d/dl_i = x_i - sigmoid(l_i).
template <typename T>
[[gnu::always_inline]] inline void row_gradient(const T* logits, const T* value, T upstream, T* gradient, int64_t n) {
#pragma omp simd
    for (int64_t i = 0; i < n; i++) gradient[i] = upstream * (value[i] - T(1) / (T(1) + exponential(-logits[i])));
}

FUNCTIONAL_CLONES float density(const float* l, const float* x, int64_t n) { return row_log_density(l, x, n); }
FUNCTIONAL_CLONES double density(const double* l, const double* x, int64_t n) { return row_log_density(l, x, n); }
FUNCTIONAL_CLONES void gradient(const float* l, const float* x, float u, float* g, int64_t n) { row_gradient(l, x, u, g, n); }
FUNCTIONAL_CLONES void gradient(const double* l, const double* x, double u, double* g, int64_t n) { row_gradient(l, x, u, g, n); }

// Rows of logits [rows, n] against rows of values, which repeat when the logits carry extra leading axes.
struct Rows {
    int64_t rows, n, value_rows;
    Rows(const at::Tensor& logits, const at::Tensor& value, int64_t event_rank) : n(1) {
        for (int64_t axis = 0; axis < event_rank; axis++) n *= logits.size(logits.dim() - 1 - axis);
        rows = n == 0 ? 0 : logits.numel() / n;
        value_rows = n == 0 ? 1 : std::max<int64_t>(value.numel() / n, 1);
    }
    int64_t grain() const { return std::max<int64_t>(1, 8192 / std::max<int64_t>(n, 1)); }
};

at::Tensor forward_fused(const at::Tensor& logits, const at::Tensor& value, int64_t event_rank) {
    Rows shape(logits, value, event_rank);
    auto batch = logits.sizes().slice(0, logits.dim() - event_rank);
    auto result = at::zeros(batch, logits.options());
    AT_DISPATCH_FLOATING_TYPES(logits.scalar_type(), "bernoulli_log_prob", [&] {
        auto l = logits.data_ptr<scalar_t>(), x = value.data_ptr<scalar_t>(), out = result.data_ptr<scalar_t>();
        at::parallel_for(0, shape.rows, shape.grain(), [&](int64_t begin, int64_t end) {
            for (int64_t row = begin; row < end; row++)
                out[row] = density(l + row * shape.n, x + (row % shape.value_rows) * shape.n, shape.n);
        });
    });
    return result;
}

at::Tensor backward_fused(const at::Tensor& logits, const at::Tensor& value, const at::Tensor& upstream, int64_t event_rank) {
    Rows shape(logits, value, event_rank);
    auto result = at::empty_like(logits);
    AT_DISPATCH_FLOATING_TYPES(logits.scalar_type(), "bernoulli_log_prob_backward", [&] {
        auto l = logits.data_ptr<scalar_t>(), x = value.data_ptr<scalar_t>();
        auto u = upstream.data_ptr<scalar_t>(), out = result.data_ptr<scalar_t>();
        at::parallel_for(0, shape.rows, shape.grain(), [&](int64_t begin, int64_t end) {
            for (int64_t row = begin; row < end; row++)
                gradient(l + row * shape.n, x + (row % shape.value_rows) * shape.n, u[row], out + row * shape.n, shape.n);
        });
    });
    return result;
}

// The upstream gradient [batch] with an axis of size one for every event axis.
at::Tensor over_events(at::Tensor upstream, int64_t event_rank) {
    for (int64_t axis = 0; axis < event_rank; axis++) upstream = upstream.unsqueeze(-1);
    return upstream;
}

struct BernoulliLogProb : torch::autograd::Function<BernoulliLogProb> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& logits, const at::Tensor& value, int64_t event_rank) {
        auto l = logits.contiguous(), x = value.contiguous();
        context->save_for_backward({l, x});
        context->saved_data["event_rank"] = event_rank;
        return forward_fused(l, x, event_rank);
    }

    // When the gradient is itself to be differentiated, or flows into the value too, it is written in ordinary operators.
    static variable_list backward(AutogradContext* context, variable_list upstream) {
        auto saved = context->get_saved_variables();
        auto logits = saved[0], value = saved[1];
        auto event_rank = context->saved_data["event_rank"].toInt();
        auto to_logits = at::GradMode::is_enabled()
                             ? over_events(upstream[0], event_rank) * (value - logits.sigmoid())
                             : backward_fused(logits, value, upstream[0].contiguous(), event_rank);
        at::Tensor to_value;
        if (value.requires_grad()) to_value = (over_events(upstream[0], event_rank) * logits).sum_to_size(value.sizes());
        return {to_logits, to_value, at::Tensor()};
    }
};

// Same device, same floating type, and the value's shape is the logits' shape less whole leading axes.
bool fusible(const at::Tensor& logits, const at::Tensor& value, int64_t event_rank) {
    auto type = logits.scalar_type();
    bool trailing = event_rank <= value.dim() && value.dim() <= logits.dim() && logits.sizes().slice(logits.dim() - value.dim()) == value.sizes();
    bool floating = type == at::kFloat || type == at::kDouble;
    return logits.is_cpu() && value.is_cpu() && floating && value.scalar_type() == type && trailing;
}

at::Tensor bernoulli_log_prob(const at::Tensor& logits, const at::Tensor& value, int64_t event_rank) {
    if (fusible(logits, value, event_rank)) return BernoulliLogProb::apply(logits, value, event_rank);
    auto densities = value * logits - logits.clamp_min(0) - logits.abs().neg().exp().log1p();
    if (event_rank == 0) return densities;
    std::vector<int64_t> axes(event_rank);
    for (int64_t axis = 0; axis < event_rank; axis++) axes[axis] = -1 - axis;
    return densities.sum(axes);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(functional, library) {
    library.def("bernoulli_log_prob(Tensor logits, Tensor value, int event_rank) -> Tensor", &bernoulli_log_prob);
}

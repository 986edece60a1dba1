// KL(p || q) of normal distributions with independent components, summed over the last axes, in one pass over memory each way.
// Registered with the dispatcher as functional::normal_divergence; Functional's closed forms call it.
#include <torch/library.h>
#include <cmath>
#include "dense.h"
#include "elementwise.h"
#include "recorded.h"
#include "vector.h"

namespace {

using namespace functional;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

[[gnu::always_inline]] inline float expm1_of(float x) { return expm1f(x); }
[[gnu::always_inline]] inline double expm1_of(double x) { return expm1(x); }

// p's mean and log scale; q's mean, scale and log scale.
template <class T>
struct Normals {
    const T *mean, *log_scale, *q_mean, *q_scale, *q_log_scale;
    Normals row(int64_t p, int64_t q) const { return {mean + p, log_scale + p, q_mean + q, q_scale + q, q_log_scale + q}; }
};

template <class T>
struct Slopes { T *mean, *log_scale, *q_mean, *q_scale, *q_log_scale; };

// Σ ½ (r² - 1 + d²) - log r, r = scale/q_scale, d = (mean - q_mean)/q_scale
template <class T>
[[gnu::always_inline]] inline T divergence_row(Normals<T> at, int64_t n) {
    T sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < n; i++) {
        T ratio = at.log_scale[i] - at.q_log_scale[i], distance = (at.mean[i] - at.q_mean[i]) / at.q_scale[i];
        sum += T(0.5) * (expm1_of(2 * ratio) + distance * distance) - ratio;
    }
    return sum;
}

template <class T>
[[gnu::always_inline]] inline void slopes_row(Normals<T> at, T upstream, Slopes<T> to, int64_t n) {
#pragma omp simd
    for (int64_t i = 0; i < n; i++) {
        T distance = (at.mean[i] - at.q_mean[i]) / at.q_scale[i], along = upstream * distance / at.q_scale[i];
        T wider = upstream * expm1_of(2 * (at.log_scale[i] - at.q_log_scale[i]));
        to.mean[i] = along, to.log_scale[i] = wider;
        if (to.q_mean) to.q_mean[i] = -along, to.q_scale[i] = -along * distance, to.q_log_scale[i] = -wider;
    }
}

FUNCTIONAL_CLONES float divergence(Normals<float> at, int64_t n) { return divergence_row(at, n); }
FUNCTIONAL_CLONES double divergence(Normals<double> at, int64_t n) { return divergence_row(at, n); }
FUNCTIONAL_CLONES void slopes(Normals<float> at, float u, Slopes<float> to, int64_t n) { slopes_row(at, u, to, n); }
FUNCTIONAL_CLONES void slopes(Normals<double> at, double u, Slopes<double> to, int64_t n) { slopes_row(at, u, to, n); }

// The same in ordinary operators.
at::Tensor formula(const variable_list& p, int64_t axes) {
    auto ratio = p[1] - p[4], distance = (p[0] - p[2]) / p[3];
    auto each = ((ratio * 2).expm1() + distance.square()) * 0.5 - ratio;
    std::vector<int64_t> last(axes);
    for (int64_t axis = 0; axis < axes; axis++) last[axis] = -1 - axis;
    return axes == 0 ? each : each.sum(last);
}

// Rows of p, [rows, n], against those of q, which repeat.
struct Rows {
    int64_t rows, n = 1, q_rows;
    Rows(const variable_list& p, int64_t axes) {
        for (int64_t axis = 1; axis <= axes; axis++) n *= p[0].size(p[0].dim() - axis);
        rows = p[0].numel() / std::max<int64_t>(n, 1), q_rows = std::max<int64_t>(1, p[2].numel() / std::max<int64_t>(n, 1));
    }
    int64_t grain() const { return std::max<int64_t>(1, 8192 / std::max<int64_t>(n, 1)); }
    int64_t p_at(int64_t row) const { return row * n; }
    int64_t q_at(int64_t row) const { return row % q_rows * n; }
};

template <class T>
Normals<T> normals(const variable_list& p) {
    return {elements<T>(p[0]), elements<T>(p[1]), elements<T>(p[2]), elements<T>(p[3]), elements<T>(p[4])};
}

struct NormalDivergence : torch::autograd::Function<NormalDivergence> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& mean, const at::Tensor& log_scale, const at::Tensor& q_mean,
                              const at::Tensor& q_scale, const at::Tensor& q_log_scale, int64_t axes) {
        variable_list p{mean, log_scale, q_mean, q_scale, q_log_scale};
        context->save_for_backward(p);
        context->saved_data["axes"] = axes;
        Rows rows(p, axes);
        auto result = dense(mean.sizes().slice(0, mean.dim() - axes), mean.dtype());
        typed(mean.dtype(), [&](auto zero) {
            using T = decltype(zero);
            auto all = normals<T>(p);
            auto to = elements<T>(result);
            at::parallel_for(0, rows.rows, rows.grain(), [&](int64_t begin, int64_t end) {
                for (int64_t row = begin; row < end; row++) to[row] = divergence(all.row(rows.p_at(row), rows.q_at(row)), rows.n);
            });
        });
        return result;
    }

    // When the gradient is itself to be differentiated, it is that of the ordinary operators.
    static variable_list backward(AutogradContext* context, variable_list upstream) {
        auto saved = context->get_saved_variables();
        auto axes = context->saved_data["axes"].toInt();
        if (at::GradMode::is_enabled())
            return recorded_gradients(context, saved, upstream, 6, [&](const variable_list& p) { return formula(p, axes); });
        Rows rows(saved, axes);
        auto arrived = upstream[0].contiguous();
        bool into_q = context->needs_input_grad(2) || context->needs_input_grad(3) || context->needs_input_grad(4);
        variable_list gradients(6);
        for (int i = 0; i < (into_q ? 5 : 2); i++) gradients[i] = dense(saved[0].sizes(), saved[0].dtype());
        typed(saved[0].dtype(), [&](auto zero) {
            using T = decltype(zero);
            auto all = normals<T>(saved);
            auto from = elements<T>(arrived);
            auto to = [&](int64_t i, int64_t at) { return gradients[i].defined() ? elements<T>(gradients[i]) + at : nullptr; };
            at::parallel_for(0, rows.rows, rows.grain(), [&](int64_t begin, int64_t end) {
                for (int64_t row = begin; row < end; row++) {
                    auto at = rows.p_at(row);
                    slopes(all.row(at, rows.q_at(row)), from[row], {to(0, at), to(1, at), to(2, at), to(3, at), to(4, at)}, rows.n);
                }
            });
        });
        for (int i = 2; i < 5; i++) gradients[i] = summed_to(gradients[i], saved[i]);
        return gradients;
    }
};

// p's parameters are alike, and so are q's, which may lack leading axes of p's that are not summed over.
bool fusible(const variable_list& p, int64_t axes) {
    for (auto& t : p)
        if (!is_dense(*t.unsafeGetTensorImpl()) || t.dtype() != p[0].dtype()) return false;
    auto shape = p[0].sizes(), q_shape = p[2].sizes();
    bool alike = p[1].sizes() == shape && p[3].sizes() == q_shape && p[4].sizes() == q_shape;
    return alike && p[0].numel() > 0 && static_cast<int64_t>(q_shape.size()) >= axes && q_shape.size() <= shape.size() &&
           shape.slice(shape.size() - q_shape.size()) == q_shape;
}

at::Tensor normal_divergence(const at::Tensor& mean, const at::Tensor& log_scale, const at::Tensor& q_mean, const at::Tensor& q_scale,
                             const at::Tensor& q_log_scale, int64_t axes) {
    variable_list p{mean, log_scale, q_mean, q_scale, q_log_scale};
    return fusible(p, axes) ? NormalDivergence::apply(mean, log_scale, q_mean, q_scale, q_log_scale, axes) : formula(p, axes);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(functional, library) {
    library.def("normal_divergence(Tensor mean, Tensor log_scale, Tensor q_mean, Tensor q_scale, Tensor q_log_scale, int axes) -> Tensor",
                &normal_divergence);
}

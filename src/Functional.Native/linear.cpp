// x Wᵀ + b with or without b, or its positive part, as one node of the graph: half the bookkeeping of libtorch's own composition, which shows at
// small batches. Registered with the dispatcher as functional::linear; Functional.Tensors' LinearAlgebra.linear calls it.
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>
#include "dense.h"

namespace {

using namespace functional;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Rows of W that are too short to fill vectors are taken so many at a time.
constexpr int64_t abreast = 8, short_row = 16;

// y = W x for `abreast` short rows.
template <typename T>
[[gnu::always_inline]] inline void multiply_abreast(const T* x, const T* w, T* y, int64_t inputs) {
    T sums[abreast] = {};
    for (int64_t k = 0; k < inputs; k++)
        for (int64_t row = 0; row < abreast; row++) sums[row] += w[row * inputs + k] * x[k];
    std::copy_n(sums, abreast, y);
}

template <typename T>
[[gnu::always_inline]] inline T dot(const T* x, const T* w, int64_t inputs) {
    T sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t k = 0; k < inputs; k++) sum += w[k] * x[k];
    return sum;
}

// y = W x + b, or its positive part.
template <typename T>
[[gnu::always_inline]] inline void affine_row(const T* x, const T* w, const T* b, T* y, int64_t outputs, int64_t inputs, bool relu) {
    int64_t i = 0;
    if (inputs <= short_row)
        for (; i + abreast <= outputs; i += abreast) multiply_abreast(x, w + i * inputs, y + i, inputs);
    for (; i < outputs; i++) y[i] = dot(x, w + i * inputs, inputs);
    if (b)
        for (i = 0; i < outputs; i++) y[i] += b[i];
    if (relu)
        for (i = 0; i < outputs; i++) y[i] = y[i] < 0 ? 0 : y[i];
}

// Wᵀ g, several rows at a time.
template <typename T>
[[gnu::always_inline]] inline void pull_through(const T* w, const T* g, T* to_x, int64_t outputs, int64_t inputs) {
    std::fill(to_x, to_x + inputs, T(0));
    int64_t i = 0;
    for (; i + 4 <= outputs; i += 4, w += 4 * inputs) {
        T g0 = g[i], g1 = g[i + 1], g2 = g[i + 2], g3 = g[i + 3];
#pragma omp simd
        for (int64_t k = 0; k < inputs; k++) to_x[k] += (g0 * w[k] + g1 * w[inputs + k]) + (g2 * w[2 * inputs + k] + g3 * w[3 * inputs + k]);
    }
    for (; i < outputs; i++, w += inputs)
#pragma omp simd
        for (int64_t k = 0; k < inputs; k++) to_x[k] += g[i] * w[k];
}

// Wᵀ g and g xᵀ where wanted, and g: what has arrived, but where y is given nothing where that is 0.
template <typename T>
[[gnu::always_inline]] inline void pull_row(const T* x, const T* w, const T* y, const T* arrived, T* to_x, T* to_w, T* g, int64_t outputs,
                                            int64_t inputs) {
    for (int64_t i = 0; i < outputs; i++) g[i] = y && y[i] <= 0 ? 0 : arrived[i];
    if (to_x) pull_through(w, g, to_x, outputs, inputs);
    if (to_w)
        for (int64_t i = 0; i < outputs; i++)
#pragma omp simd
            for (int64_t k = 0; k < inputs; k++) to_w[i * inputs + k] = g[i] * x[k];
}

#define FUNCTIONAL_LINEAR(T)                                                                                                    \
    FUNCTIONAL_CLONES void affine(const T* x, const T* w, const T* b, T* y, int64_t outputs, int64_t inputs, bool relu) { \
        affine_row(x, w, b, y, outputs, inputs, relu);                                                                          \
    }                                                                                                                          \
    FUNCTIONAL_CLONES void pull(const T* x, const T* w, const T* y, const T* arrived, T* to_x, T* to_w, T* g, int64_t outputs, \
                                int64_t inputs) {                                                                              \
        pull_row(x, w, y, arrived, to_x, to_w, g, outputs, inputs);                                                            \
    }
FUNCTIONAL_LINEAR(float)
FUNCTIONAL_LINEAR(double)

// A single row, and weights that give a second thread nothing to do: computed on the spot. The vector is the bias, if any, or the gradient.
bool is_single_row(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& vector) {
    constexpr int64_t most_weights = 1 << 18;
    auto alike = [&](const at::Tensor& t) { return is_dense(*t.unsafeGetTensorImpl()) && t.dtype() == x.dtype(); };
    auto fits = !vector.defined() || (alike(vector) && vector.numel() == weight.size(0));
    return alike(x) && alike(weight) && fits && weight.dim() == 2 && weight.numel() <= most_weights &&
           x.numel() == x.size(-1) && x.numel() == weight.size(1);
}

c10::SmallVector<int64_t, 4> with_last(c10::IntArrayRef shape, int64_t last) {
    c10::SmallVector<int64_t, 4> result(shape.begin(), shape.end());
    result.back() = last;
    return result;
}

// All leading axes as one, and the way back.
at::Tensor rows(const at::Tensor& x) {
    return x.dim() == 2 ? x : x.reshape({c10::multiply_integers(x.sizes().slice(0, x.dim() - 1)), x.size(-1)});
}
at::Tensor shaped(const at::Tensor& rows, c10::IntArrayRef leading) {
    return leading.size() == 2 ? rows : rows.view(with_last(leading, rows.size(-1)));
}

struct Linear : torch::autograd::Function<Linear> {
    static at::Tensor value(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, bool relu) {
        if (!is_single_row(x, weight, bias)) {
            auto product = bias.defined() ? at::addmm(bias, rows(x), weight.t()) : at::mm(rows(x), weight.t());
            return shaped(relu ? product.relu_() : product, x.sizes());
        }
        auto result = dense(with_last(x.sizes(), weight.size(0)), x.dtype());
        typed(x.dtype(), [&](auto zero) {
            using T = decltype(zero);
            affine(elements<T>(x), elements<T>(weight), elements<T>(bias), elements<T>(result), weight.size(0), weight.size(1), relu);
        });
        return result;
    }

    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight, const c10::optional<at::Tensor>& bias,
                              bool relu) {
        at::AutoDispatchBelowADInplaceOrView direct;
        auto result = value(x, weight, bias.value_or(at::Tensor()), relu);
        context->saved_data["has_bias"] = bias.has_value();
        if (relu) context->save_for_backward({x, weight, result});
        else context->save_for_backward({x, weight});
        return result;
    }

    static bool wants_bias(AutogradContext* context) {
        return context->saved_data["has_bias"].toBool() && context->needs_input_grad(2);
    }

    static variable_list all(AutogradContext* context, const variable_list& saved, at::Tensor g) {
        const auto &x = saved[0], &weight = saved[1];
        if (saved.size() == 3) g = at::threshold_backward(g, saved[2], 0);  // where the result is 0, nothing passes
        g = rows(g);
        auto to_x = context->needs_input_grad(0) ? shaped(at::mm(g, weight), x.sizes()) : at::Tensor();
        auto to_weight = context->needs_input_grad(1) ? at::mm(g.t(), rows(x)) : at::Tensor();
        auto to_bias = wants_bias(context) ? g.sum(0) : at::Tensor();
        return {to_x, to_weight, to_bias, {}};
    }

    static variable_list all_of_single_row(AutogradContext* context, const variable_list& saved, const at::Tensor& arrived) {
        const auto &x = saved[0], &weight = saved[1];
        auto to_x = context->needs_input_grad(0) ? dense(x.sizes(), x.dtype()) : at::Tensor();
        auto to_weight = context->needs_input_grad(1) ? dense(weight.sizes(), x.dtype()) : at::Tensor();
        auto to_bias = dense(weight.sizes()[0], x.dtype());
        typed(x.dtype(), [&](auto zero) {
            using T = decltype(zero);
            pull(elements<T>(x), elements<T>(weight), saved.size() == 3 ? elements<T>(saved[2]) : nullptr, elements<T>(arrived),
                 elements<T>(to_x), elements<T>(to_weight), elements<T>(to_bias), weight.size(0), weight.size(1));
        });
        return {to_x, to_weight, wants_bias(context) ? to_bias : at::Tensor(), {}};
    }

    // Differentiable where the gradient itself is to be differentiated, and straight to the kernels otherwise.
    static variable_list backward(AutogradContext* context, variable_list upstream) {
        auto saved = context->get_saved_variables();
        if (at::GradMode::is_enabled()) return all(context, saved, upstream[0]);
        at::AutoDispatchBelowADInplaceOrView direct;
        auto arrived = upstream[0].contiguous();
        bool single = is_single_row(saved[0], saved[1], arrived);
        return single ? all_of_single_row(context, saved, arrived) : all(context, saved, upstream[0]);
    }
};

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const c10::optional<at::Tensor>& bias, bool relu) {
    return Linear::apply(x, weight, bias, relu);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(functional, library) {
    library.def("linear(Tensor x, Tensor weight, Tensor? bias, bool relu) -> Tensor", &linear);
}

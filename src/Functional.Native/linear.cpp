// x Wᵀ + b, or its positive part, as one node of the graph: half the bookkeeping of libtorch's own composition, which shows at
// small batches. Registered with the dispatcher as functional::linear; Functional.Tensors' LinearAlgebra.linear calls it.
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>
#include "dense.h"

namespace {

using namespace functional;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// y = W x + b, or its positive part.
template <typename T>
[[gnu::always_inline]] inline void affine_row(const T* x, const T* w, const T* b, T* y, int64_t outputs, int64_t inputs, bool relu) {
    for (int64_t i = 0; i < outputs; i++, w += inputs) {
        T sum = 0;
#pragma omp simd reduction(+ : sum)
        for (int64_t k = 0; k < inputs; k++) sum += w[k] * x[k];
        sum += b[i];
        y[i] = relu && sum < 0 ? 0 : sum;
    }
}

// Wᵀ g and g xᵀ where wanted, and g: what has arrived, but where y is given nothing where that is 0.
template <typename T>
[[gnu::always_inline]] inline void pull_row(const T* x, const T* w, const T* y, const T* arrived, T* to_x, T* to_w, T* g, int64_t outputs,
                                            int64_t inputs) {
    if (to_x) std::fill(to_x, to_x + inputs, T(0));
    for (int64_t i = 0; i < outputs; i++) {
        T slope = g[i] = y && y[i] <= 0 ? 0 : arrived[i];
        if (to_x)
#pragma omp simd
            for (int64_t k = 0; k < inputs; k++) to_x[k] += slope * w[i * inputs + k];
        if (to_w)
#pragma omp simd
            for (int64_t k = 0; k < inputs; k++) to_w[i * inputs + k] = slope * x[k];
    }
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

// A single row, and weights that give a second thread nothing to do: computed on the spot. The vector is the bias, or the gradient.
bool is_single_row(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& vector) {
    constexpr int64_t most_weights = 1 << 18;
    auto alike = [&](const at::Tensor& t) { return is_dense(*t.unsafeGetTensorImpl()) && t.dtype() == x.dtype(); };
    return alike(x) && alike(weight) && alike(vector) && weight.dim() == 2 && weight.numel() <= most_weights &&
           x.numel() == x.size(-1) && x.numel() == weight.size(1) && vector.numel() == weight.size(0);
}

c10::SmallVector<int64_t, 4> with_last(c10::IntArrayRef shape, int64_t last) {
    c10::SmallVector<int64_t, 4> result(shape.begin(), shape.end());
    result.back() = last;
    return result;
}

// All leading axes as one, and the way back.
at::Tensor rows(const at::Tensor& x) { return x.dim() == 2 ? x : x.reshape({-1, x.size(-1)}); }
at::Tensor shaped(const at::Tensor& rows, c10::IntArrayRef leading) {
    return leading.size() == 2 ? rows : rows.view(with_last(leading, rows.size(-1)));
}

struct Linear : torch::autograd::Function<Linear> {
    static at::Tensor value(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, bool relu) {
        if (!is_single_row(x, weight, bias)) {
            auto product = at::addmm(bias, rows(x), weight.t());
            return shaped(relu ? product.relu_() : product, x.sizes());
        }
        auto result = dense(with_last(x.sizes(), weight.size(0)), x.dtype());
        typed(x.dtype(), [&](auto zero) {
            using T = decltype(zero);
            affine(elements<T>(x), elements<T>(weight), elements<T>(bias), elements<T>(result), weight.size(0), weight.size(1), relu);
        });
        return result;
    }

    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, bool relu) {
        at::AutoDispatchBelowADInplaceOrView direct;
        auto result = value(x, weight, bias, relu);
        if (relu) context->save_for_backward({x, weight, result});
        else context->save_for_backward({x, weight});
        return result;
    }

    static variable_list all(AutogradContext* context, const variable_list& saved, at::Tensor g) {
        const auto &x = saved[0], &weight = saved[1];
        if (saved.size() == 3) g = at::threshold_backward(g, saved[2], 0);  // where the result is 0, nothing passes
        g = rows(g);
        auto to_x = context->needs_input_grad(0) ? shaped(at::mm(g, weight), x.sizes()) : at::Tensor();
        auto to_weight = context->needs_input_grad(1) ? at::mm(g.t(), rows(x)) : at::Tensor();
        auto to_bias = context->needs_input_grad(2) ? g.sum(0) : at::Tensor();
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
        return {to_x, to_weight, to_bias, {}};
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

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, bool relu) {
    return Linear::apply(x, weight, bias, relu);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(functional, library) {
    library.def("linear(Tensor x, Tensor weight, Tensor bias, bool relu) -> Tensor", &linear);
}

// x Wᵀ + b, or its positive part, as one node of the graph: half the bookkeeping of libtorch's own composition, which shows at
// small batches. Registered with the dispatcher as functional::linear; Functional.Tensors' LinearAlgebra.linear calls it.
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>
#include "boundary.h"

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// All leading axes as one.
at::Tensor rows(const at::Tensor& x) { return x.dim() == 2 ? x : x.reshape({-1, x.size(-1)}); }

// A single row goes to the products of a matrix and a vector, which start faster than those of two matrices.
bool is_vector(const at::Tensor& x) { return x.numel() == x.size(-1); }

at::Tensor shaped(const at::Tensor& result, c10::IntArrayRef leading, int64_t last) {
    auto shape = leading.vec();
    shape.back() = last;
    return result.sizes() == c10::IntArrayRef(shape) ? result : result.view(shape);
}

struct Linear : torch::autograd::Function<Linear> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, bool relu) {
        at::AutoDispatchBelowADInplaceOrView direct;
        auto product = is_vector(x) ? at::addmv(bias, weight, x.reshape({-1})) : at::addmm(bias, rows(x), weight.t());
        if (relu) product.relu_();
        auto result = shaped(product, x.sizes(), weight.size(0));
        if (relu) context->save_for_backward({x, weight, result});
        else context->save_for_backward({x, weight});
        return result;
    }

    static variable_list gradients_of_vector(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& g) {
        auto upstream = g.reshape({-1});
        auto to_x = context->needs_input_grad(0) ? shaped(at::mv(weight.t(), upstream), x.sizes(), x.size(-1)) : at::Tensor();
        auto to_weight = context->needs_input_grad(1) ? at::mul(upstream.unsqueeze(1), x.reshape({1, -1})) : at::Tensor();
        return {to_x, to_weight, context->needs_input_grad(2) ? upstream : at::Tensor()};
    }

    static variable_list gradients(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& upstream) {
        if (is_vector(x)) return gradients_of_vector(context, x, weight, upstream);
        auto g = rows(upstream);
        auto to_x = context->needs_input_grad(0) ? shaped(at::mm(g, weight), x.sizes(), x.size(-1)) : at::Tensor();
        auto to_weight = context->needs_input_grad(1) ? at::mm(g.t(), rows(x)) : at::Tensor();
        auto to_bias = context->needs_input_grad(2) ? g.sum(0) : at::Tensor();
        return {to_x, to_weight, to_bias};
    }

    static variable_list all(AutogradContext* context, const at::Tensor& upstream) {
        auto saved = context->get_saved_variables();
        bool relu = saved.size() == 3;  // where the result is 0, nothing passes
        auto results = gradients(context, saved[0], saved[1], relu ? at::threshold_backward(upstream, saved[2], 0) : upstream);
        results.push_back({});
        return results;
    }

    // Differentiable where the gradient itself is to be differentiated, and straight to the kernels otherwise.
    static variable_list backward(AutogradContext* context, variable_list upstream) {
        if (at::GradMode::is_enabled()) return all(context, upstream[0]);
        at::AutoDispatchBelowADInplaceOrView direct;
        return all(context, upstream[0]);
    }
};

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, bool relu) {
    return Linear::apply(x, weight, bias, relu);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(functional, library) {
    library.def("linear(Tensor x, Tensor weight, Tensor bias, bool relu) -> Tensor", &linear);
}

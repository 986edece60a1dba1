// x Wᵀ + b as one node of the graph: half the bookkeeping of libtorch's own composition, which shows at small batches.
// Registered with the dispatcher as functional::linear; Functional.Tensors' LinearAlgebra.linear calls it.
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>
#include "boundary.h"

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// All leading axes as one.
at::Tensor rows(const at::Tensor& x) { return x.dim() == 2 ? x : x.reshape({-1, x.size(-1)}); }

at::Tensor like_input(const at::Tensor& result, const at::Tensor& x) {
    if (x.dim() == 2) return result;
    auto shape = x.sizes().vec();
    shape.back() = result.size(1);
    return result.view(shape);
}

struct Linear : torch::autograd::Function<Linear> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
        context->save_for_backward({x, weight});
        at::AutoDispatchBelowADInplaceOrView direct;
        return like_input(at::addmm(bias, rows(x), weight.t()), x);
    }

    static variable_list gradients(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& upstream) {
        auto g = rows(upstream);
        auto to_x = context->needs_input_grad(0) ? at::mm(g, weight).view(x.sizes()) : at::Tensor();
        auto to_weight = context->needs_input_grad(1) ? at::mm(g.t(), rows(x)) : at::Tensor();
        auto to_bias = context->needs_input_grad(2) ? g.sum(0) : at::Tensor();
        return {to_x, to_weight, to_bias};
    }

    // Differentiable where the gradient itself is to be differentiated, and straight to the kernels otherwise.
    static variable_list backward(AutogradContext* context, variable_list upstream) {
        auto saved = context->get_saved_variables();
        if (at::GradMode::is_enabled()) return gradients(context, saved[0], saved[1], upstream[0]);
        at::AutoDispatchBelowADInplaceOrView direct;
        return gradients(context, saved[0], saved[1], upstream[0]);
    }
};

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
    return Linear::apply(x, weight, bias);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(functional, library) {
    library.def("linear(Tensor x, Tensor weight, Tensor bias) -> Tensor", &linear);
}

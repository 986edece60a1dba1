// Gradients of fused operations where the gradient itself is to be differentiated: those of the same formula in ordinary operators.
// Used by the files with fused loops and gradients of their own.
#pragma once
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

namespace functional {

// The partial derivatives of formula(inputs), as many results as the operation has arguments. The inputs may depend on one another, as a draw
// does on its location: the formula sees a view of each, through which nothing but what is its own arrives.
template <typename Formula>
torch::autograd::variable_list recorded_gradients(torch::autograd::AutogradContext* context, const torch::autograd::variable_list& inputs,
                                                  const torch::autograd::variable_list& upstream, size_t arguments, Formula&& formula) {
    torch::autograd::variable_list views(inputs.size()), wanted, results(arguments);
    auto is_wanted = [&](size_t i) { return inputs[i].defined() && context->needs_input_grad(i); };
    for (size_t i = 0; i < inputs.size(); i++) {
        if (inputs[i].defined()) views[i] = inputs[i].view_as(inputs[i]);
        if (is_wanted(i)) wanted.push_back(views[i]);
    }
    auto gradients = torch::autograd::grad({formula(views)}, wanted, upstream, /*retain_graph=*/true, /*create_graph=*/true);
    for (size_t i = 0, k = 0; i < inputs.size(); i++)
        if (is_wanted(i)) results[i] = gradients[k++];
    return results;
}

}  // namespace functional

// Reverse-mode differentiation: gradients, their graphs, and whether anything is recorded at all.
// Called by Functional.Tensors' differentiation module and by every training step.
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/functions/accumulate_grad.h>
#include <algorithm>
#include <unordered_set>
#include <vector>
#include "boundary.h"

using namespace functional;
using torch::autograd::Node;

namespace {

std::vector<at::Tensor> borrow_all(const functional_tensor* handles, int32_t count) {
    std::vector<at::Tensor> tensors(count);
    for (int32_t i = 0; i < count; i++)
        if (handles[i]) tensors[i] = borrow(handles[i]);
    return tensors;
}

bool is_one_of(const at::Tensor& tensor, const functional_tensor* handles, int32_t count) {
    return std::find(handles, handles + count, static_cast<functional_tensor>(tensor.unsafeGetTensorImpl())) != handles + count;
}

}  // namespace

int32_t functional_grad(const functional_tensor* outputs, const functional_tensor* output_gradients, int32_t output_count,
                        const functional_tensor* inputs, int32_t input_count, int32_t retain_graph, int32_t create_graph,
                        functional_tensor* gradients) {
    return guarded<int32_t>(-1, [&] {
        auto results = torch::autograd::grad(borrow_all(outputs, output_count), borrow_all(inputs, input_count),
                                             borrow_all(output_gradients, output_count), retain_graph != 0, create_graph != 0,
                                             /*allow_unused=*/true);
        for (int32_t i = 0; i < input_count; i++) gradients[i] = hand_over(std::move(results[i]));
        return 0;
    });
}

int32_t functional_reaches_beyond(functional_tensor output, const functional_tensor* inputs, int32_t input_count) {
    return guarded<int32_t>(-1, [&] {
        auto tensor = borrow(output);
        if (!tensor.requires_grad()) return 0;
        if (!tensor.grad_fn()) return is_one_of(tensor, inputs, input_count) ? 0 : 1;
        std::vector<Node*> open{tensor.grad_fn().get()};
        std::unordered_set<Node*> seen(open.begin(), open.end());
        while (!open.empty()) {
            Node* node = open.back();
            open.pop_back();
            auto leaf = dynamic_cast<torch::autograd::AccumulateGrad*>(node);
            if (leaf && !is_one_of(leaf->variable, inputs, input_count)) return 1;
            for (const auto& edge : node->next_edges())
                if (edge.function && seen.insert(edge.function.get()).second) open.push_back(edge.function.get());
        }
        return 0;
    });
}

int32_t functional_set_grad_mode(int32_t enabled) {
    int32_t before = at::GradMode::is_enabled();
    at::GradMode::set_enabled(enabled != 0);
    return before;
}

int32_t functional_tensor_requires_grad(functional_tensor tensor) {
    return guarded<int32_t>(-1, [&] { return borrow(tensor).requires_grad() ? 1 : 0; });
}

int32_t functional_tensor_set_requires_grad(functional_tensor tensor, int32_t required) {
    return guarded<int32_t>(-1, [&] {
        borrow(tensor).set_requires_grad(required != 0);
        return 0;
    });
}

// Reverse-mode differentiation: gradients, their graphs, and whether anything is recorded at all.
// Called by Functional.Tensors' differentiation module and by every training step.
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/functions/accumulate_grad.h>
#include <algorithm>
#include <unordered_set>
#include <vector>
#include "boundary.h"

using namespace functional;
using torch::autograd::AccumulateGrad;
using torch::autograd::Node;
using torch::autograd::variable_list;

namespace {

std::vector<at::Tensor> borrow_all(const functional_tensor* handles, int32_t count) {
    std::vector<at::Tensor> tensors(count);
    for (int32_t i = 0; i < count; i++)
        if (handles[i]) tensors[i] = borrow(handles[i]);
    return tensors;
}

const at::Tensor& variable_of(const std::shared_ptr<Node>& leaf) { return static_cast<AccumulateGrad*>(leaf.get())->variable; }

std::shared_ptr<Node> node_of(const at::Tensor& tensor) {
    return tensor.grad_fn() ? tensor.grad_fn() : torch::autograd::impl::grad_accumulator(tensor);
}

// The leaves that a recorded tensor depends on.
std::vector<std::shared_ptr<Node>> leaves_of(const at::Tensor& tensor) {
    std::vector<std::shared_ptr<Node>> open{node_of(tensor)}, leaves;
    std::unordered_set<Node*> seen{open.back().get()};
    while (!open.empty()) {
        auto node = std::move(open.back());
        open.pop_back();
        for (const auto& edge : node->next_edges())
            if (edge.function && seen.insert(edge.function.get()).second) open.push_back(edge.function);
        if (dynamic_cast<AccumulateGrad*>(node.get())) leaves.push_back(std::move(node));
    }
    return leaves;
}

at::Tensor without(const at::Tensor& whole, const std::vector<at::Tensor>& dropped);

// Differentiates `whole` by every leaf but the dropped ones, which its derivatives are independent of in their turn.
struct Without : Node {
    at::Tensor whole;
    std::vector<at::Tensor> dropped;

    variable_list apply(variable_list&& gradients) override {
        TORCH_CHECK(whole.defined(), "the computation's record has been freed by an earlier gradient");
        variable_list results(num_outputs()), inputs;
        std::vector<size_t> wanted;
        for (size_t i = 0; i < num_outputs(); i++)
            if (task_should_compute_output(i)) wanted.push_back(i), inputs.push_back(variable_of(next_edge(i).function));
        if (!gradients[0].defined() || wanted.empty()) return results;
        auto found = torch::autograd::grad({whole}, inputs, {gradients[0]}, /*retain_graph=*/true,
                                           /*create_graph=*/at::GradMode::is_enabled(), /*allow_unused=*/true);
        for (size_t i = 0; i < wanted.size(); i++) results[wanted[i]] = without(found[i], dropped);
        return results;
    }

    void release_variables() override { whole.reset(); }
    std::string name() const override { return "Without"; }
};

at::Tensor without(const at::Tensor& whole, const std::vector<at::Tensor>& dropped) {
    if (!whole.defined() || !whole.requires_grad()) return whole;
    auto leaves = leaves_of(whole);
    auto is_dropped = [&](const std::shared_ptr<Node>& leaf) {
        return std::any_of(dropped.begin(), dropped.end(), [&](const at::Tensor& tensor) { return tensor.is_same(variable_of(leaf)); });
    };
    auto kept = std::remove_if(leaves.begin(), leaves.end(), is_dropped);
    if (kept == leaves.end()) return whole;
    leaves.erase(kept, leaves.end());
    auto value = whole.detach();
    if (leaves.empty()) return value;
    auto node = std::shared_ptr<Without>(new Without, torch::autograd::deleteNode);
    node->whole = whole;
    node->dropped = dropped;
    for (auto& leaf : leaves) node->add_next_edge({std::move(leaf), 0});
    torch::autograd::create_gradient_edge(value, node);
    return value;
}

constexpr size_t deepest_indent = 40;

std::string describe(const std::shared_ptr<Node>& root) {
    std::string text;
    std::unordered_set<Node*> seen;
    std::vector<std::pair<std::shared_ptr<Node>, size_t>> open{{root, 0}};
    while (!open.empty()) {
        auto [node, depth] = std::move(open.back());
        open.pop_back();
        text.append(2 * std::min(depth, deepest_indent), ' ').append(node->name());
        bool repeated = !seen.insert(node.get()).second;
        text.append(repeated && node->num_outputs() > 0 ? " (as above)\n" : "\n");
        if (repeated) continue;
        const auto& edges = node->next_edges();
        for (auto edge = edges.rbegin(); edge != edges.rend(); ++edge)
            if (edge->function) open.emplace_back(edge->function, depth + 1);
    }
    return text;
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

int32_t functional_reaches(functional_tensor output, const functional_tensor* leaves, int32_t leaf_count, int32_t* reached) {
    return guarded<int32_t>(-1, [&] {
        auto tensor = borrow(output);
        if (reached) std::fill(reached, reached + leaf_count, 0);
        int32_t beyond = 0;
        if (!tensor.requires_grad()) return beyond;
        for (const auto& leaf : leaves_of(tensor)) {
            auto position = std::find(leaves, leaves + leaf_count, static_cast<functional_tensor>(variable_of(leaf).unsafeGetTensorImpl()));
            if (position == leaves + leaf_count) beyond = 1;
            else if (reached) reached[position - leaves] = 1;
        }
        return beyond;
    });
}

functional_tensor functional_without(functional_tensor output, const functional_tensor* leaves, int32_t leaf_count) {
    return guarded<functional_tensor>(nullptr, [&] { return hand_over(without(borrow(output), borrow_all(leaves, leaf_count)).alias()); });
}

const char* functional_history(functional_tensor handle) {
    static thread_local std::string history;
    return guarded<const char*>(nullptr, [&] {
        auto tensor = borrow(handle);
        history = tensor.requires_grad() ? describe(node_of(tensor)) : "";
        return history.c_str();
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

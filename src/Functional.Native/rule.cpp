// Operations whose derivative .NET computes: a node of libtorch's graph that calls back.
// Called by Functional.Tensors' Native/Rule.fs, for Tensor.Op.
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/saved_variable.h>
#include <memory>
#include <stdexcept>
#include "boundary.h"

using namespace functional;
using torch::autograd::Node;
using torch::autograd::SavedVariable;
using torch::autograd::variable_list;

namespace {

at::Tensor take_over(functional_tensor handle) {
    if (!handle) return {};
    auto tensor = borrow(handle);
    functional_tensor_release(handle);
    return tensor;
}

struct Rule : Node {
    const std::string title;
    const functional_rule rule;
    const std::shared_ptr<void> context;
    SavedVariable value;
    std::vector<SavedVariable> inputs;

    Rule(const char* title, functional_rule rule, std::shared_ptr<void> context) : title(title), rule(rule), context(std::move(context)) {}

    // The value is saved without this node, which would keep itself alive, and gets it back here.
    variable_list saved() {
        std::lock_guard<std::mutex> lock(mutex_);
        variable_list tensors{value.unpack(shared_from_this())};
        for (auto& input : inputs) tensors.push_back(input.unpack());
        return tensors;
    }

    variable_list apply(variable_list&& upstream) override {
        variable_list gradients(inputs.size());
        if (!upstream[0].defined()) return gradients;
        std::vector<functional_tensor> tensors{hand_over(upstream[0])}, results(inputs.size());
        for (auto& tensor : saved()) tensors.push_back(hand_over(std::move(tensor)));
        std::vector<int32_t> wanted;
        for (size_t i = 0; i < inputs.size(); i++) wanted.push_back(task_should_compute_output(i));
        auto failure = rule(context.get(), tensors.data(), static_cast<int32_t>(inputs.size()), wanted.data(), results.data());
        for (size_t i = 0; i < inputs.size(); i++) gradients[i] = take_over(results[i]);
        if (failure) throw std::runtime_error("functional_rule " + std::to_string(failure));
        return gradients;
    }

    void release_variables() override {
        std::lock_guard<std::mutex> lock(mutex_);
        value.reset_data();
        for (auto& input : inputs) input.reset_data();
    }

    std::string name() const override { return title; }
};

bool is_recorded(const at::Tensor& value, const variable_list& inputs) {
    return at::GradMode::is_enabled() && torch::autograd::isDifferentiableType(value.scalar_type()) &&
           std::any_of(inputs.begin(), inputs.end(), [](const at::Tensor& input) { return input.requires_grad(); });
}

}  // namespace

functional_tensor functional_operation(const char* name, functional_tensor value, const functional_tensor* inputs, int32_t input_count,
                                       functional_rule rule, functional_forget forget, void* context) {
    return guarded<functional_tensor>(nullptr, [&] {
        std::shared_ptr<void> owned(context, forget);
        auto tensors = borrow_all(inputs, input_count);
        auto result = borrow(value).detach();
        if (is_recorded(result, tensors)) {
            std::shared_ptr<Rule> node(new Rule(name, rule, std::move(owned)), torch::autograd::deleteNode);
            node->set_next_edges(torch::autograd::collect_next_edges(tensors));
            torch::autograd::create_gradient_edge(result, node);
            node->value = SavedVariable(result, /*is_output=*/true);
            for (auto& tensor : tensors) node->inputs.emplace_back(tensor, /*is_output=*/false);
        }
        return hand_over(std::move(result));
    });
}

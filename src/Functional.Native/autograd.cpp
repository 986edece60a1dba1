// Reverse-mode differentiation: gradients, their graphs, and whether anything is recorded at all.
// Called by Functional.Tensors' differentiation module and by every training step.
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/engine.h>
#include <torch/csrc/autograd/functions/accumulate_grad.h>
#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <vector>
#include "boundary.h"

using namespace functional;
using torch::autograd::AccumulateGrad;
using torch::autograd::edge_list;
using torch::autograd::Node;
using torch::autograd::variable_list;

namespace {

std::shared_ptr<Node> node_of(const at::Tensor& tensor) {
    return tensor.grad_fn() ? tensor.grad_fn() : torch::autograd::impl::grad_accumulator(tensor);
}

// Null for an operation, and for a leaf that is no longer recorded: its derivatives have all been taken.
const at::Tensor* recorded_leaf(Node* node) {
    auto leaf = dynamic_cast<AccumulateGrad*>(node);
    return leaf && leaf->variable.requires_grad() ? &leaf->variable : nullptr;
}

enum class Walk { on, stop };

// Calls `visit` with every node behind a recorded tensor, each after those that it passes gradients on to, until it says stop.
template <typename Visit>
void each_node(const at::Tensor& tensor, Visit&& visit) {
    struct Step { Node* node; uint32_t next; };
    auto root = node_of(tensor);
    std::vector<Step> path{{root.get(), 0}};
    std::unordered_set<Node*> seen{root.get()};
    while (!path.empty()) {
        auto& [node, next] = path.back();
        if (next == node->num_outputs()) {
            if (visit(node) == Walk::stop) return;
            path.pop_back();
        } else if (Node* target = node->next_edge(next++).function.get(); target && seen.insert(target).second) {
            path.push_back({target, 0});
        }
    }
}

std::pair<Node*, uint32_t> slot(const torch::autograd::Edge& edge) { return {edge.function.get(), edge.input_nr}; }

// The part of a graph that depends on certain leaves, and the edges that lead out of it to other recorded leaves.
struct Part {
    std::vector<Node*> nodes;  // each before those that it passes gradients on to
    std::unordered_set<Node*> members;
    edge_list exits;
    std::map<std::pair<Node*, uint32_t>, size_t> exit_positions;

    Part(const at::Tensor& whole, const std::vector<at::Tensor>& dropped) {
        std::unordered_set<Node*> alive;
        each_node(whole, [&](Node* node) {
            auto leaf = recorded_leaf(node);
            auto is_leaf = [&](const at::Tensor& tensor) { return tensor.is_same(*leaf); };
            bool is_dropped = leaf && std::any_of(dropped.begin(), dropped.end(), is_leaf);
            bool member = is_dropped, lives = leaf && !is_dropped;
            for (const auto& edge : node->next_edges()) {
                member = member || members.count(edge.function.get());
                lives = lives || alive.count(edge.function.get());
            }
            if (member) members.insert(node);
            if (member && !is_dropped) nodes.push_back(node);
            if (lives && !member) alive.insert(node);
            return Walk::on;
        });
        std::reverse(nodes.begin(), nodes.end());
        for (auto node : nodes)
            for (const auto& edge : node->next_edges())
                if (alive.count(edge.function.get()) && exit_positions.try_emplace(slot(edge), exits.size()).second)
                    exits.push_back(edge);
    }
};

void add_to(at::Tensor& sum, const at::Tensor& gradient) { sum = sum.defined() ? sum + gradient : gradient; }

// A gradient as its receiver expects it: summed over the axes that its value was broadcast along, of its type, on its device.
at::Tensor fitted(at::Tensor gradient, const torch::autograd::Edge& edge) {
    const auto& expected = edge.function->input_metadata(edge.input_nr);
    if (!expected.is_same_shape(gradient)) gradient = expected.reduce_grad(gradient);
    return gradient.to(expected.options().device(), c10::typeMetaToScalarType(expected.dtype()));
}

// Passes a gradient through a part of a graph to its exits. libtorch's engine would pass it on from one exit to another, as the
// whole does anyway; it runs this node by itself, so that those of the part compute all their results.
struct Passage : Node {
    const Part& part;
    torch::autograd::Edge entrance;
    variable_list results;
    const bool recording = at::GradMode::is_enabled();

    Passage(const Part& part, const at::Tensor& whole)
        : part(part), entrance(node_of(whole), whole.output_nr()), results(part.exits.size()) {
        add_input_metadata(whole);
    }

    variable_list apply(variable_list&& gradients) override {
        at::AutoGradMode mode(recording);
        std::unordered_map<Node*, variable_list> arrived;
        auto arrive = [&](const torch::autograd::Edge& edge, const at::Tensor& gradient) {
            auto& slots = arrived[edge.function.get()];
            slots.resize(edge.function->num_inputs());
            add_to(slots[edge.input_nr], gradient);
        };
        arrive(entrance, gradients[0]);
        for (auto node : part.nodes) {
            auto slots = arrived.find(node);
            if (slots == arrived.end()) continue;
            auto outgoing = (*node)(std::move(slots->second));
            arrived.erase(node);
            for (size_t i = 0; i < outgoing.size(); i++) {
                const auto& edge = node->next_edge(i);
                if (!edge.is_valid() || !outgoing[i].defined()) continue;
                auto exit = part.exit_positions.find(slot(edge));
                if (exit != part.exit_positions.end()) add_to(results[exit->second], fitted(outgoing[i], edge));
                else if (part.members.count(edge.function.get())) arrive(edge, fitted(outgoing[i], edge));
            }
        }
        return {};
    }
};

// Lets go of one record after another: a chain of them, freed from inside one another, would exhaust the stack.
void let_go(at::Tensor record) {
    static thread_local std::vector<at::Tensor> pending;
    static thread_local bool busy = false;
    pending.push_back(std::move(record));
    if (busy) return;
    busy = true;
    while (!pending.empty()) {
        auto next = std::move(pending.back());
        pending.pop_back();
    }
    busy = false;
}

at::Tensor without(const at::Tensor& whole, const std::vector<at::Tensor>& dropped);

// The derivative of `whole` by everything but the dropped leaves, which its results are independent of in their turn.
struct Without : Node {
    at::Tensor whole;
    std::vector<at::Tensor> dropped;
    Part part;

    Without(const at::Tensor& whole, const std::vector<at::Tensor>& dropped, Part&& part)
        : Node(edge_list(part.exits)), whole(whole), dropped(dropped), part(std::move(part)) {}
    ~Without() override { let_go(std::move(whole)); }

    variable_list apply(variable_list&& gradients) override {
        TORCH_CHECK(whole.defined(), "the computation's record has been freed by an earlier gradient");
        if (!gradients[0].defined()) return variable_list(num_outputs());
        auto passage = std::make_shared<Passage>(part, whole);
        auto& engine = torch::autograd::Engine::get_default_engine();
        engine.execute({{passage, 0}}, gradients, /*keep_graph=*/true, /*create_graph=*/false, /*accumulate_grad=*/true);
        for (auto& result : passage->results) result = without(result, dropped);
        return std::move(passage->results);
    }

    void release_variables() override { let_go(std::move(whole)); }
    std::string name() const override { return "Without"; }
};

at::Tensor without(const at::Tensor& whole, const std::vector<at::Tensor>& dropped) {
    if (!whole.defined() || !whole.requires_grad()) return whole;
    Part part(whole, dropped);
    if (part.members.empty()) return whole;
    auto value = whole.detach();
    if (part.exits.empty()) return value;
    torch::autograd::create_gradient_edge(
        value, std::shared_ptr<Without>(new Without(whole, dropped, std::move(part)), torch::autograd::deleteNode));
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
        each_node(tensor, [&](Node* node) {
            auto leaf = recorded_leaf(node);
            if (!leaf) return Walk::on;
            auto position = std::find(leaves, leaves + leaf_count, static_cast<functional_tensor>(leaf->unsafeGetTensorImpl()));
            if (position == leaves + leaf_count) beyond = 1;
            else if (reached) reached[position - leaves] = 1;
            return beyond && !reached ? Walk::stop : Walk::on;
        });
        return beyond;
    });
}

functional_tensor functional_without(functional_tensor output, const functional_tensor* leaves, int32_t leaf_count) {
    return guarded<functional_tensor>(nullptr, [&] {
        return hand_over(without(borrow(output), borrow_all(leaves, leaf_count)).alias());
    });
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

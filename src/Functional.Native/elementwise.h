// Applies a function of doubles to every element of tensors that broadcast: what the special functions and samplers have in common.
// Used by special.cpp and pathwise.cpp; tensors of other devices are computed on the host.
#pragma once
#include <ATen/Dispatch.h>
#include <ATen/TensorIterator.h>
#include <torch/csrc/autograd/custom_function.h>
#include <vector>
#include "boundary.h"

namespace functional {

template <class... T>
at::Device common_device(const T&... tensors) {
    at::Device device = at::kCPU;
    ((device = tensors.device().is_cpu() ? device : tensors.device()), ...);
    return device;
}

// f on the host, whose result goes back to where the tensors are; the copies are recorded for differentiation.
template <class F, class... T>
at::Tensor on_host(F f, const T&... tensors) {
    auto device = common_device(tensors...);
    return device.is_cpu() ? f(tensors...) : f(tensors.cpu()...).to(device);
}

// outputs[k][i] = y[k], where f(law, x, y) sees the i-th numbers x of all inputs and the law that the first of them are the parameters of.
// Its constants cost more than a point, so that laws are made once for all rows that share their parameters.
template <class Law, int Outputs, class F, class... T>
std::vector<at::Tensor> elementwise(int64_t grain, F f, const T&... inputs) {
    constexpr int count = sizeof...(T);
    constexpr int64_t stretch = 64;
    at::NoGradGuard untracked;
    at::TensorIteratorConfig config;
    config.check_all_same_dtype(false).promote_inputs_to_common_dtype(true).promote_integer_inputs_to_float(true)
        .cast_common_dtype_to_outputs(true).enforce_safe_casting_to_output(true);
    std::vector<at::Tensor> outputs(Outputs);
    for (auto& output : outputs) config.add_output(output);
    (config.add_owned_input(inputs), ...);
    auto iterator = config.build();
    AT_DISPATCH_FLOATING_TYPES_AND2(at::kHalf, at::kBFloat16, iterator.common_dtype(), "a special function", [&] {
        auto loop = [&](char** data, const int64_t* across, int64_t columns, int64_t rows) {
            auto down = across + Outputs + count;
            auto element = [&](int k, int64_t row, int64_t column) -> scalar_t& {
                return *reinterpret_cast<scalar_t*>(data[k] + row * down[k] + column * across[k]);
            };
            bool one_for_a_row = true, one_for_a_column = true;
            for (int k = Outputs; k < Outputs + Law::parameters; k++) one_for_a_row &= across[k] == 0, one_for_a_column &= down[k] == 0;
            std::vector<Law> laws;
            laws.reserve(stretch);
            std::array<double, count> x;
            std::array<double, Outputs> y;
            for (int64_t first = 0; first < columns; first += stretch) {
                int64_t end = std::min(columns, first + stretch);
                for (int64_t row = 0; row < rows; row++) {
                    if (row == 0 || !one_for_a_column) {
                        laws.clear();
                        for (int64_t column = first; column < (one_for_a_row ? first + 1 : end); column++) {
                            std::array<double, Law::parameters> parameters;
                            for (int k = 0; k < Law::parameters; k++) parameters[k] = element(Outputs + k, row, column);
                            laws.emplace_back(parameters);
                        }
                    }
                    for (int64_t column = first; column < end; column++) {
                        for (int k = 0; k < count; k++) x[k] = element(Outputs + k, row, column);
                        f(laws[one_for_a_row ? 0 : column - first], x, y);
                        for (int k = 0; k < Outputs; k++) element(k, row, column) = static_cast<scalar_t>(y[k]);
                    }
                }
            }
        };
        iterator.for_each(loop, grain);
    });
    for (int k = 0; k < Outputs; k++) outputs[k] = iterator.output(k);
    return outputs;
}

inline at::Tensor summed_to(const at::Tensor& gradient, const at::Tensor& input) {
    return gradient.defined() && gradient.sizes() != input.sizes() ? gradient.sum_to_size(input.sizes()) : gradient;
}

}  // namespace functional

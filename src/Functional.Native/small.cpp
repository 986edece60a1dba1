// Everyday operators on a handful of numbers, computed on the spot: libtorch's dispatcher costs more than the arithmetic there.
// functional_call asks before it dispatches; anything recorded, large, strided or on a device goes the ordinary way.
#include "small.h"
#include <cmath>
#include <string>
#include <unordered_map>
#include "dense.h"

namespace functional {
namespace {

constexpr int64_t most_elements = 512;
constexpr int64_t most_products = 4096;

// Nothing records it, and it is small.
bool is_plain(const c10::TensorImpl& t) {
    return is_dense(t) && t.numel() <= most_elements && !(t.requires_grad() && at::GradMode::is_enabled());
}

const c10::TensorImpl* plain(const functional_value& argument) {
    if (argument.kind != FUNCTIONAL_TENSOR) return nullptr;
    auto t = static_cast<const c10::TensorImpl*>(argument.pointer);
    return is_plain(*t) ? t : nullptr;
}

template <typename Function>
at::Tensor unary(const functional_value* arguments, Function&& f) {
    auto a = plain(arguments[0]);
    if (!a) return {};
    return typed(a->dtype(), [&](auto zero) {
        using T = decltype(zero);
        auto result = dense(a->sizes(), a->dtype());
        auto from = elements<T>(*a);
        auto to = elements<T>(result);
        for (int64_t i = 0, n = a->numel(); i < n; i++) to[i] = f(from[i]);
        return result;
    });
}

template <typename Function>
at::Tensor binary(const functional_value* arguments, Function&& f) {
    auto a = plain(arguments[0]), b = plain(arguments[1]);
    if (!a || !b || a->dtype() != b->dtype() || a->sizes() != b->sizes()) return {};
    return typed(a->dtype(), [&](auto zero) {
        using T = decltype(zero);
        auto result = dense(a->sizes(), a->dtype());
        auto left = elements<T>(*a), right = elements<T>(*b);
        auto to = elements<T>(result);
        for (int64_t i = 0, n = a->numel(); i < n; i++) to[i] = f(left[i], right[i]);
        return result;
    });
}

template <typename Function>
at::Tensor with_scalar(const functional_value* arguments, Function&& f) {
    if (arguments[1].kind != FUNCTIONAL_DOUBLE && arguments[1].kind != FUNCTIONAL_INT) return {};
    double scalar = arguments[1].kind == FUNCTIONAL_INT ? static_cast<double>(arguments[1].integer) : arguments[1].real;
    return unary(arguments, [&](auto x) { return f(x, static_cast<decltype(x)>(scalar)); });
}

at::Tensor add(const functional_value* arguments, int32_t count) {
    return count == 2 ? binary(arguments, [](auto a, auto b) { return a + b; }) : at::Tensor();
}
at::Tensor sub(const functional_value* arguments, int32_t count) {
    return count == 2 ? binary(arguments, [](auto a, auto b) { return a - b; }) : at::Tensor();
}
at::Tensor mul(const functional_value* arguments, int32_t) { return binary(arguments, [](auto a, auto b) { return a * b; }); }
at::Tensor div(const functional_value* arguments, int32_t) { return binary(arguments, [](auto a, auto b) { return a / b; }); }
at::Tensor add_scalar(const functional_value* arguments, int32_t count) {
    return count == 2 ? with_scalar(arguments, [](auto a, auto b) { return a + b; }) : at::Tensor();
}
at::Tensor sub_scalar(const functional_value* arguments, int32_t count) {
    return count == 2 ? with_scalar(arguments, [](auto a, auto b) { return a - b; }) : at::Tensor();
}
at::Tensor mul_scalar(const functional_value* arguments, int32_t) {
    return with_scalar(arguments, [](auto a, auto b) { return a * b; });
}
at::Tensor div_scalar(const functional_value* arguments, int32_t) {
    return with_scalar(arguments, [](auto a, auto b) { return a / b; });
}
at::Tensor neg(const functional_value* arguments, int32_t) { return unary(arguments, [](auto x) { return -x; }); }
at::Tensor exp(const functional_value* arguments, int32_t) { return unary(arguments, [](auto x) { return std::exp(x); }); }
at::Tensor log(const functional_value* arguments, int32_t) { return unary(arguments, [](auto x) { return std::log(x); }); }
at::Tensor sqrt(const functional_value* arguments, int32_t) { return unary(arguments, [](auto x) { return std::sqrt(x); }); }
at::Tensor tanh(const functional_value* arguments, int32_t) { return unary(arguments, [](auto x) { return std::tanh(x); }); }
at::Tensor abs(const functional_value* arguments, int32_t) { return unary(arguments, [](auto x) { return std::abs(x); }); }
at::Tensor square(const functional_value* arguments, int32_t) { return unary(arguments, [](auto x) { return x * x; }); }

// Keeps NaN, as libtorch's does.
at::Tensor relu(const functional_value* arguments, int32_t) {
    return unary(arguments, [](auto x) { return x < 0 ? decltype(x)(0) : x; });
}

// The sum of everything: no axes named, none kept, no other dtype. Summed in double, which no order of summing beats.
at::Tensor sum(const functional_value* arguments, int32_t count) {
    bool whole = count == 4 && arguments[1].kind == FUNCTIONAL_INTS && arguments[1].extent == 0 && arguments[2].integer == 0 &&
                 arguments[3].kind == FUNCTIONAL_NONE;
    auto a = whole ? plain(arguments[0]) : nullptr;
    if (!a) return {};
    return typed(a->dtype(), [&](auto zero) {
        using T = decltype(zero);
        double total = 0;
        auto from = elements<T>(*a);
        for (int64_t i = 0, n = a->numel(); i < n; i++) total += from[i];
        auto result = dense({}, a->dtype());
        *elements<T>(result) = static_cast<T>(total);
        return result;
    });
}

// One row of a, so many neighbouring columns of b: their sums stay in registers.
template <int Columns, typename T>
[[gnu::always_inline]] inline void multiply_row(const T* a, const T* b, T* to, int64_t inner, int64_t stride) {
    T sums[Columns] = {};
    for (int64_t k = 0; k < inner; k++)
        for (int j = 0; j < Columns; j++) sums[j] += a[k] * b[k * stride + j];
    for (int j = 0; j < Columns; j++) to[j] = sums[j];
}

template <typename T>
[[gnu::always_inline]] inline void multiply(const T* a, const T* b, T* to, int64_t rows, int64_t inner, int64_t columns) {
    for (int64_t i = 0; i < rows; i++) {
        int64_t j = 0;
        for (; j + 8 <= columns; j += 8) multiply_row<8>(a + i * inner, b + j, to + i * columns + j, inner, columns);
        for (; j + 2 <= columns; j += 2) multiply_row<2>(a + i * inner, b + j, to + i * columns + j, inner, columns);
        if (j < columns) multiply_row<1>(a + i * inner, b + j, to + i * columns + j, inner, columns);
    }
}

FUNCTIONAL_CLONES void product(const float* a, const float* b, float* to, int64_t m, int64_t k, int64_t n) { multiply(a, b, to, m, k, n); }
FUNCTIONAL_CLONES void product(const double* a, const double* b, double* to, int64_t m, int64_t k, int64_t n) { multiply(a, b, to, m, k, n); }

at::Tensor matmul(const functional_value* arguments, int32_t) {
    auto a = plain(arguments[0]), b = plain(arguments[1]);
    if (!a || !b || a->dtype() != b->dtype() || a->dim() != 2 || b->dim() != 2 || a->size(1) != b->size(0)) return {};
    int64_t rows = a->size(0), inner = a->size(1), columns = b->size(1);
    if (rows * inner * columns > most_products) return {};
    return typed(a->dtype(), [&](auto zero) {
        using T = decltype(zero);
        auto result = dense({rows, columns}, a->dtype());
        product(elements<T>(*a), elements<T>(*b), elements<T>(result), rows, inner, columns);
        return result;
    });
}

const std::unordered_map<std::string, small_kernel> kernels{
    {"aten::add.Tensor", add},        {"aten::add.Scalar", add_scalar}, {"aten::sub.Tensor", sub},
    {"aten::sub.Scalar", sub_scalar}, {"aten::mul.Tensor", mul},        {"aten::mul.Scalar", mul_scalar},
    {"aten::div.Tensor", div},        {"aten::div.Scalar", div_scalar}, {"aten::neg.", neg},
    {"aten::exp.", exp},              {"aten::log.", log},              {"aten::sqrt.", sqrt},
    {"aten::tanh.", tanh},            {"aten::abs.", abs},              {"aten::square.", square},
    {"aten::relu.", relu},            {"aten::sum.dim_IntList", sum},   {"aten::matmul.", matmul},
};

}  // namespace

small_kernel find_small_kernel(const std::string& name, const std::string& overload) {
    auto found = kernels.find(name + "." + overload);
    return found == kernels.end() ? nullptr : found->second;
}

}  // namespace functional

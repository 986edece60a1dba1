// Finds operators in libtorch's dispatcher and calls them boxed: unwrap, call, wrap, catch. No operator is named here.
// Called by Functional.Tensors' Operator module for everything that a tensor does.
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/List.h>
#include <torch/csrc/api/include/torch/version.h>
#include "boundary.h"

#if TORCH_VERSION_MAJOR < 1 || (TORCH_VERSION_MAJOR == 1 && TORCH_VERSION_MINOR < 13)
#error "Functional needs libtorch 1.13 or later: point LIBTORCH at one."
#endif

namespace functional {

thread_local std::string last_error;
std::atomic<int64_t> live_tensors{0};

namespace {

template <typename Element>
c10::IValue list_of(const functional_value& value) {
    auto elements = static_cast<const Element*>(value.pointer);
    c10::List<Element> list;
    list.reserve(value.extent);
    for (int32_t i = 0; i < value.extent; i++) list.push_back(elements[i]);
    return list;
}

c10::IValue unwrap(const functional_value& value) {
    switch (value.kind) {
        case FUNCTIONAL_NONE: return {};
        case FUNCTIONAL_TENSOR: return borrow(value.pointer);
        case FUNCTIONAL_INT: return value.integer;
        case FUNCTIONAL_DOUBLE: return value.real;
        case FUNCTIONAL_BOOL: return value.integer != 0;
        case FUNCTIONAL_INTS: return list_of<int64_t>(value);
        case FUNCTIONAL_DOUBLES: return list_of<double>(value);
        case FUNCTIONAL_BOOLS: {
            auto flags = static_cast<const int64_t*>(value.pointer);
            c10::List<bool> list;
            for (int32_t i = 0; i < value.extent; i++) list.push_back(flags[i] != 0);
            return list;
        }
        case FUNCTIONAL_TENSORS: {
            auto handles = static_cast<const functional_tensor*>(value.pointer);
            c10::List<at::Tensor> list;
            list.reserve(value.extent);
            for (int32_t i = 0; i < value.extent; i++) list.push_back(borrow(handles[i]));
            return list;
        }
        case FUNCTIONAL_OPTIONAL_TENSORS: {
            auto handles = static_cast<const functional_tensor*>(value.pointer);
            c10::List<c10::optional<at::Tensor>> list;
            list.reserve(value.extent);
            for (int32_t i = 0; i < value.extent; i++)
                list.push_back(handles[i] ? c10::optional<at::Tensor>(borrow(handles[i])) : c10::nullopt);
            return list;
        }
        case FUNCTIONAL_SCALAR_TYPE: return static_cast<c10::ScalarType>(value.integer);
        case FUNCTIONAL_DEVICE:
            return c10::Device(static_cast<c10::DeviceType>(value.integer), static_cast<c10::DeviceIndex>(value.extent));
        case FUNCTIONAL_STRING: return std::string(static_cast<const char*>(value.pointer), value.extent);
        case FUNCTIONAL_GENERATOR:
            return at::Generator(c10::intrusive_ptr<c10::GeneratorImpl>::reclaim_copy(static_cast<c10::GeneratorImpl*>(value.pointer)));
    }
    throw std::invalid_argument("functional_call: unknown argument kind " + std::to_string(value.kind));
}

// The memory that lives and dies with this handle, so that .NET's collector can be told of it.
int32_t kibibytes_kept_alive(const at::Tensor& tensor) {
    if (!tensor.defined() || !tensor.has_storage() || tensor.storage().use_count() > 1) return 0;
    return static_cast<int32_t>(std::min<size_t>(tensor.storage().nbytes() >> 10, INT32_MAX));
}

functional_value wrap_tensor(at::Tensor tensor) {
    functional_value value{FUNCTIONAL_TENSOR, kibibytes_kept_alive(tensor), {0}};
    value.pointer = hand_over(std::move(tensor));
    if (value.pointer == nullptr) value.kind = FUNCTIONAL_NONE;
    return value;
}

functional_value wrap(c10::IValue result) {
    functional_value value{FUNCTIONAL_NONE, 0, {0}};
    if (result.isTensor()) return wrap_tensor(std::move(result).toTensor());
    if (result.isInt()) { value.kind = FUNCTIONAL_INT; value.integer = result.toInt(); }
    else if (result.isDouble()) { value.kind = FUNCTIONAL_DOUBLE; value.real = result.toDouble(); }
    else if (result.isBool()) { value.kind = FUNCTIONAL_BOOL; value.integer = result.toBool(); }
    else if (!result.isNone()) throw std::runtime_error("functional_call: a result of type " + result.tagKind() + " has no counterpart");
    return value;
}

int32_t count_results(const torch::jit::Stack& stack) {
    size_t count = 0;
    for (const auto& result : stack) count += result.isTensorList() ? result.toTensorList().size() : 1;
    return static_cast<int32_t>(count);
}

}  // namespace
}  // namespace functional

using namespace functional;

const char* functional_last_error() { return last_error.c_str(); }
int32_t functional_abi() { return FUNCTIONAL_ABI; }
const char* functional_torch_version() { return TORCH_VERSION; }

functional_operator functional_op(const char* name, const char* overload) {
    return guarded<functional_operator>(nullptr, [&]() -> functional_operator {
        auto found = c10::Dispatcher::singleton().findSchema({name, overload});
        if (!found) throw std::runtime_error(std::string("libtorch ") + TORCH_VERSION + " has no operator " + name + "." + overload);
        return new c10::OperatorHandle(*found);
    });
}

int32_t functional_call(functional_operator op, const functional_value* arguments, int32_t argument_count,
                        functional_value* results, int32_t capacity) {
    return guarded<int32_t>(-1, [&] {
        const auto& handle = *static_cast<const c10::OperatorHandle*>(op);
        const auto& schema = handle.schema().arguments();
        torch::jit::Stack stack;
        stack.reserve(schema.size());
        for (int32_t i = 0; i < argument_count; i++) stack.push_back(unwrap(arguments[i]));
        for (size_t i = argument_count; i < schema.size(); i++) {
            if (!schema[i].default_value()) throw std::invalid_argument("argument '" + schema[i].name() + "' is missing");
            stack.push_back(*schema[i].default_value());
        }
        handle.callBoxed(stack);
        int32_t count = count_results(stack);
        if (count > capacity) throw std::length_error("functional_call: " + std::to_string(count) + " results");
        int32_t next = 0;
        for (auto& result : stack) {
            if (result.isTensorList())
                for (at::Tensor tensor : result.toTensorList()) results[next++] = wrap_tensor(std::move(tensor));
            else
                results[next++] = wrap(std::move(result));
        }
        return count;
    });
}

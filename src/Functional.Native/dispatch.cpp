// Finds operators in libtorch's dispatcher and calls them boxed: unwrap, call, wrap, catch. No operator is named here.
// Called by Functional.Tensors' Operator module for everything that a tensor does.
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/List.h>
#include <c10/util/Logging.h>
#include <torch/csrc/api/include/torch/version.h>
#include <algorithm>
#include "boundary.h"
#include "small.h"

#if TORCH_VERSION_MAJOR < 1 || (TORCH_VERSION_MAJOR == 1 && TORCH_VERSION_MINOR < 13)
#error "Functional needs libtorch 1.13 or later: point LIBTORCH at one."
#endif

namespace functional {

thread_local std::string last_error;
std::atomic<int64_t> live_tensors{0};

namespace {

// libtorch walks the native stack for every error, which takes a millisecond; nobody in .NET would see it.
const bool without_backtraces = (c10::SetStackTraceFetcher([] { return std::string(); }), true);

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

// What a functional_operator points to.
struct Operator {
    c10::OperatorHandle handle;
    small_kernel small;  // null for most
};

struct Arguments {
    const functional_value* values;
    int32_t count;
};

bool shares_memory(functional_tensor handle, const at::Tensor& tensor) {
    auto other = static_cast<const c10::TensorImpl*>(handle);
    return other && other->has_storage() && other->storage().unsafeGetStorageImpl() == tensor.storage().unsafeGetStorageImpl();
}

bool looks_at(const functional_value& argument, const at::Tensor& tensor) {
    if (argument.kind == FUNCTIONAL_TENSOR) return shares_memory(argument.pointer, tensor);
    if (argument.kind != FUNCTIONAL_TENSORS && argument.kind != FUNCTIONAL_OPTIONAL_TENSORS) return false;
    auto handles = static_cast<const functional_tensor*>(argument.pointer);
    return std::any_of(handles, handles + argument.extent, [&](functional_tensor handle) { return shares_memory(handle, tensor); });
}

// The memory that came into being with a result, so that .NET's collector can be told of it. Counting the owners of the memory
// would not tell: a recorded operator keeps its result for the way back.
int32_t new_kibibytes(const at::Tensor& tensor, const Arguments& arguments) {
    if (!tensor.defined() || !tensor.has_storage()) return 0;
    auto end = arguments.values + arguments.count;
    if (std::any_of(arguments.values, end, [&](const functional_value& argument) { return looks_at(argument, tensor); })) return 0;
    return kibibytes(tensor.storage().nbytes());
}

functional_value wrap_new(at::Tensor tensor) {
    functional_value value{FUNCTIONAL_TENSOR, kibibytes(tensor.nbytes()), {0}};
    value.pointer = hand_over(std::move(tensor));
    return value;
}

functional_value wrap_tensor(at::Tensor tensor, const Arguments& arguments) {
    functional_value value{FUNCTIONAL_TENSOR, new_kibibytes(tensor, arguments), {0}};
    value.pointer = hand_over(std::move(tensor));
    if (value.pointer == nullptr) value.kind = FUNCTIONAL_NONE;
    return value;
}

functional_value wrap(c10::IValue result, const Arguments& arguments) {
    functional_value value{FUNCTIONAL_NONE, 0, {0}};
    if (result.isTensor()) return wrap_tensor(std::move(result).toTensor(), arguments);
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
        return new Operator{*found, find_small_kernel(name, overload)};
    });
}

int32_t functional_call(functional_operator op, const functional_value* arguments, int32_t argument_count,
                        functional_value* results, int32_t capacity) {
    return guarded<int32_t>(-1, [&] {
        const auto& found = *static_cast<const Operator*>(op);
        if (found.small && capacity > 0) {
            auto result = found.small(arguments, argument_count);
            if (result.defined()) {
                results[0] = wrap_new(std::move(result));
                return 1;
            }
        }
        const auto& schema = found.handle.schema().arguments();
        torch::jit::Stack stack;
        stack.reserve(schema.size());
        for (int32_t i = 0; i < argument_count; i++) stack.push_back(unwrap(arguments[i]));
        for (size_t i = argument_count; i < schema.size(); i++) {
            if (!schema[i].default_value()) throw std::invalid_argument("argument '" + schema[i].name() + "' is missing");
            stack.push_back(*schema[i].default_value());
        }
        found.handle.callBoxed(stack);
        int32_t count = count_results(stack);
        if (count > capacity) throw std::length_error("functional_call: " + std::to_string(count) + " results");
        int32_t next = 0;
        for (auto& result : stack) {
            if (result.isTensorList())
                for (at::Tensor tensor : result.toTensorList()) results[next++] = wrap_tensor(std::move(tensor), {arguments, argument_count});
            else
                results[next++] = wrap(std::move(result), {arguments, argument_count});
        }
        return count;
    });
}

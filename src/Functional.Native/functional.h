// The C ABI between .NET and libtorch: small enough to read in one sitting, and it knows no operator by name.
// Functional.Tensors (Native/Library.fs) mirrors these declarations; change both together and raise FUNCTIONAL_ABI.
#pragma once
#include <stdint.h>

#define FUNCTIONAL_ABI 4
#define FUNCTIONAL_API extern "C" __attribute__((visibility("default")))

// What an argument or a result of an operator is.
enum functional_kind : int32_t {
    FUNCTIONAL_NONE = 0,
    FUNCTIONAL_TENSOR = 1,            // pointer: tensor
    FUNCTIONAL_INT = 2,               // integer
    FUNCTIONAL_DOUBLE = 3,            // real
    FUNCTIONAL_BOOL = 4,              // integer, 0 or 1
    FUNCTIONAL_INTS = 5,              // pointer: int64_t[extent]
    FUNCTIONAL_DOUBLES = 6,           // pointer: double[extent]
    FUNCTIONAL_BOOLS = 7,             // pointer: int64_t[extent], 0 or 1
    FUNCTIONAL_TENSORS = 8,           // pointer: tensor[extent]
    FUNCTIONAL_OPTIONAL_TENSORS = 9,  // pointer: tensor[extent], null where absent
    FUNCTIONAL_SCALAR_TYPE = 10,      // integer: c10::ScalarType
    FUNCTIONAL_DEVICE = 11,           // integer: c10::DeviceType; extent: its index
    FUNCTIONAL_STRING = 12,           // pointer: UTF-8 of extent bytes
    FUNCTIONAL_GENERATOR = 13,        // pointer: generator
};

// A tagged value. A returned tensor's extent is the KiB of memory that came into being with it (0 for a view).
struct functional_value {
    int32_t kind;
    int32_t extent;
    union {
        int64_t integer;
        double real;
        void* pointer;
    };
};

typedef void* functional_tensor;     // owned by the caller; given back with functional_tensor_release
typedef void* functional_generator;  // owned by the caller; given back with functional_generator_release
typedef const void* functional_operator;  // lives as long as the process

// Every function that can fail returns a negative number or null and leaves its reason here, per thread.
FUNCTIONAL_API const char* functional_last_error();
FUNCTIONAL_API int32_t functional_abi();
FUNCTIONAL_API const char* functional_torch_version();

// Operators: found by name, called boxed. Missing trailing arguments take the operator's defaults.
FUNCTIONAL_API functional_operator functional_op(const char* name, const char* overload);
// Returns the number of results written; a list of tensors counts as that many results.
// When `results` is too small nothing is written and the error says so.
FUNCTIONAL_API int32_t functional_call(functional_operator op, const functional_value* arguments, int32_t argument_count,
                                       functional_value* results, int32_t capacity);

// Tensors.
FUNCTIONAL_API functional_tensor functional_tensor_from_memory(const void* data, const int64_t* shape, int32_t rank,
                                                               int32_t scalar_type, int32_t device_type, int32_t device_index);
FUNCTIONAL_API int32_t functional_tensor_to_memory(functional_tensor tensor, void* data, int64_t bytes);
FUNCTIONAL_API int32_t functional_tensor_rank(functional_tensor tensor);
FUNCTIONAL_API void functional_tensor_shape(functional_tensor tensor, int64_t* shape);
FUNCTIONAL_API int32_t functional_tensor_scalar_type(functional_tensor tensor);
FUNCTIONAL_API int64_t functional_tensor_device(functional_tensor tensor);  // type << 32 | index
FUNCTIONAL_API int32_t functional_tensor_requires_grad(functional_tensor tensor);
FUNCTIONAL_API int32_t functional_tensor_set_requires_grad(functional_tensor tensor, int32_t required);
FUNCTIONAL_API int32_t functional_tensor_kibibytes(functional_tensor tensor);  // of memory that it holds: its share where others hold it too
FUNCTIONAL_API functional_tensor functional_tensor_share(functional_tensor tensor);  // another handle to it
FUNCTIONAL_API void functional_tensor_release(functional_tensor tensor);
FUNCTIONAL_API int64_t functional_live_tensors();

// Reverse-mode differentiation. A result is null where an output does not depend on that input.
FUNCTIONAL_API int32_t functional_grad(const functional_tensor* outputs, const functional_tensor* output_gradients, int32_t output_count,
                                       const functional_tensor* inputs, int32_t input_count, int32_t retain_graph,
                                       int32_t create_graph, functional_tensor* gradients);
// Does the output depend on anything recorded that is not one of these leaves? Writes 1 or 0 a leaf to `reached` unless it is null.
FUNCTIONAL_API int32_t functional_reaches(functional_tensor output, const functional_tensor* leaves, int32_t leaf_count, int32_t* reached);
// The output's value and all its derivatives but those in these leaves, of which it is independent, to any order.
FUNCTIONAL_API functional_tensor functional_without(functional_tensor output, const functional_tensor* leaves, int32_t leaf_count);
// A derivative that the caller computes. `tensors` are the gradient that arrives, the operation's value and its inputs, all recorded as the
// moment asks for; the rule owns them. It writes a gradient for each input that is wanted (null: none) and hands it over, and returns 0, or
// the number of its failure, which the error's text then carries after "functional_rule ".
typedef int64_t (*functional_rule)(void* context, const functional_tensor* tensors, int32_t input_count, const int32_t* wanted,
                                   functional_tensor* gradients);
typedef void (*functional_forget)(void* context);
// A tensor of that value which came from these inputs by an operation with that derivative. Takes the context over, and forgets it when no
// computation needs the rule any more, at once where none records it.
FUNCTIONAL_API functional_tensor functional_operation(const char* name, functional_tensor value, const functional_tensor* inputs,
                                                      int32_t input_count, functional_rule rule, functional_forget forget, void* context);
// The recorded operations behind a tensor, a line each, indented below what used them; valid until this thread's next call.
FUNCTIONAL_API const char* functional_history(functional_tensor tensor);
FUNCTIONAL_API int32_t functional_set_grad_mode(int32_t enabled);  // returns what it was, on this thread

// Random numbers.
FUNCTIONAL_API functional_generator functional_generator_new(int32_t device_type, int32_t device_index, uint64_t seed);
FUNCTIONAL_API int32_t functional_generator_seed(functional_generator generator, uint64_t seed);
FUNCTIONAL_API functional_tensor functional_generator_state(functional_generator generator);
FUNCTIONAL_API int32_t functional_generator_set_state(functional_generator generator, functional_tensor state);
FUNCTIONAL_API void functional_generator_release(functional_generator generator);

// Threads and devices.
FUNCTIONAL_API int32_t functional_set_threads(int32_t threads);
FUNCTIONAL_API int32_t functional_threads();
FUNCTIONAL_API int32_t functional_gpu_count();
FUNCTIONAL_API int32_t functional_gpu_synchronize(int32_t device_index);

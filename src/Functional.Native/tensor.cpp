// What the dispatcher cannot do: memory in and out, the facts of a handle, generators, threads and devices.
// Called by Functional.Tensors' handles, generators and devices.
#include <ATen/Context.h>
#include <torch/csrc/api/include/torch/cuda.h>
#include <cstring>
#include <mutex>
#include "boundary.h"

using namespace functional;

namespace {

at::Generator borrow_generator(functional_generator generator) {
    return at::Generator(c10::intrusive_ptr<c10::GeneratorImpl>::reclaim_copy(static_cast<c10::GeneratorImpl*>(generator)));
}

const c10::TensorImpl& facts(functional_tensor tensor) { return *static_cast<const c10::TensorImpl*>(tensor); }

}  // namespace

functional_tensor functional_tensor_from_memory(const void* data, const int64_t* shape, int32_t rank, int32_t scalar_type,
                                                int32_t device_type, int32_t device_index) {
    return guarded<functional_tensor>(nullptr, [&] {
        auto options = at::TensorOptions().dtype(static_cast<c10::ScalarType>(scalar_type));
        auto tensor = at::empty(c10::IntArrayRef(shape, rank), options);
        if (tensor.nbytes() > 0) std::memcpy(tensor.data_ptr(), data, tensor.nbytes());
        auto type = static_cast<c10::DeviceType>(device_type);
        if (type != c10::DeviceType::CPU) tensor = tensor.to(c10::Device(type, static_cast<c10::DeviceIndex>(device_index)));
        return hand_over(tensor);
    });
}

int32_t functional_tensor_to_memory(functional_tensor handle, void* data, int64_t bytes) {
    return guarded<int32_t>(-1, [&] {
        auto tensor = borrow(handle).detach().to(c10::DeviceType::CPU).contiguous();
        if (static_cast<int64_t>(tensor.nbytes()) != bytes)
            throw std::length_error("a tensor of " + std::to_string(tensor.nbytes()) + " bytes was to fill " + std::to_string(bytes));
        if (tensor._is_zerotensor()) std::memset(data, 0, bytes);  // a derivative known to be zero, which has no memory
        else if (bytes > 0) std::memcpy(data, tensor.data_ptr(), bytes);
        return 0;
    });
}

int32_t functional_tensor_rank(functional_tensor tensor) { return static_cast<int32_t>(facts(tensor).dim()); }

void functional_tensor_shape(functional_tensor tensor, int64_t* shape) {
    auto sizes = facts(tensor).sizes();
    std::copy(sizes.begin(), sizes.end(), shape);
}

int32_t functional_tensor_scalar_type(functional_tensor tensor) {
    return static_cast<int32_t>(c10::typeMetaToScalarType(facts(tensor).dtype()));
}

int64_t functional_tensor_device(functional_tensor tensor) {
    auto device = facts(tensor).device();
    return (static_cast<int64_t>(device.type()) << 32) | static_cast<uint32_t>(static_cast<int32_t>(device.index()));
}

int32_t functional_tensor_kibibytes(functional_tensor handle) {
    return guarded<int32_t>(0, [&] {
        auto tensor = borrow(handle);
        if (!tensor.has_storage()) return 0;
        auto owners = tensor.storage().use_count();
        // A view holds the tensor that it looks at, which may have no other owner left.
        bool alone = owners == 1 || (owners == 2 && tensor.is_view() && tensor._base().use_count() == 1);
        auto whole = kibibytes(tensor.storage().nbytes());
        return alone ? whole : std::min(whole, kibibytes(tensor.nbytes()));
    });
}

functional_tensor functional_tensor_share(functional_tensor tensor) {
    return guarded<functional_tensor>(nullptr, [&] { return hand_over(borrow(tensor)); });
}

void functional_tensor_release(functional_tensor tensor) {
    live_tensors.fetch_sub(1, std::memory_order_relaxed);
    c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim(static_cast<c10::TensorImpl*>(tensor));
}

int64_t functional_live_tensors() { return live_tensors.load(std::memory_order_relaxed); }

// A generator of its own for any device: a copy of the device's default one, reseeded.
functional_generator functional_generator_new(int32_t device_type, int32_t device_index, uint64_t seed) {
    return guarded<functional_generator>(nullptr, [&]() -> functional_generator {
        c10::Device device(static_cast<c10::DeviceType>(device_type), static_cast<c10::DeviceIndex>(device_index));
        auto generator = at::globalContext().defaultGenerator(device).clone();
        generator.set_current_seed(seed);
        return generator.unsafeReleaseGeneratorImpl();
    });
}

int32_t functional_generator_seed(functional_generator handle, uint64_t seed) {
    return guarded<int32_t>(-1, [&] {
        auto generator = borrow_generator(handle);
        std::lock_guard<std::mutex> lock(generator.mutex());
        generator.set_current_seed(seed);
        return 0;
    });
}

functional_tensor functional_generator_state(functional_generator handle) {
    return guarded<functional_tensor>(nullptr, [&] {
        auto generator = borrow_generator(handle);
        std::lock_guard<std::mutex> lock(generator.mutex());
        return hand_over(generator.get_state());
    });
}

int32_t functional_generator_set_state(functional_generator handle, functional_tensor state) {
    return guarded<int32_t>(-1, [&] {
        auto generator = borrow_generator(handle);
        std::lock_guard<std::mutex> lock(generator.mutex());
        generator.set_state(borrow(state));
        return 0;
    });
}

void functional_generator_release(functional_generator generator) {
    c10::intrusive_ptr<c10::GeneratorImpl>::reclaim(static_cast<c10::GeneratorImpl*>(generator));
}

int32_t functional_set_threads(int32_t threads) {
    return guarded<int32_t>(-1, [&] {
        at::set_num_threads(threads);
        return 0;
    });
}

int32_t functional_threads() {
    return guarded<int32_t>(-1, [] { return at::get_num_threads(); });
}

int32_t functional_gpu_count() {
    return guarded<int32_t>(0, [] { return static_cast<int32_t>(torch::cuda::device_count()); });
}

int32_t functional_gpu_synchronize(int32_t device_index) {
    return guarded<int32_t>(-1, [&] {
        torch::cuda::synchronize(device_index);
        return 0;
    });
}

// Dense tensors of floats in the processor's memory, read and made without libtorch's detours.
// Used by small.cpp and linear.cpp, whose arithmetic costs less than those.
#pragma once
#include <c10/core/CPUAllocator.h>
#include <new>
#include "boundary.h"

namespace functional {

// Blocks of one size that each thread keeps for its next ones, whichever thread they came from: a scope frees its tensors all at once, and
// malloc's own cache holds seven of a size.
template <size_t size>
class Pool {
    struct Block { Block* next; };
    static constexpr size_t most = 256;
    static constexpr std::align_val_t alignment{64};
    static inline thread_local Block* first = nullptr;
    static inline thread_local size_t room = most;

    struct Emptied {
        ~Emptied() {
            room = 0;  // what the thread frees after this goes back to malloc
            while (first) ::operator delete(std::exchange(first, first->next), alignment);
        }
    };

   public:
    static void* take() { return first ? room++, std::exchange(first, first->next) : ::operator new(size, alignment); }

    static void give(void* memory) {
        static thread_local Emptied at_thread_exit;
        if (room == 0) return ::operator delete(memory, alignment);
        room--;
        first = new (memory) Block{first};
    }
};

template <typename Base>
struct Pooled : Base {
    using Base::Base;
    static void* operator new(size_t) { return Pool<sizeof(Base)>::take(); }
    static void operator delete(void* memory) { Pool<sizeof(Base)>::give(memory); }
};

inline c10::DataPtr memory_of(size_t bytes) {
    constexpr size_t block = 512;
    if (bytes > block) return c10::GetCPUAllocator()->allocate(bytes);
    auto memory = Pool<block>::take();
    return {memory, memory, &Pool<block>::give, c10::DeviceType::CPU};
}

// An uninitialised tensor.
inline at::Tensor dense(c10::IntArrayRef shape, caffe2::TypeMeta type) {
    size_t bytes = c10::multiply_integers(shape) * type.itemsize();
    auto storage = c10::make_intrusive<Pooled<c10::StorageImpl>>(c10::StorageImpl::use_byte_size_t(), bytes, memory_of(bytes),
                                                                c10::GetCPUAllocator(), /*resizable=*/true);
    auto result = at::detail::make_tensor<Pooled<c10::TensorImpl>>(c10::Storage(std::move(storage)),
                                                                  c10::DispatchKeySet(c10::DispatchKey::CPU), type);
    result.unsafeGetTensorImpl()->set_sizes_contiguous(shape);
    return result;
}

// Whether a tensor is one of those, of float or double.
inline bool is_dense(const c10::TensorImpl& t) {
    static const auto plain = at::empty({0}, at::kFloat).key_set();
    return t.key_set() == plain && t.is_contiguous() &&
           (t.dtype() == caffe2::TypeMeta::Make<float>() || t.dtype() == caffe2::TypeMeta::Make<double>());
}

template <typename T>
T* elements(const c10::TensorImpl& t) { return static_cast<T*>(t.storage().data_ptr().get()) + t.storage_offset(); }

template <typename T>
T* elements(const at::Tensor& t) { return t.defined() ? elements<T>(*t.unsafeGetTensorImpl()) : nullptr; }

// Runs `body` with a zero of the element type.
template <typename Body>
auto typed(caffe2::TypeMeta type, Body&& body) { return type == caffe2::TypeMeta::Make<float>() ? body(float()) : body(double()); }

}  // namespace functional

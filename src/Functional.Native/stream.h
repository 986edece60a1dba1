// Random words by index: a counter-based generator (Threefry4x32-20; Salmon, Moraes, Dror and Shaw, 2011, "Parallel random numbers: as easy
// as 1, 2, 3") keyed by the ambient generator, so that threads draw blocks side by side and the numbers do not depend on how many there are.
// Used by random.cpp, draw.cpp and pathwise.cpp.
#pragma once
#include <ATen/CPUGeneratorImpl.h>
#include <cmath>
#include <mutex>
#include "boundary.h"
#include "vector.h"

namespace functional {

// 128 bits of the ambient generator, which every drawing call takes once.
struct Stream {
    uint32_t key[4];
};

inline Stream next_stream(const c10::optional<at::Generator>& generator) {
    auto source = at::get_generator_or_default<at::CPUGeneratorImpl>(generator, at::detail::getDefaultCPUGenerator());
    std::lock_guard<std::mutex> lock(source->mutex_);
    uint64_t first = source->random64(), second = source->random64();
    return {{uint32_t(first), uint32_t(first >> 32), uint32_t(second), uint32_t(second >> 32)}};
}

// Four words, and the steps that mix them: written out, for a loop inside would keep the loop over counters from becoming vectors.
struct Words {
    uint32_t a, b, c, d;

    template <int rotation>
    [[gnu::always_inline]] static void mix(uint32_t& x, uint32_t& y) {
        x += y;
        y = (y << rotation | y >> (32 - rotation)) ^ x;
    }

    [[gnu::always_inline]] void add(uint32_t p, uint32_t q, uint32_t r, uint32_t s) { a += p, b += q, c += r, d += s; }

    [[gnu::always_inline]] void even() {
        mix<10>(a, b), mix<26>(c, d), mix<11>(a, d), mix<21>(c, b), mix<13>(a, b), mix<27>(c, d), mix<23>(a, d), mix<5>(c, b);
    }

    [[gnu::always_inline]] void odd() {
        mix<6>(a, b), mix<20>(c, d), mix<17>(a, d), mix<11>(c, b), mix<25>(a, b), mix<10>(c, d), mix<18>(a, d), mix<20>(c, b);
    }
};

// The four words of one counter.
[[gnu::always_inline]] inline Words threefry(const Stream& stream, uint64_t counter) {
    uint32_t p = stream.key[0], q = stream.key[1], r = stream.key[2], s = stream.key[3], t = 0x1BD11BDAu ^ p ^ q ^ r ^ s;
    Words words{uint32_t(counter), uint32_t(counter >> 32), 0, 0};
    words.add(p, q, r, s);
    words.even(), words.add(q, r, s, t + 1);
    words.odd(), words.add(r, s, t, p + 2);
    words.even(), words.add(s, t, p, q + 3);
    words.odd(), words.add(t, p, q, r + 4);
    words.even(), words.add(p, q, r, s + 5);
    return words;
}

// The words of the counters from `first` on, 4 times `counters` of them, all first words before all second ones and so on.
[[gnu::always_inline]] inline void fill_words(const Stream& stream, uint64_t first, uint32_t* to, int64_t counters) {
#pragma omp simd
    for (int64_t i = 0; i < counters; i++) {
        auto words = threefry(stream, first + i);
        to[i] = words.a, to[counters + i] = words.b, to[2 * counters + i] = words.c, to[3 * counters + i] = words.d;
    }
}

// Uniform in [0, 1), every multiple of 2^-24 or 2^-53.
[[gnu::always_inline]] inline float uniform(uint32_t w) { return int32_t(w >> 8) * 0x1p-24f; }
[[gnu::always_inline]] inline double uniform(uint32_t high, uint32_t low) {
    return (int32_t(high >> 5) * 0x1p26 + int32_t(low >> 6)) * 0x1p-53;
}

// Uniform in (0, 1), halfway between multiples of 2^-31 or 2^-52, for a logarithm to follow.
[[gnu::always_inline]] inline double open_uniform(uint32_t w) { return (int32_t(w >> 1) + 0.5) * 0x1p-31; }
[[gnu::always_inline]] inline double open_uniform(uint32_t high, uint32_t low) {
    return (int32_t(high >> 6) * 0x1p26 + int32_t(low >> 6) + 0.5) * 0x1p-52;
}

constexpr int64_t block = 1024;

// body(first, count, number) for every block of up to 1024 elements, on all threads.
template <typename Body>
void parallel_blocks(int64_t elements, const Body& body) {
    at::parallel_for(0, (elements + block - 1) / block, 8, [&](int64_t begin, int64_t end) {
        for (int64_t number = begin; number < end; number++) body(number * block, std::min(block, elements - number * block), number);
    });
}

}  // namespace functional

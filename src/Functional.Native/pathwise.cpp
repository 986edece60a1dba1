// Samples of the laws in laws.h with gradients in the parameters, by implicit differentiation of the distribution function
// (Figurnov, Mohamed, Mnih, arXiv:1805.08498). Registered as functional::gamma_draw and so on; Functional's distributions call them.
#include <torch/library.h>
#include "elementwise.h"
#include "laws.h"
#include "stream.h"

namespace {

using namespace functional;
using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

FUNCTIONAL_CLONES void refill(const Stream& stream, uint64_t first, uint32_t* to) { fill_words(stream, first, to, block / 4); }

// Each block of a draw has 2^32 counters of its own; `part` tells the variables apart that one element is made of.
uint64_t first_counter(int64_t number, int part) { return uint64_t(number) << 32 | uint64_t(part) << 62; }

// ---- gamma variables ----

// Marsaglia and Tsang (2000), with concentrations of 1 and more: logarithms of candidates with rate 1, and by how much each is accepted.
[[gnu::always_inline]] inline void candidates_block(const Stream& stream, uint64_t counter, const double* a, int64_t n, double* to, double* margin) {
    uint32_t w[4 * (block + 1)];
    double normal[block + 1];
    int64_t pairs = (n + 1) / 2, counters = 2 * pairs;
    auto high = w, low = w + counters, chance = w + 2 * counters;
    fill_words(stream, counter, w, counters);
#pragma omp simd
    for (int64_t i = 0; i < pairs; i++) {
        double radius = std::sqrt(-2 * log(open_uniform(high[i], low[i]))), angle = 2 * pi * uniform(high[pairs + i], low[pairs + i]);
        normal[i] = radius * cos(angle), normal[pairs + i] = radius * cos(angle - pi / 2);
    }
#pragma omp simd
    for (int64_t i = 0; i < n; i++) {
        double d = a[i] - 1.0 / 3, x = normal[i], root = 1 + x / std::sqrt(9 * d), v = root * root * root;
        to[i] = log(d * v);
        margin[i] = root <= 0 ? -1 : 0.5 * x * x + d * (1 - v + log(v)) - log(open_uniform(chance[i]));
    }
}

// Below 1, log G(a) = log G(a+1) + log(U)/a.
[[gnu::always_inline]] inline void boost_block(const Stream& stream, uint64_t counter, const double* a, int64_t n, double* to) {
    uint32_t w[2 * block + 8];
    int64_t counters = (n + 1) / 2;
    fill_words(stream, counter, w, counters);
#pragma omp simd
    for (int64_t i = 0; i < n; i++) to[i] += a[i] < 1 ? log(open_uniform(w[i], w[2 * counters + i])) / a[i] : 0;
}

FUNCTIONAL_CLONES void candidates(const Stream& stream, uint64_t counter, const double* a, int64_t n, double* to, double* margin) {
    candidates_block(stream, counter, a, n, to, margin);
}
FUNCTIONAL_CLONES void boost(const Stream& stream, uint64_t counter, const double* a, int64_t n, double* to) {
    boost_block(stream, counter, a, n, to);
}

// Logarithms of gamma variables with rate 1; those refused, a few in a hundred, are drawn again. A concentration of NaN gives NaN.
void log_gamma_numbers(const Stream& stream, int64_t number, int part, const double* a, int64_t n, double* to) {
    double shape[block], candidate[block], margin[block];
    int64_t places[block], left = n;
    uint64_t counter = first_counter(number, part);
    for (int64_t i = 0; i < n; i++) places[i] = i;
    while (left > 0) {
        for (int64_t i = 0; i < left; i++) shape[i] = a[places[i]] < 1 ? a[places[i]] + 1 : a[places[i]];
        candidates(stream, counter, shape, left, candidate, margin);
        counter += left + 1;
        int64_t refused = 0;
        for (int64_t i = 0; i < left; i++) {
            to[places[i]] = candidate[i];
            if (margin[i] <= 0) places[refused++] = places[i];
        }
        left = refused;
    }
    boost(stream, counter, a, n, to);
}

struct DrawLogGamma {
    void operator()(const Stream& stream, int64_t number, const std::array<const double*, 1>& p, int64_t n, double* to) const {
        log_gamma_numbers(stream, number, 0, p[0], n, to);
    }
};

struct DrawGamma {
    void operator()(const Stream& stream, int64_t number, const std::array<const double*, 1>& p, int64_t n, double* to) const {
        log_gamma_numbers(stream, number, 0, p[0], n, to);
        for (int64_t i = 0; i < n; i++) to[i] = std::exp(to[i]);
    }
};

struct DrawLogitBeta {
    void operator()(const Stream& stream, int64_t number, const std::array<const double*, 2>& p, int64_t n, double* to) const {
        double other[block];
        log_gamma_numbers(stream, number, 0, p[0], n, to);
        log_gamma_numbers(stream, number, 1, p[1], n, other);
        for (int64_t i = 0; i < n; i++) to[i] -= other[i];
    }
};

// ---- von Mises variables ----

// As many uniform numbers in double precision, strictly between 0 and 1, as the elements of one block ask for.
class Uniforms {
    const Stream& stream;
    uint64_t counter;
    uint32_t words[block];
    int64_t used = block;

public:
    Uniforms(const Stream& stream, int64_t number) : stream(stream), counter(first_counter(number, 0)) {}

    double next() {
        if (used == block) {
            refill(stream, counter, words);
            counter += block / 4;
            used = 0;
        }
        uint32_t high = words[used++], low = words[used++];
        return open_uniform(high, low);
    }
};

struct DrawVonMises {
    void operator()(const Stream& stream, int64_t number, const std::array<const double*, 1>& p, int64_t n, double* to) const {
        Uniforms uniforms(stream, number);
        for (int64_t i = 0; i < n; i++) to[i] = one(uniforms, p[0][i]);
    }

    // Best and Fisher (1979): rejection from a wrapped Cauchy.
    static double one(Uniforms& uniforms, double kappa) {
        if (kappa < 1e-12) return pi * (2 * uniforms.next() - 1);
        double tau = 1 + std::sqrt(1 + 4 * kappa * kappa), rho = (tau - std::sqrt(2 * tau)) / (2 * kappa);
        double r = kappa < 1e-5 ? 1 / kappa + kappa : (1 + rho * rho) / (2 * rho);
        for (;;) {
            double z = std::cos(pi * uniforms.next()), f = (1 + r * z) / (r + z), c = kappa * (r - f), u = uniforms.next();
            if (c * (2 - c) > u || std::log(c / u) + 1 >= c) {
                double angle = std::acos(std::max(-1.0, std::min(1.0, f)));
                return uniforms.next() < 0.5 ? -angle : angle;
            }
        }
    }
};

// ---- blocks of elements ----

// The elements of a tensor expanded to a shape, as doubles, a block at a time. What it repeats over leading axes is kept once.
class Blocks {
    at::Tensor source;

public:
    Blocks(const at::Tensor& tensor, at::IntArrayRef shape) : source(tensor.detach().expand(shape)) {
        while (source.dim() > 0 && (source.stride(0) == 0 || source.size(0) == 1) && source.numel() > 0) source = source.select(0, 0);
        source = source.contiguous();
    }

    void read(int64_t first, int64_t n, double* to) const {
        int64_t period = source.numel(), from = first % period;
        AT_DISPATCH_FLOATING_TYPES_AND2(at::kHalf, at::kBFloat16, source.scalar_type(), "functional::Blocks", [&] {
            auto data = source.data_ptr<scalar_t>();
            for (int64_t i = 0; i < n; i++) {
                to[i] = static_cast<double>(data[from]);
                if (++from == period) from = 0;
            }
        });
    }
};

template <class... T>
at::ScalarType common_type(const at::Tensor& first, const T&... rest) {
    auto type = first.scalar_type();
    ((type = c10::promoteTypes(type, rest.scalar_type())), ...);
    return type;
}

void write_block(const double* from, int64_t first, int64_t n, const at::Tensor& to) {
    AT_DISPATCH_FLOATING_TYPES_AND2(at::kHalf, at::kBFloat16, to.scalar_type(), "functional::write_block", [&] {
        auto data = to.data_ptr<scalar_t>() + first;
        for (int64_t i = 0; i < n; i++) data[i] = static_cast<scalar_t>(from[i]);
    });
}

// draw(stream, number, parameters of a block, their count, numbers) for every block.
template <class Draw, class... T>
at::Tensor drawn(c10::optional<at::Generator> generator, Draw draw, const T&... parameters) {
    constexpr int count = sizeof...(T);
    at::NoGradGuard untracked;
    auto shape = at::broadcast_tensors({parameters...})[0].sizes().vec();
    auto result = at::empty(shape, at::TensorOptions().dtype(common_type(parameters...)));
    std::array<Blocks, count> blocks{Blocks(parameters, shape)...};
    auto stream = next_stream(generator);
    parallel_blocks(result.numel(), [&](int64_t first, int64_t n, int64_t number) {
        double x[count][block], y[block];
        std::array<const double*, count> pointers;
        for (int k = 0; k < count; k++) blocks[k].read(first, n, x[k]), pointers[k] = x[k];
        draw(stream, number, pointers, n, y);
        write_block(y, first, n, result);
    });
    return result;
}

// ---- how samples move with the parameters ----

// How close the pack algorithms come, relatively: far below the rounding of the type.
double precision_of(at::ScalarType type) { return type == at::kDouble ? precision : 1e-9; }

FUNCTIONAL_INLINE Pack pack(const double* from) { Pack x; std::memcpy(&x, from, sizeof x); return x; }
FUNCTIONAL_INLINE void unpack(const Pack& x, double* to) { std::memcpy(to, &x, sizeof x); }

// -(∂F/∂a)/(∂F/∂u) for u = log x: from the series below GammaLaw::reach, from the fraction above.
[[gnu::always_inline]] inline void log_gamma_motion_block(const double* a, const double* x, const double* u, int64_t n, double precision, double* to) {
    double score[block], above[block], inner[block], ratio[block], slope[block];
    bool some_above = false;
#pragma omp simd reduction(| : some_above)
    for (int64_t i = 0; i < n; i++) {
        score[i] = u[i] - digamma(a[i]);
        above[i] = x[i] < GammaLaw::reach(a[i]) ? 0 : 1;
        inner[i] = above[i] == 0 ? x[i] : 0;
        some_above |= above[i] != 0;
    }
    for (int64_t i = 0; i < n; i += lanes) {
        auto sum = GammaLaw::series(pack(a + i), pack(inner + i), precision);
        unpack(sum.v, ratio + i), unpack(sum.d[0], slope + i);
    }
#pragma omp simd
    for (int64_t i = 0; i < n; i++) to[i] = u[i] > -infinite && u[i] < infinite ? -(score[i] * ratio[i] + slope[i]) : 0;
    if (!some_above) return;
    for (int64_t i = 0; i < n; i++) {
        if (above[i] == 0 || !(u[i] < infinite)) continue;
        auto fraction = GammaLaw::fraction(a[i], x[i], precision);
        to[i] = score[i] * fraction.v + fraction.d[0];
    }
}

// How u = log(x/(1 - x)) moves with a and b. The mass above x is that below 1 - x with a and b exchanged.
[[gnu::always_inline]] inline void logit_beta_motion_block(const double* a, const double* b, const double* u, int64_t n, double precision, double* to_a, double* to_b) {
    double first[block], second[block], near[block], first_score[block], second_score[block], sign[block], ratio[block], first_slope[block], second_slope[block];
#pragma omp simd
    for (int64_t i = 0; i < n; i++) {
        double fade = exp(-std::abs(u[i])), rest = log1p(fade), small = fade / (1 + fade), large = 1 / (1 + fade), high = u[i] > 0;
        double x = high ? large : small, log_x = high ? -rest : u[i] - rest, y = high ? small : large, log_y = high ? -u[i] - rest : -rest;
        bool below = x < (a[i] + 1) / (a[i] + b[i] + 2);
        double psi_sum = digamma(a[i] + b[i]);
        sign[i] = below ? -1 : 1;
        first[i] = below ? a[i] : b[i], second[i] = below ? b[i] : a[i], near[i] = below ? x : y;
        first_score[i] = (below ? log_x : log_y) - digamma(first[i]) + psi_sum;
        second_score[i] = (below ? log_y : log_x) - digamma(second[i]) + psi_sum;
    }
    for (int64_t i = 0; i < n; i += lanes) {
        auto p = Dual<2, Pack>::parameter(pack(first + i), 0), q = Dual<2, Pack>::parameter(pack(second + i), 1);
        auto mass = BetaLaw::fraction(p, q, pack(near + i), precision);
        unpack(mass.v, ratio + i), unpack(mass.d[0], first_slope + i), unpack(mass.d[1], second_slope + i);
    }
#pragma omp simd
    for (int64_t i = 0; i < n; i++) {
        double one = first_score[i] * ratio[i] + first_slope[i], other = second_score[i] * ratio[i] + second_slope[i];
        bool finite = std::abs(u[i]) < infinite;
        to_a[i] = finite ? sign[i] * (sign[i] < 0 ? one : other) : 0, to_b[i] = finite ? sign[i] * (sign[i] < 0 ? other : one) : 0;
    }
}

FUNCTIONAL_CLONES void gamma_motion(const double* a, const double* x, int64_t n, double precision, double* to) {
    double u[block];
#pragma omp simd
    for (int64_t i = 0; i < n; i++) u[i] = log(x[i]);
    log_gamma_motion_block(a, x, u, n, precision, to);
#pragma omp simd
    for (int64_t i = 0; i < n; i++) to[i] = to[i] == 0 ? 0 : to[i] * x[i];
}
FUNCTIONAL_CLONES void log_gamma_motion(const double* a, const double* u, int64_t n, double precision, double* to) {
    double x[block];
#pragma omp simd
    for (int64_t i = 0; i < n; i++) x[i] = exp(u[i]);
    log_gamma_motion_block(a, x, u, n, precision, to);
}
FUNCTIONAL_CLONES void logit_beta_motion(const double* a, const double* b, const double* u, int64_t n, double precision, double* to_a, double* to_b) {
    logit_beta_motion_block(a, b, u, n, precision, to_a, to_b);
}

void von_mises_motion(const double* kappa, const double* x, int64_t n, double* to) {
    VonMisesLaw law({1.0});
    for (int64_t i = 0; i < n; i++) {
        if (kappa[i] != law.kappa) law = VonMisesLaw({kappa[i]});
        to[i] = -law.mass(x[i]).relative[0];
    }
}

// move(inputs of a block, their count rounded up to whole packs, precision, outputs) for every block of the parameters and the samples.
template <int Parameters, class Move>
variable_list moved(Move move, const variable_list& inputs) {
    at::NoGradGuard untracked;
    auto samples = inputs[Parameters].contiguous();
    std::vector<Blocks> blocks;
    for (auto& input : inputs) blocks.emplace_back(input, samples.sizes());
    variable_list results(Parameters);
    for (auto& result : results) result = at::empty_like(samples);
    auto precision = precision_of(samples.scalar_type());
    parallel_blocks(samples.numel(), [&](int64_t first, int64_t n, int64_t) {
        double x[Parameters + 1][block], y[Parameters][block];
        std::array<const double*, Parameters + 1> from;
        std::array<double*, Parameters> to;
        for (int k = 0; k <= Parameters; k++) {
            blocks[k].read(first, n, x[k]), from[k] = x[k];
            for (int64_t i = n; i % lanes; i++) x[k][i] = x[k][n - 1];
        }
        for (int k = 0; k < Parameters; k++) to[k] = y[k];
        move(from, (n + lanes - 1) / lanes * lanes, precision, to);
        for (int k = 0; k < Parameters; k++) write_block(y[k], first, n, results[k]);
    });
    return results;
}

struct MoveGamma {
    void operator()(const std::array<const double*, 2>& from, int64_t n, double precision, const std::array<double*, 1>& to) const {
        gamma_motion(from[0], from[1], n, precision, to[0]);
    }
};

struct MoveLogGamma {
    void operator()(const std::array<const double*, 2>& from, int64_t n, double precision, const std::array<double*, 1>& to) const {
        log_gamma_motion(from[0], from[1], n, precision, to[0]);
    }
};

struct MoveLogitBeta {
    void operator()(const std::array<const double*, 3>& from, int64_t n, double precision, const std::array<double*, 2>& to) const {
        logit_beta_motion(from[0], from[1], from[2], n, precision, to[0], to[1]);
    }
};

struct MoveVonMises {
    void operator()(const std::array<const double*, 2>& from, int64_t n, double, const std::array<double*, 1>& to) const {
        von_mises_motion(from[0], from[1], n, to[0]);
    }
};

// Not differentiable further.
template <int Parameters, class Move>
struct Motion : Function<Motion<Parameters, Move>> {
    template <class... T>
    static variable_list forward(AutogradContext*, const T&... inputs) { return moved<Parameters>(Move(), {inputs...}); }

    static variable_list backward(AutogradContext*, variable_list) {
        TORCH_CHECK(false, "the second derivative of a sample in its parameters is not known");
    }
};

template <int Parameters, class Draw, class Move>
struct Pathwise : Function<Pathwise<Parameters, Draw, Move>> {
    template <class... T>
    static at::Tensor forward(AutogradContext* context, c10::optional<at::Generator> generator, const T&... parameters) {
        auto result = drawn(generator, Draw(), parameters...);
        context->save_for_backward({parameters..., result});
        return result;
    }

    static variable_list backward(AutogradContext* context, variable_list upstream) {
        auto saved = context->get_saved_variables();
        variable_list motion, results{at::Tensor()};
        if constexpr (Parameters == 1) motion = Motion<1, Move>::apply(saved[0], saved[1]);
        else motion = Motion<2, Move>::apply(saved[0], saved[1], saved[2]);
        for (int i = 0; i < Parameters; i++) results.push_back(summed_to(upstream[0] * motion[i], saved[i]));
        return results;
    }
};

// A generator of the host, started from a number of the device's.
c10::optional<at::Generator> host_generator(at::Device device, c10::optional<at::Generator> generator) {
    if (device.is_cpu()) return generator;
    auto seed = at::randint(std::numeric_limits<int64_t>::max(), {1}, generator, at::device(device).dtype(at::kLong)).item<int64_t>();
    return at::detail::createCPUGenerator(static_cast<uint64_t>(seed));
}

template <class Draw, class Move>
at::Tensor one(const at::Tensor& parameter, c10::optional<at::Generator> generator) {
    auto source = host_generator(parameter.device(), generator);
    return on_host([&](const at::Tensor& p) { return Pathwise<1, Draw, Move>::apply(source, p); }, parameter);
}

template <class Draw, class Move>
at::Tensor two(const at::Tensor& first, const at::Tensor& second, c10::optional<at::Generator> generator) {
    auto source = host_generator(common_device(first, second), generator);
    return on_host([&](const at::Tensor& p, const at::Tensor& q) { return Pathwise<2, Draw, Move>::apply(source, p, q); }, first, second);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(functional, library) {
    library.def("gamma_draw(Tensor concentration, Generator? generator) -> Tensor", &one<DrawGamma, MoveGamma>);
    library.def("log_gamma_draw(Tensor concentration, Generator? generator) -> Tensor", &one<DrawLogGamma, MoveLogGamma>);
    library.def("logit_beta_draw(Tensor a, Tensor b, Generator? generator) -> Tensor", &two<DrawLogitBeta, MoveLogitBeta>);
    library.def("von_mises_draw(Tensor kappa, Generator? generator) -> Tensor", &one<DrawVonMises, MoveVonMises>);
}

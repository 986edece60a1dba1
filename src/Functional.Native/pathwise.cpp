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

// As many random numbers in double precision as the elements of one block ask for.
class Noise {
    const Stream& stream;
    uint64_t counter;
    uint32_t words[block];
    int64_t used = block;
    double spare = 0;
    bool has_spare = false;

public:
    Noise(const Stream& stream, int64_t number) : stream(stream), counter(uint64_t(number) << 32) {}

    // Strictly between 0 and 1.
    double uniform() {
        if (used == block) {
            refill(stream, counter, words);
            counter += block / 4;
            used = 0;
        }
        uint32_t high = words[used++], low = words[used++];
        return open_uniform(high, low);
    }

    // Marsaglia's polar method.
    double normal() {
        if (has_spare) { has_spare = false; return spare; }
        for (;;) {
            double x = 2 * uniform() - 1, y = 2 * uniform() - 1, square = x * x + y * y;
            if (square >= 1 || square == 0) continue;
            double scale = std::sqrt(-2 * std::log(square) / square);
            has_spare = true;
            spare = y * scale;
            return x * scale;
        }
    }

    // log of a gamma variable with rate 1 (Marsaglia and Tsang, 2000); below 1, log G(a) = log G(a+1) + log(U)/a.
    double log_gamma(double a) {
        double boost = 0;
        if (a < 1) boost = std::log(uniform()) / a++;
        double d = a - 1.0 / 3, c = 1 / std::sqrt(9 * d);
        for (;;) {
            double x = normal(), root = 1 + c * x;
            if (root <= 0) continue;
            double v = root * root * root, u = uniform(), square = x * x;
            if (u < 1 - 0.0331 * square * square || std::log(u) < 0.5 * square + d * (1 - v + std::log(v)))
                return std::log(d * v) + boost;
        }
    }

    // Best and Fisher (1979): rejection from a wrapped Cauchy.
    double von_mises(double kappa) {
        if (kappa < 1e-12) return pi * (2 * uniform() - 1);
        double tau = 1 + std::sqrt(1 + 4 * kappa * kappa), rho = (tau - std::sqrt(2 * tau)) / (2 * kappa);
        double r = kappa < 1e-5 ? 1 / kappa + kappa : (1 + rho * rho) / (2 * rho);
        for (;;) {
            double z = std::cos(pi * uniform()), f = (1 + r * z) / (r + z), c = kappa * (r - f), u = uniform();
            if (c * (2 - c) > u || std::log(c / u) + 1 >= c) {
                double angle = std::acos(std::max(-1.0, std::min(1.0, f)));
                return uniform() < 0.5 ? -angle : angle;
            }
        }
    }
};

// f(noise, parameters of one element) for every element.
template <class F, class... T>
at::Tensor drawn(c10::optional<at::Generator> generator, F f, const T&... parameters) {
    at::NoGradGuard untracked;
    auto type = at::kHalf;
    bool first = true;
    ((type = first ? parameters.scalar_type() : c10::promoteTypes(type, parameters.scalar_type()), first = false), ...);
    auto inputs = at::broadcast_tensors({parameters.to(at::kDouble)...});
    for (auto& input : inputs) input = input.contiguous();
    auto result = at::empty(inputs[0].sizes(), inputs[0].options().dtype(type));
    auto stream = next_stream(generator);
    AT_DISPATCH_FLOATING_TYPES_AND2(at::kHalf, at::kBFloat16, type, "functional::draw", [&] {
        auto to = result.template data_ptr<scalar_t>();
        std::array<const double*, sizeof...(T)> from;
        for (size_t k = 0; k < from.size(); k++) from[k] = inputs[k].template data_ptr<double>();
        parallel_blocks(result.numel(), [&](int64_t first, int64_t n, int64_t number) {
            Noise noise(stream, number);
            std::array<double, sizeof...(T)> x;
            for (int64_t i = first; i < first + n; i++) {
                for (size_t k = 0; k < x.size(); k++) x[k] = from[k][i];
                to[i] = static_cast<scalar_t>(f(noise, x));
            }
        });
    });
    return result;
}

// A generator of the host, started from a number of the device's.
c10::optional<at::Generator> host_generator(at::Device device, c10::optional<at::Generator> generator) {
    if (device.is_cpu()) return generator;
    auto seed = at::randint(std::numeric_limits<int64_t>::max(), {1}, generator, at::device(device).dtype(at::kLong)).item<int64_t>();
    return at::detail::createCPUGenerator(static_cast<uint64_t>(seed));
}

// How a sample moves with the parameters, in the coordinate u of the law or in its value. Not differentiable further.
template <class Law, bool InValue>
struct Motion : Function<Motion<Law, InValue>> {
    template <class... T>
    static variable_list forward(AutogradContext*, const T&... inputs) {
        return elementwise<Law::parameters>(256, [] {
            return [known = Remembered<Law>()](const auto& x, auto& y) mutable {
                double sample = x[Law::parameters];
                auto mass = known.of(x).mass(InValue ? Law::at(sample) : Law::coordinate(sample));
                double slope = 1;
                if constexpr (InValue) slope = Law::value_slope(sample);
                for (int i = 0; i < Law::parameters; i++) y[i] = -slope * mass.relative[i];
            };
        }, inputs...);
    }

    static variable_list backward(AutogradContext*, variable_list) {
        TORCH_CHECK(false, "the second derivative of a sample in its parameters is not known");
    }
};

template <class Law, bool InValue, class F>
struct Pathwise : Function<Pathwise<Law, InValue, F>> {
    template <class... T>
    static at::Tensor forward(AutogradContext* context, c10::optional<at::Generator> generator, const T&... parameters) {
        auto result = drawn(generator, F(), parameters...);
        context->save_for_backward({parameters..., result});
        return result;
    }

    static variable_list backward(AutogradContext* context, variable_list upstream) {
        auto saved = context->get_saved_variables();
        variable_list motion, results{at::Tensor()};
        if constexpr (Law::parameters == 1) motion = Motion<Law, InValue>::apply(saved[0], saved[1]);
        else motion = Motion<Law, InValue>::apply(saved[0], saved[1], saved[2]);
        for (int i = 0; i < Law::parameters; i++) results.push_back(summed_to(upstream[0] * motion[i], saved[i]));
        return results;
    }
};

struct DrawGamma { double operator()(Noise& noise, const std::array<double, 1>& p) { return std::exp(noise.log_gamma(p[0])); } };
struct DrawLogGamma { double operator()(Noise& noise, const std::array<double, 1>& p) { return noise.log_gamma(p[0]); } };
struct DrawLogitBeta {
    double operator()(Noise& noise, const std::array<double, 2>& p) {
        double first = noise.log_gamma(p[0]);
        return first - noise.log_gamma(p[1]);
    }
};
struct DrawVonMises { double operator()(Noise& noise, const std::array<double, 1>& p) { return noise.von_mises(p[0]); } };

template <class Law, bool InValue, class F>
at::Tensor one(const at::Tensor& parameter, c10::optional<at::Generator> generator) {
    auto source = host_generator(parameter.device(), generator);
    return on_host([&](const at::Tensor& p) { return Pathwise<Law, InValue, F>::apply(source, p); }, parameter);
}

template <class Law, bool InValue, class F>
at::Tensor two(const at::Tensor& first, const at::Tensor& second, c10::optional<at::Generator> generator) {
    auto source = host_generator(common_device(first, second), generator);
    return on_host([&](const at::Tensor& p, const at::Tensor& q) { return Pathwise<Law, InValue, F>::apply(source, p, q); }, first, second);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(functional, library) {
    library.def("gamma_draw(Tensor concentration, Generator? generator) -> Tensor", &one<GammaLaw, true, DrawGamma>);
    library.def("log_gamma_draw(Tensor concentration, Generator? generator) -> Tensor", &one<GammaLaw, false, DrawLogGamma>);
    library.def("logit_beta_draw(Tensor a, Tensor b, Generator? generator) -> Tensor", &two<BetaLaw, false, DrawLogitBeta>);
    library.def("von_mises_draw(Tensor kappa, Generator? generator) -> Tensor", &one<VonMisesLaw, true, DrawVonMises>);
}

// Samples of the laws in laws.h with gradients in the parameters, by implicit differentiation of the distribution function
// (Figurnov, Mohamed, Mnih, arXiv:1805.08498). Registered as functional::gamma_draw and so on; Functional's distributions call them.
#include <ATen/CPUGeneratorImpl.h>
#include <torch/library.h>
#include <mutex>
#include "elementwise.h"
#include "laws.h"

namespace {

using namespace functional;
using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

// Random numbers in double precision from a generator's engine.
class Noise {
    at::mt19937& engine;
    double spare = 0;
    bool has_spare = false;

public:
    explicit Noise(at::mt19937& engine) : engine(engine) {}

    // Strictly between 0 and 1.
    double uniform() {
        uint64_t high = engine(), low = engine();
        return (((high << 32 | low) >> 12) + 0.5) * 0x1p-52;
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

// f(noise, parameters of one element) for every element, in order: one engine, one thread.
template <class F, class... T>
at::Tensor drawn(c10::optional<at::Generator> generator, F f, const T&... parameters) {
    auto source = at::get_generator_or_default<at::CPUGeneratorImpl>(generator, at::detail::getDefaultCPUGenerator());
    std::lock_guard<std::mutex> lock(source->mutex_);
    auto engine = source->engine();
    Noise noise(engine);
    // A grain of all elements keeps the order: no other thread takes part.
    auto result = elementwise<1>(std::numeric_limits<int64_t>::max() / 2, [&] {
        return [&](const auto& x, auto& y) { y[0] = f(noise, x); };
    }, parameters...)[0];
    source->set_engine(engine);
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

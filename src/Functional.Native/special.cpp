// Log-densities, distribution functions and quantiles of the laws in laws.h, elementwise over tensors, with derivatives.
// Registered with the dispatcher as functional::gammainc, functional::betainc and so on; Functional's Numerics calls them.
#include <torch/library.h>
#include "elementwise.h"
#include "laws.h"

namespace {

using namespace functional;
using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

// The slopes of the log-density as operators on tensors.
template <class Law>
std::array<at::Tensor, Law::parameters + 1> differentiable_scores(const variable_list& inputs) {
    if constexpr (Law::parameters == 1) return Law::scores(inputs[0], inputs[1]);
    else return Law::scores(inputs[0], inputs[1], inputs[2]);
}

template <class Law>
variable_list scores(const variable_list& inputs) {
    constexpr int count = Law::parameters + 1;
    if (at::GradMode::is_enabled()) {
        auto results = differentiable_scores<Law>(inputs);
        return {results.begin(), results.end()};
    }
    auto slopes = [](const Law& law, const auto& x, auto& y) { y = law.scores(x[Law::parameters]); };
    if constexpr (Law::parameters == 1) return elementwise<Law, count>(2048, slopes, inputs[0], inputs[1]);
    else return elementwise<Law, count>(2048, slopes, inputs[0], inputs[1], inputs[2]);
}

// log p(x; θ), differentiable any number of times.
template <class Law>
struct LogDensity : Function<LogDensity<Law>> {
    template <class... T>
    static at::Tensor forward(AutogradContext* context, const T&... inputs) {
        context->save_for_backward({inputs...});
        auto density = [](const Law& law, const auto& x, auto& y) { y[0] = law.log_density(x[Law::parameters]); };
        return elementwise<Law, 1>(2048, density, inputs...)[0];
    }

    static variable_list backward(AutogradContext* context, variable_list upstream) {
        auto inputs = context->get_saved_variables();
        auto results = scores<Law>(inputs);
        for (size_t i = 0; i < inputs.size(); i++)
            results[i] = context->needs_input_grad(i) ? summed_to(upstream[0] * results[i], inputs[i]) : at::Tensor();
        return results;
    }
};

template <class Law>
at::Tensor density(const variable_list& inputs) {
    if constexpr (Law::parameters == 1) return LogDensity<Law>::apply(inputs[0], inputs[1]).exp();
    else return LogDensity<Law>::apply(inputs[0], inputs[1], inputs[2]).exp();
}

// ∂F/∂θ for each parameter; itself differentiable in x, by the slopes of the density in θ.
template <class Law>
struct Slopes : Function<Slopes<Law>> {
    template <class... T>
    static variable_list forward(AutogradContext* context, const T&... inputs) {
        context->save_for_backward({inputs...});
        return elementwise<Law, Law::parameters>(256, [](const Law& law, const auto& x, auto& y) {
            auto mass = law.mass(Law::at(x[Law::parameters]));
            for (int i = 0; i < Law::parameters; i++) y[i] = mass.relative[i] == 0 ? 0 : std::exp(mass.log_slope) * mass.relative[i];
        }, inputs...);
    }

    static variable_list backward(AutogradContext* context, variable_list upstream) {
        constexpr int count = Law::parameters;
        auto inputs = context->get_saved_variables();
        variable_list results(count + 1);
        for (int i = 0; i < count; i++)
            TORCH_CHECK(!context->needs_input_grad(i), "the second derivative of the distribution function in its parameters is not known");
        if (!context->needs_input_grad(count)) return results;
        auto slopes = scores<Law>(inputs);
        at::Tensor sum;
        for (int i = 0; i < count; i++)
            if (upstream[i].defined()) sum = sum.defined() ? sum + upstream[i] * slopes[i] : upstream[i] * slopes[i];
        results[count] = summed_to(sum * density<Law>(inputs), inputs[count]);
        return results;
    }
};

template <class Law>
variable_list slopes(AutogradContext* context, const variable_list& inputs) {
    bool needed = false;
    for (int i = 0; i < Law::parameters; i++) needed |= context->needs_input_grad(i);
    if (!needed) return variable_list(Law::parameters);
    if constexpr (Law::parameters == 1) return Slopes<Law>::apply(inputs[0], inputs[1]);
    else return Slopes<Law>::apply(inputs[0], inputs[1], inputs[2]);
}

// F(x; θ), or 1 - F.
template <class Law, bool Upper>
struct DistributionFunction : Function<DistributionFunction<Law, Upper>> {
    template <class... T>
    static at::Tensor forward(AutogradContext* context, const T&... inputs) {
        context->save_for_backward({inputs...});
        return elementwise<Law, 1>(256, [](const Law& law, const auto& x, auto& y) {
            if (std::isnan(x[Law::parameters])) y[0] = x[Law::parameters];
            else if (auto mass = law.mass(Law::at(x[Law::parameters])); true) y[0] = Upper ? mass.upper : mass.lower;
        }, inputs...)[0];
    }

    static variable_list backward(AutogradContext* context, variable_list upstream) {
        constexpr int count = Law::parameters;
        auto inputs = context->get_saved_variables();
        auto results = slopes<Law>(context, inputs);
        auto signed_upstream = Upper ? -upstream[0] : upstream[0];
        results.push_back(context->needs_input_grad(count) ? density<Law>(inputs) : at::Tensor());
        for (int i = 0; i <= count; i++)
            results[i] = context->needs_input_grad(i) ? summed_to(signed_upstream * results[i], inputs[i]) : at::Tensor();
        return results;
    }
};

// The x with F(x; θ) = p, or with 1 - F(x; θ) = p: dx/dF = 1/density, dx/dθ = -(∂F/∂θ)/density.
template <class Law, bool Upper>
struct QuantileFunction : Function<QuantileFunction<Law, Upper>> {
    template <class... T>
    static at::Tensor forward(AutogradContext* context, const T&... inputs) {
        auto result = elementwise<Law, 1>(64, [](const Law& law, const auto& x, auto& y) {
            double p = x[Law::parameters];
            y[0] = Law::value(quantile(law, Upper ? 1 - p : p, Upper ? p : 1 - p));
        }, inputs...)[0];
        context->save_for_backward({inputs..., result});
        return result;
    }

    static variable_list backward(AutogradContext* context, variable_list upstream) {
        constexpr int count = Law::parameters;
        auto inputs = context->get_saved_variables();
        auto p = inputs[count];
        inputs.erase(inputs.begin() + count);
        auto results = slopes<Law>(context, inputs);
        auto share = upstream[0] / density<Law>(inputs);
        for (int i = 0; i < count; i++) results[i] = context->needs_input_grad(i) ? summed_to(-share * results[i], inputs[i]) : at::Tensor();
        results.push_back(context->needs_input_grad(count) ? summed_to(Upper ? -share : share, p) : at::Tensor());
        return results;
    }
};

struct NoLaw {
    static constexpr int parameters = 0;
    explicit NoLaw(const std::array<double, 0>&) {}
};

// log B(a, b), accurate where log Γ(a) + log Γ(b) - log Γ(a + b) cancels.
struct LogBeta : Function<LogBeta> {
    static at::Tensor forward(AutogradContext* context, const at::Tensor& a, const at::Tensor& b) {
        context->save_for_backward({a, b});
        return elementwise<NoLaw, 1>(512, [](NoLaw, const auto& x, auto& y) { y[0] = log_beta(x[0], x[1]); }, a, b)[0];
    }

    static variable_list backward(AutogradContext* context, variable_list upstream) {
        auto saved = context->get_saved_variables();
        auto sum = at::digamma(saved[0] + saved[1]);
        variable_list results;
        for (auto& input : saved) results.push_back(summed_to(upstream[0] * (at::digamma(input) - sum), input));
        return results;
    }
};

at::Tensor log_beta_of(const at::Tensor& a, const at::Tensor& b) {
    return on_host([](const at::Tensor& a, const at::Tensor& b) { return LogBeta::apply(a, b); }, a, b);
}

template <template <class> class Kind, class Law>
at::Tensor call(const at::Tensor& a, const at::Tensor& x) {
    return on_host([](const at::Tensor& a, const at::Tensor& x) { return Kind<Law>::apply(a, x); }, a, x);
}

template <template <class> class Kind, class Law>
at::Tensor call(const at::Tensor& a, const at::Tensor& b, const at::Tensor& x) {
    return on_host([](const at::Tensor& a, const at::Tensor& b, const at::Tensor& x) { return Kind<Law>::apply(a, b, x); }, a, b, x);
}

template <class Law> using Lower = DistributionFunction<Law, false>;
template <class Law> using Upper = DistributionFunction<Law, true>;
template <class Law> using Quantile = QuantileFunction<Law, false>;
template <class Law> using UpperQuantile = QuantileFunction<Law, true>;

using Two = at::Tensor (*)(const at::Tensor&, const at::Tensor&);
using Three = at::Tensor (*)(const at::Tensor&, const at::Tensor&, const at::Tensor&);

}  // namespace

TORCH_LIBRARY_FRAGMENT(functional, library) {
    library.def("log_beta(Tensor a, Tensor b) -> Tensor", &log_beta_of);
    library.def("gammainc(Tensor a, Tensor x) -> Tensor", Two(&call<Lower, GammaLaw>));
    library.def("gammaincc(Tensor a, Tensor x) -> Tensor", Two(&call<Upper, GammaLaw>));
    library.def("gammainc_inverse(Tensor a, Tensor p) -> Tensor", Two(&call<Quantile, GammaLaw>));
    library.def("gammaincc_inverse(Tensor a, Tensor q) -> Tensor", Two(&call<UpperQuantile, GammaLaw>));
    library.def("gamma_log_density(Tensor a, Tensor x) -> Tensor", Two(&call<LogDensity, GammaLaw>));
    library.def("betainc(Tensor a, Tensor b, Tensor x) -> Tensor", Three(&call<Lower, BetaLaw>));
    library.def("betainc_inverse(Tensor a, Tensor b, Tensor p) -> Tensor", Three(&call<Quantile, BetaLaw>));
    library.def("beta_log_density(Tensor a, Tensor b, Tensor x) -> Tensor", Three(&call<LogDensity, BetaLaw>));
    library.def("beta_log_density_of_logit(Tensor a, Tensor b, Tensor logit) -> Tensor", Three(&call<LogDensity, LogitBetaLaw>));
    library.def("student_cdf(Tensor nu, Tensor t) -> Tensor", Two(&call<Lower, StudentLaw>));
    library.def("student_icdf(Tensor nu, Tensor p) -> Tensor", Two(&call<Quantile, StudentLaw>));
    library.def("student_log_density(Tensor nu, Tensor t) -> Tensor", Two(&call<LogDensity, StudentLaw>));
    library.def("von_mises_cdf(Tensor kappa, Tensor x) -> Tensor", Two(&call<Lower, VonMisesLaw>));
    library.def("von_mises_icdf(Tensor kappa, Tensor p) -> Tensor", Two(&call<Quantile, VonMisesLaw>));
    library.def("von_mises_log_density(Tensor kappa, Tensor x) -> Tensor", Two(&call<LogDensity, VonMisesLaw>));
}

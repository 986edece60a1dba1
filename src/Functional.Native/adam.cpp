// One Adam step over every parameter in one call: a single pass over memory on the CPU, libtorch's grouped operators elsewhere.
// Registered with the dispatcher as functional::adam_step_; Functional's optimizer calls it once a step.
#include <torch/library.h>
#include <cmath>
#include "boundary.h"

namespace {

// Kingma & Ba (arXiv:1412.6980), algorithm 1; decoupled weight decay as in Loshchilov & Hutter (arXiv:1711.05101), algorithm 2.
struct Step {
    double rate, beta1, beta2, epsilon, decay, correction1, correction2;
    Step(double rate, double beta1, double beta2, double epsilon, double decay, int64_t step)
        : rate(rate), beta1(beta1), beta2(beta2), epsilon(epsilon), decay(decay),
          correction1(1 - std::pow(beta1, step)), correction2(1 - std::pow(beta2, step)) {}
};

// Builtins, because std::sqrt is not inlined into a function that is compiled for another processor.
[[gnu::always_inline]] inline float square_root(float x) { return __builtin_sqrtf(x); }
[[gnu::always_inline]] inline double square_root(double x) { return __builtin_sqrt(x); }

template <typename T>
[[gnu::always_inline]] inline void update_span(const Step& s, T* parameter, const T* gradient, T* first, T* second, int64_t n) {
    const T beta1 = s.beta1, beta2 = s.beta2, epsilon = s.epsilon;
    const T keep = 1 - s.rate * s.decay, size = s.rate / s.correction1, root = 1 / std::sqrt(s.correction2);
#pragma omp simd
    for (int64_t i = 0; i < n; i++) {
        T g = gradient[i];
        T m = first[i] + (1 - beta1) * (g - first[i]);
        T v = beta2 * second[i] + (1 - beta2) * g * g;
        first[i] = m;
        second[i] = v;
        parameter[i] = keep * parameter[i] - size * m / (square_root(v) * root + epsilon);
    }
}

FUNCTIONAL_CLONES void update(const Step& s, float* p, const float* g, float* m, float* v, int64_t n) { update_span(s, p, g, m, v, n); }
FUNCTIONAL_CLONES void update(const Step& s, double* p, const double* g, double* m, double* v, int64_t n) { update_span(s, p, g, m, v, n); }

bool fusible(const at::Tensor& p, const at::Tensor& g, const at::Tensor& m, const at::Tensor& v) {
    auto type = p.scalar_type();
    return p.is_cpu() && g.is_cpu() && (type == at::kFloat || type == at::kDouble) && g.scalar_type() == type && m.scalar_type() == type &&
           v.scalar_type() == type && p.is_contiguous() && m.is_contiguous() && v.is_contiguous();
}

void update_fused(const Step& s, const at::Tensor& p, const at::Tensor& gradient, const at::Tensor& m, const at::Tensor& v) {
    auto g = gradient.contiguous();
    AT_DISPATCH_FLOATING_TYPES(p.scalar_type(), "adam_step_", [&] {
        auto parameter = p.data_ptr<scalar_t>(), first = m.data_ptr<scalar_t>(), second = v.data_ptr<scalar_t>();
        auto slope = g.data_ptr<scalar_t>();
        at::parallel_for(0, p.numel(), 16384, [&](int64_t begin, int64_t end) {
            update(s, parameter + begin, slope + begin, first + begin, second + begin, end - begin);
        });
    });
    p.unsafeGetTensorImpl()->bump_version();
}

void update_grouped(const Step& s, at::TensorList parameters, at::TensorList gradients, at::TensorList first, at::TensorList second) {
    if (s.decay != 0) at::_foreach_mul_(parameters, 1 - s.rate * s.decay);
    at::_foreach_mul_(first, s.beta1);
    at::_foreach_add_(first, gradients, 1 - s.beta1);
    at::_foreach_mul_(second, s.beta2);
    at::_foreach_addcmul_(second, gradients, gradients, 1 - s.beta2);
    auto denominators = at::_foreach_sqrt(second);
    at::_foreach_div_(denominators, std::sqrt(s.correction2));
    at::_foreach_add_(denominators, s.epsilon);
    at::_foreach_addcdiv_(parameters, first, denominators, -s.rate / s.correction1);
}

void adam_step_(at::TensorList parameters, at::TensorList gradients, at::TensorList first, at::TensorList second, double rate,
                double beta1, double beta2, double epsilon, double decay, int64_t step) {
    at::NoGradGuard untracked;
    Step s(rate, beta1, beta2, epsilon, decay, step);
    bool all = true;
    for (size_t i = 0; i < parameters.size(); i++) all = all && fusible(parameters[i], gradients[i], first[i], second[i]);
    if (!all) return update_grouped(s, parameters, gradients, first, second);
    for (size_t i = 0; i < parameters.size(); i++) update_fused(s, parameters[i], gradients[i], first[i], second[i]);
}

}  // namespace

TORCH_LIBRARY(functional, library) {
    library.def(
        "adam_step_(Tensor(a!)[] parameters, Tensor[] gradients, Tensor(b!)[] first, Tensor(c!)[] second, float rate, float beta1, "
        "float beta2, float epsilon, float decay, int step) -> ()",
        &adam_step_);
}

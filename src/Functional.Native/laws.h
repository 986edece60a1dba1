// One-dimensional laws whose distribution functions have no elementary form: gamma, beta, Student's t and von Mises, in double precision.
// special.cpp makes distribution functions and quantiles of them, pathwise.cpp samples with gradients.
#pragma once
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include "vector.h"

namespace functional {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double pi = 3.14159265358979323846;
constexpr double precision = 2e-16;
constexpr int most_terms = 200000;

// Sixteen numbers, computed with side by side: two registers of AVX-512, so that one may wait for a division while the other works.
// Functions of packs are inlined into the clones that are compiled for each kind of processor.
constexpr int lanes = 16;
using Pack = double __attribute__((vector_size(lanes * sizeof(double))));
#define FUNCTIONAL_INLINE inline __attribute__((always_inline))
template <class T> FUNCTIONAL_INLINE T all_of(double x) { return T{} + x; }

// Whether x > 0 anywhere. Comparisons of packs themselves would become code for one lane after another.
FUNCTIONAL_INLINE bool any_positive(double x) { return x > 0; }
FUNCTIONAL_INLINE bool any_positive(const Pack& x) {
    double each[lanes], highest = 0;
    std::memcpy(each, &x, sizeof x);
#pragma omp simd reduction(max : highest)
    for (int i = 0; i < lanes; i++) highest = each[i] > highest ? each[i] : highest;
    return highest > 0;
}

// A number, or a pack, and its derivatives in N parameters.
template <int N, class T = double>
struct Dual {
    T v;
    std::array<T, N> d{};

    FUNCTIONAL_INLINE Dual(T value) : v(value) {}
    static FUNCTIONAL_INLINE Dual parameter(T value, int i) { Dual x(value); x.d[i] = all_of<T>(1); return x; }
    // f(x), given f and its slope.
    FUNCTIONAL_INLINE Dual apply(T value, T slope) const { Dual r(value); for (int i = 0; i < N; i++) r.d[i] = slope * d[i]; return r; }
};

#define FUNCTIONAL_DUAL template <int N, class T> FUNCTIONAL_INLINE Dual<N, T>
FUNCTIONAL_DUAL operator+(const Dual<N, T>& x, const Dual<N, T>& y) { Dual<N, T> r(x.v + y.v); for (int i = 0; i < N; i++) r.d[i] = x.d[i] + y.d[i]; return r; }
FUNCTIONAL_DUAL operator-(const Dual<N, T>& x, const Dual<N, T>& y) { Dual<N, T> r(x.v - y.v); for (int i = 0; i < N; i++) r.d[i] = x.d[i] - y.d[i]; return r; }
FUNCTIONAL_DUAL operator*(const Dual<N, T>& x, const Dual<N, T>& y) { Dual<N, T> r(x.v * y.v); for (int i = 0; i < N; i++) r.d[i] = x.d[i] * y.v + x.v * y.d[i]; return r; }
FUNCTIONAL_DUAL inverse(const Dual<N, T>& x) { T r = 1.0 / x.v; return x.apply(r, -r * r); }
FUNCTIONAL_DUAL operator/(const Dual<N, T>& x, const Dual<N, T>& y) {
    T by = 1.0 / y.v;
    Dual<N, T> r(x.v * by);
    for (int i = 0; i < N; i++) r.d[i] = (x.d[i] - r.v * y.d[i]) * by;
    return r;
}
FUNCTIONAL_DUAL operator+(const Dual<N, T>& x, double y) { Dual<N, T> r = x; r.v = x.v + y; return r; }
FUNCTIONAL_DUAL operator-(const Dual<N, T>& x, double y) { return x + -y; }
FUNCTIONAL_DUAL operator*(const Dual<N, T>& x, double y) { return x.apply(x.v * y, all_of<T>(y)); }
FUNCTIONAL_DUAL operator+(double x, const Dual<N, T>& y) { return y + x; }
FUNCTIONAL_DUAL operator-(double x, const Dual<N, T>& y) { return y.apply(x - y.v, all_of<T>(-1)); }
#undef FUNCTIONAL_DUAL

// b(0) + a(1)/(b(1) + a(2)/(b(2) + ...)), with its derivatives; term(j) gives a(j) and b(j). Modified Lentz (Thompson and Barnett, 1986).
template <int N, class T, class Term>
FUNCTIONAL_INLINE Dual<N, T> continued_fraction(Dual<N, T> first, Term term, double precision) {
    constexpr double tiny = 1e-300;  // added where a zero would be divided by; beside any other number it is nothing
    first.v += tiny;
    Dual<N, T> result = first, c = first, d = T{};
    for (int j = 1; j < most_terms; j++) {
        auto [a, b] = term(j);
        d = b + a * d;
        d.v += tiny;
        d = inverse(d);
        c = b + a / c;
        c.v += tiny;
        auto ratio = c * d;
        result = result * ratio;
        if (j % 2 == 0) continue;
        T off = ratio.v - 1;
        bool going = any_positive(off * off - precision * precision);
        for (int i = 0; i < N; i++) {
            T step = ratio.d[i] * result.v, slope = precision * result.d[i];
            going |= any_positive(step * step - slope * slope);
        }
        if (!going) break;
    }
    return result;
}

inline double log_gamma(double x) { int sign; return lgamma_r(x, &sign); }

// Without branches, for loops that become vectors; eight steps up are taken at once, as one fraction.
FUNCTIONAL_INLINE double digamma(double x) {
    double near = x < 1e30 ? x : 1e30, top = 0, bottom = 1;
    for (int k = 0; k < 8; k++) {
        top = top * (near + k) + bottom;
        bottom *= near + k;
    }
    double y = x + 8, s = 1 / (y * y);
    double tail = s * (1.0 / 12 - s * (1.0 / 120 - s * (1.0 / 252 - s * (1.0 / 240 - s * (1.0 / 132 - s * (691.0 / 32760 - s * (1.0 / 12 - s * (3617.0 / 8160))))))));
    return log(y) - 0.5 / y - tail - top / bottom;
}

// log Γ(x) - (x - 1/2) log x + x - log(2π)/2 for x ≥ 10: what Stirling's formula leaves.
inline double stirling_rest(double x) {
    double s = 1 / (x * x);
    return (1.0 / 12 - s * (1.0 / 360 - s * (1.0 / 1260 - s * (1.0 / 1680 - s * (1.0 / 1188 - s * (691.0 / 360360 - s / 156)))))) / x;
}

// log B(a, b), without the cancellation of three large log Γ.
inline double log_beta(double a, double b) {
    if (a > b) std::swap(a, b);
    if (b < 10) return log_gamma(a) + log_gamma(b) - log_gamma(a + b);
    double rest = stirling_rest(b) - stirling_rest(a + b);
    if (a < 10) return log_gamma(a) + rest - (b - 0.5) * std::log1p(a / b) - a * std::log(a + b) + a;
    return stirling_rest(a) + rest + (a - 0.5) * std::log(a / (a + b)) - (b - 0.5) * std::log1p(a / b) + 0.5 * std::log(2 * pi / (a + b));
}

// What a law with parameters θ says of a point, for a coordinate u that runs over the real line:
// the mass below and above, log dF/du, and the relative slopes (∂F/∂θ)/(∂F/∂u).
// By implicit differentiation (Figurnov, Mohamed, Mnih, arXiv:1805.08498) a sample moves with θ by minus the latter.
template <int N>
struct Mass {
    double lower, upper, log_slope;
    std::array<double, N> relative;
    static Mass none() { return {0, 1, -infinite, {}}; }
    static Mass all() { return {1, 0, -infinite, {}}; }
    // From F / (dF/du), with its derivatives in the parameters, and those of log dF/du.
    static Mass from_lower(double log_slope, const Dual<N>& ratio, const std::array<double, N>& scores) {
        Mass m{std::min(1.0, std::exp(log_slope) * ratio.v), 0, log_slope, {}};
        m.upper = 1 - m.lower;
        for (int i = 0; i < N; i++) m.relative[i] = scores[i] * ratio.v + ratio.d[i];
        return m;
    }
    static Mass from_upper(double log_slope, const Dual<N>& ratio, const std::array<double, N>& scores) {
        auto m = from_lower(log_slope, ratio, scores);
        std::swap(m.lower, m.upper);
        for (auto& r : m.relative) r = -r;
        return m;
    }
};

// Gamma(concentration a, rate 1); u = log x.
struct GammaLaw {
    static constexpr int parameters = 1;
    static constexpr double lowest = -750, highest = 720;
    struct Point { double x, log; };

    double a, normalizer, psi;
    explicit GammaLaw(const std::array<double, 1>& p) : a(p[0]), normalizer(a < 10 ? log_gamma(a) : stirling_rest(a)), psi(digamma(a)) {}

    static double value(double u) { return u <= lowest ? 0 : u >= highest ? infinite : std::exp(u); }
    static double value_slope(double x) { return x; }  // dx/du
    static Point at(double x) { return {x, x > 0 ? std::log(x) : -infinite}; }
    static Point coordinate(double u) { return {std::exp(u), u}; }
    double start() const { return std::log(a) - 0.5 / (a + 0.1); }

    // a log x - x - log Γ(a).
    double log_slope(Point p) const {
        if (a < 10) return a * p.log - p.x - normalizer;
        double off = (p.x - a) / a;
        double power = std::abs(off) < 0.5 ? a * (std::log1p(off) - off) : a * (p.log - std::log(a)) - (p.x - a);
        return power + 0.5 * std::log(a / (2 * pi)) - normalizer;
    }

    double log_density(double x) const {
        if (x <= 0 || x == infinite) return x != 0 || a > 1 ? -infinite : a < 1 ? infinite : 0;
        auto p = at(x);
        return log_slope(p) - p.log;
    }

    template <class T> static std::array<T, 2> scores(const T& a, const T& x) { return {log(x) - digamma(a), (a - 1.0) / x - 1.0}; }
    std::array<double, 2> scores(double x) const { return {std::log(x) - psi, (a == 1 ? 0 : (a - 1) / x) - 1}; }

    Mass<1> mass(Point p) const {
        if (p.log == -infinite) return Mass<1>::none();
        if (p.x == infinite) return Mass<1>::all();
        return p.x < a + 1 ? Mass<1>::from_lower(log_slope(p), series(a, p.x, precision), {p.log - psi})
                           : Mass<1>::from_upper(log_slope(p), fraction(a, p.x, precision), {p.log - psi});
    }

    // Σ_n x^n / (a (a+1) ... (a+n)).
    template <class T>
    static FUNCTIONAL_INLINE Dual<1, T> series(T a, T x, double precision) {
        T term = 1 / a, log_derivative = -term, sum = term, derivative = term * log_derivative;
        for (int n = 1; n < most_terms; n++) {
            T r = 1 / (a + n);
            term *= x * r;
            log_derivative -= r;
            sum += term;
            derivative += term * log_derivative;
            if (n % 4 == 0 && !any_positive(term - precision * sum) && !any_positive(precision * derivative - term * log_derivative)) break;
        }
        Dual<1, T> result(sum);
        result.d[0] = derivative;
        return result;
    }

    // 1/(x + 1 - a - 1 (1 - a)/(x + 3 - a - 2 (2 - a)/(x + 5 - a - ...))).
    template <class T>
    static FUNCTIONAL_INLINE Dual<1, T> fraction(T a_value, T x, double precision) {
        auto a = Dual<1, T>::parameter(a_value, 0);
        auto term = [&](int j) __attribute__((always_inline)) {
            auto b = 0.0 - a;
            b.v += x + (2.0 * j + 1);
            return std::make_pair((a - double(j)) * double(j), b);
        };
        return inverse(continued_fraction<1, T>(term(0).second, term, precision));
    }

    // Up to where the series serves when only its slope is asked for: what cancels there is below 1e-11.
    static FUNCTIONAL_INLINE double reach(double a) { return a < 0.1 ? a + 1 : a + 5 + 4 * std::sqrt(a); }
};

// Beta(a, b); u = log(x / (1 - x)).
struct BetaLaw {
    static constexpr int parameters = 2;
    static constexpr double lowest = -750, highest = 750;
    struct Point { double x, y, log_x, log_y; };  // y = 1 - x

    double a, b, normalizer, psi_a, psi_b, psi_sum;
    BetaLaw(const std::array<double, 2>& p)
        : a(p[0]), b(p[1]), normalizer(std::min(a, b) < 10 ? log_beta(a, b) : 0), psi_a(digamma(a)), psi_b(digamma(b)), psi_sum(digamma(a + b)) {}

    static double value(double u) { return u <= lowest ? 0 : u > 0 ? 1 / (1 + std::exp(-u)) : std::exp(u) / (1 + std::exp(u)); }
    static Point at(double x) { return {x, 1 - x, x > 0 ? std::log(x) : -infinite, x < 1 ? std::log1p(-x) : -infinite}; }
    static Point coordinate(double u) {
        double fade = std::exp(-std::abs(u)), rest = std::log1p(fade), small = fade / (1 + fade), large = 1 / (1 + fade);
        return u > 0 ? Point{large, small, -rest, -u - rest} : Point{small, large, u - rest, -rest};
    }
    double start() const { return std::log(a / b); }

    // a log x + b log y - log B(a, b).
    double log_slope(const Point& p) const {
        if (std::min(a, b) < 10) return a * p.log_x + b * p.log_y - normalizer;
        double off = p.x * b - p.y * a, sum = a + b;
        double power = std::abs(off) < 0.5 * std::min(a, b) ? a * std::log1p(off / a) + b * std::log1p(-off / b)
                                                             : a * (p.log_x - std::log(a / sum)) + b * (p.log_y - std::log(b / sum));
        return power + 0.5 * std::log(a / (2 * pi) * (b / sum)) + stirling_rest(sum) - stirling_rest(a) - stirling_rest(b);
    }

    // log x^(a-1) (1-x)^(b-1) / B(a, b), at the ends its limit.
    double log_density(double x) const {
        if (!(x >= 0 && x <= 1)) return -infinite;
        auto p = at(x);
        if (x == 0 || x == 1) {
            double exponent = x == 0 ? a - 1 : b - 1;
            return exponent > 0 ? -infinite : exponent < 0 ? infinite : -log_beta(a, b);
        }
        return log_slope(p) - p.log_x - p.log_y;
    }

    template <class T> static std::array<T, 3> scores(const T& a, const T& b, const T& x) {
        T sum = digamma(a + b);
        return {log(x) - digamma(a) + sum, log1p(-x) - digamma(b) + sum, (a - 1.0) / x - (b - 1.0) / (1.0 - x)};
    }
    std::array<double, 3> scores(double x) const {
        return {std::log(x) - psi_a + psi_sum, std::log1p(-x) - psi_b + psi_sum, (a == 1 ? 0 : (a - 1) / x) - (b == 1 ? 0 : (b - 1) / (1 - x))};
    }

    Mass<2> mass(const Point& p) const {
        if (p.log_x == -infinite) return Mass<2>::none();
        if (p.log_y == -infinite) return Mass<2>::all();
        std::array<double, 2> scores{p.log_x - psi_a + psi_sum, p.log_y - psi_b + psi_sum};
        auto a = Dual<2>::parameter(this->a, 0), b = Dual<2>::parameter(this->b, 1);
        return p.x < (this->a + 1) / (this->a + this->b + 2) ? Mass<2>::from_lower(log_slope(p), fraction(a, b, p.x, precision), scores)
                                                             : Mass<2>::from_upper(log_slope(p), fraction(b, a, p.y, precision), scores);
    }

    // DLMF 8.17.22, divided by a.
    template <class T>
    static FUNCTIONAL_INLINE Dual<2, T> fraction(const Dual<2, T>& a, const Dual<2, T>& b, const T& x, double precision) {
        const Dual<2, T> one = all_of<T>(1);
        auto f = continued_fraction<2, T>(one, [&](int j) __attribute__((always_inline)) {
            double m = j / 2;
            auto top = j % 2 ? 0.0 - (a + m) * (a + b + m) : (b - m) * m;
            auto term = top / ((a + double(j - 1)) * (a + double(j)));
            return std::make_pair(term.apply(term.v * x, x), one);
        }, precision);
        return inverse(a * f);
    }
};

// The same seen from u: log p(x(u)), where x itself may have rounded to 0 or 1.
struct LogitBetaLaw : BetaLaw {
    using BetaLaw::BetaLaw;
    double log_density(double u) const {
        auto p = coordinate(u);
        return log_slope(p) - p.log_x - p.log_y;
    }

    template <class T> static std::array<T, 3> scores(const T& a, const T& b, const T& u) {
        T sum = digamma(a + b), x = sigmoid(u);
        return {log_sigmoid(u) - digamma(a) + sum, log_sigmoid(-u) - digamma(b) + sum, (a - 1.0) * (1.0 - x) - (b - 1.0) * x};
    }
    std::array<double, 3> scores(double u) const {
        auto p = coordinate(u);
        return {p.log_x - psi_a + psi_sum, p.log_y - psi_b + psi_sum, (a - 1) * p.y - (b - 1) * p.x};
    }
};

// Student's t with ν degrees of freedom; u = asinh t.
struct StudentLaw {
    static constexpr int parameters = 1;
    static constexpr double lowest = -710, highest = 710;
    using Point = double;

    double nu, normalizer;
    BetaLaw beta;
    StudentLaw(const std::array<double, 1>& p) : nu(p[0]), normalizer(-log_beta(0.5 * nu, 0.5) - 0.5 * std::log(nu)), beta({0.5 * nu, 0.5}) {}

    static double value(double u) { return u <= lowest ? -infinite : u >= highest ? infinite : std::sinh(u); }
    static Point at(double t) { return t; }
    static Point coordinate(double u) { return std::sinh(u); }
    double start() const { return 0; }

    // log(t²/ν), and log(1 + t²/ν).
    double log_square(double t) const { return 2 * std::log(std::abs(t)) - std::log(nu); }
    double log_sum(double t) const { return std::abs(t) < 1e100 ? std::log1p(t * t / nu) : log_square(t); }
    double log_density(double t) const { return normalizer - 0.5 * (nu + 1) * log_sum(t); }

    template <class T> static std::array<T, 2> scores(const T& nu, const T& t) {
        T square = t * t / nu;
        T ratio = square / (1.0 + square);
        return {0.5 * (digamma((nu + 1.0) * 0.5) - digamma(nu * 0.5) - 1.0 / nu - log1p(square) + (nu + 1.0) / nu * ratio), -(nu + 1.0) * t / (nu + t * t)};
    }
    std::array<double, 2> scores(double t) const {
        double ratio = std::abs(t) < 1e100 ? t * t / (nu + t * t) : 1;
        return {0.5 * (beta.psi_sum - beta.psi_a - 1 / nu - log_sum(t) + (nu + 1) / nu * ratio), t == 0 ? 0.0 : -(nu + 1) * ratio / t};
    }

    // 2 min(F, 1 - F) = I_z(ν/2, 1/2), z = ν/(ν + t²), whence dz/dν = z (1 - z)/ν.
    Mass<1> mass(double t) const {
        double log_z = -log_sum(t), log_y = t == 0 ? -infinite : log_square(t) + log_z, z = std::exp(log_z), y = std::exp(log_y);
        double log_slope = log_density(t) + std::log(std::hypot(1.0, t));
        if (t == 0) return {0.5, 0.5, log_slope, {0}};
        if (z == 0) return t < 0 ? Mass<1>::none() : Mass<1>::all();
        auto tails = beta.mass({z, y, log_z, log_y});
        double outer = 0.5 * tails.lower, inner = 1 - outer;
        if (tails.upper < 0.5) inner = 0.5 + 0.5 * tails.upper, outer = 0.5 - 0.5 * tails.upper;
        double slope = 0.5 * (0.5 * tails.relative[0] + 1 / nu) * std::exp(tails.log_slope - log_slope);
        return t < 0 ? Mass<1>{outer, inner, log_slope, {slope}} : Mass<1>{inner, outer, log_slope, {-slope}};
    }
};

// Von Mises with concentration κ around 0; u is the angle, from -π to π.
struct VonMisesLaw {
    static constexpr int parameters = 1;
    static constexpr double lowest = -pi, highest = pi;
    static constexpr double large = 100;
    using Point = double;

    double kappa, log_i0e, ratio_less_one;  // log I₀(κ) - κ and its derivative, I₁/I₀ - 1
    VonMisesLaw(const std::array<double, 1>& p) : kappa(p[0]) {
        auto bessel = kappa < large ? small_normalizer() : large_normalizer();
        log_i0e = std::log(bessel.v);
        ratio_less_one = bessel.d[0] / bessel.v;
    }

    static double value(double u) { return u; }
    static double value_slope(double) { return 1; }
    static Point at(double x) { return x; }
    static Point coordinate(double u) { return u; }
    double start() const { return 0; }
    static double versine(double x) { double s = std::sin(0.5 * x); return 2 * s * s; }
    double log_density(double x) const { return -kappa * versine(x) - std::log(2 * pi) - log_i0e; }

    template <class T> static std::array<T, 2> scores(const T& kappa, const T& x) {
        T half = sin(x * 0.5);
        return {-2.0 * half * half - special_i1e(kappa) / special_i0e(kappa) + 1.0, -kappa * sin(x)};
    }
    std::array<double, 2> scores(double x) const { return {-versine(x) - ratio_less_one, -kappa * std::sin(x)}; }

    // Every turn beyond ±π adds one.
    Mass<1> mass(double angle) const {
        double turns = std::nearbyint(angle / (2 * pi)), x = angle - 2 * pi * turns;
        auto tail = kappa < large ? 0.5 - small_share(std::abs(x)) : large_tail(std::abs(x));
        double log_slope = log_density(x), outer = std::max(0.0, tail.v), slope = log_slope > -600 ? tail.d[0] * std::exp(-log_slope) : 0;
        return x < 0 ? Mass<1>{turns + outer, 1 - outer - turns, log_slope, {slope}} : Mass<1>{turns + (1 - outer), outer - turns, log_slope, {-slope}};
    }

    // How far down the ratios r_j = I_j/I_{j-1} = 1/(2j/κ + r_{j+1}) are followed (Hill, 1977, algorithm 518).
    int depth() const { return 32 + int(0.8 * kappa); }

    // I₀(κ) exp(-κ) from exp(κ) = I₀ + 2 Σ_j I_j.
    Dual<1> small_normalizer() const {
        auto k = Dual<1>::parameter(kappa, 0);
        Dual<1> r = 0.0, sum = 0.0;
        for (int j = depth(); j > 0; j--) {
            r = k / (2.0 * j + k * r);
            sum = r * (sum + 1);
        }
        return inverse(1.0 + sum * 2);
    }

    // F - 1/2 = x/2π + 1/π Σ_j I_j/I₀ sin(j x)/j.
    Dual<1> small_share(double x) const {
        auto k = Dual<1>::parameter(kappa, 0);
        Dual<1> r = 0.0, sum = 0.0;
        int n = depth();
        double c = std::cos(x), s = std::sin(x), cosine = std::cos(n * x), sine = std::sin(n * x);
        for (int j = n; j > 0; j--) {
            r = k / (2.0 * j + k * r);
            sum = r * (sum + sine / j);
            double next = cosine * c + sine * s;
            sine = sine * c - cosine * s;
            cosine = next;
        }
        return sum * (1 / pi) + x / (2 * pi);
    }

    // With s = 2√κ sin(x/2) the density is that of exp(-s²/2) (1 - s²/4κ)^(-1/2), expanded in 1/κ.
    Dual<1> large_normalizer() const {
        auto k = Dual<1>::parameter(kappa, 0);
        Dual<1> term = 1.0, sum = 1.0;
        for (int n = 1; n < 18; n++) {
            double odd = 2 * n - 1;
            term = term * (odd * odd / (8.0 * n)) / k;
            sum = sum + term;
        }
        return sum / root(k * (2 * pi));
    }

    // 1 - F, for x ≥ 0. What lies beyond π is below exp(-2κ).
    Dual<1> large_tail(double x) const {
        auto k = Dual<1>::parameter(kappa, 0), s = root(k) * (2 * std::sin(0.5 * x));
        double bell = std::exp(-0.5 * s.v * s.v);
        auto fade = s.apply(bell, -s.v * bell), square = s * s, power = s;                                // s^(2n-1)
        auto moment = s.apply(std::sqrt(pi / 2) * std::erfc(s.v / std::sqrt(2)), -bell), sum = moment;  // ∫ t^2n exp(-t²/2) from s on
        Dual<1> coefficient = 1.0;
        for (int n = 1; n < 18; n++) {
            double odd = 2 * n - 1;
            moment = moment * odd + power * fade;
            power = power * square;
            coefficient = coefficient * (odd / (8.0 * n)) / k;
            sum = sum + coefficient * moment;
        }
        return sum / (root(k) * large_normalizer() * (2 * pi));
    }

    static Dual<1> root(const Dual<1>& x) { double r = std::sqrt(x.v); return x.apply(r, 0.5 / r); }
};

// The u with that mass below and above, by Newton's method on the logarithm of the smaller tail, kept between bounds.
template <class Law>
double quantile(const Law& law, double below, double above) {
    if (!(below >= 0 && above >= 0)) return std::numeric_limits<double>::quiet_NaN();
    if (below == 0) return Law::lowest;
    if (above == 0) return Law::highest;
    bool left = below <= above;
    double target = std::log(left ? below : above), low = Law::lowest, high = Law::highest;
    double u = std::min(high, std::max(low, law.start()));
    for (int step = 0; step < 300; step++) {
        auto mass = law.mass(Law::coordinate(u));
        double tail = std::log(left ? mass.lower : mass.upper), miss = tail - target;
        if (left == (miss < 0)) low = u;
        else high = u;
        double newton = (left ? -miss : miss) / std::exp(mass.log_slope - tail), next = u + newton;
        if (std::abs(newton) <= 1e-10 * std::abs(u) + 1e-12) return next;  // the step after it would be its square
        if (!(next > low && next < high)) next = 0.5 * (low + high);
        if (next == low || next == high) return next;
        u = next;
    }
    return u;
}

}  // namespace functional

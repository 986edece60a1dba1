// Functions of a value, a location and a scale, which densities and draws of location-scale families are made of: one pass over memory each way,
// sums over what the parameters repeat over included. Registered as functional::standard_normal_log_density and so on; and all_between.
#include <torch/library.h>
#include <cmath>
#include <limits>
#include "dense.h"
#include "elementwise.h"
#include "recorded.h"
#include "vector.h"

namespace {

using namespace functional;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

[[gnu::always_inline]] inline float exponential(float x) { return expf(x); }
[[gnu::always_inline]] inline double exponential(double x) { return exp(x); }

template <class T> struct Slopes { T value, location, scale; };

// location + scale value.
struct Located {
    template <class T> static T at(T x, T location, T scale) { return location + scale * x; }
    template <class T> static Slopes<T> slopes(T x, T, T scale) { return {scale, 1, x}; }
};

// (value - location)/scale.
struct Standardized {
    template <class T> static T at(T x, T location, T scale) { return (x - location) / scale; }
    template <class T> static Slopes<T> slopes(T x, T location, T scale) {
        T by = 1 / scale, z = (x - location) * by;
        return {by, -by, -z * by};
    }
};

// g(z) of z = (value - location)/scale.
template <class Standard>
struct Density {
    template <class T> static T at(T x, T location, T scale) { return Standard::at((x - location) / scale); }
    template <class T> static Slopes<T> slopes(T x, T location, T scale) {
        T by = 1 / scale, z = (x - location) * by, slope = Standard::slope(z) * by;
        return {slope, -slope, -slope * z};
    }
};

// log g of each standard density, for a number and for a tensor.
struct StandardNormal {
    static constexpr double log_root_two_pi = 0.918938533204672741780;
    template <class T> static T at(T z) { return T(-0.5) * z * z - T(log_root_two_pi); }
    template <class T> static T slope(T z) { return -z; }
    static at::Tensor at(const at::Tensor& z) { return z.square() * -0.5 - log_root_two_pi; }
};

struct StandardLaplace {
    static constexpr double log_two = 0.693147180559945309417;
    template <class T> static T at(T z) { return -(z < 0 ? -z : z) - T(log_two); }
    template <class T> static T slope(T z) { return z > 0 ? -1 : z < 0 ? 1 : 0 * z; }
    static at::Tensor at(const at::Tensor& z) { return -z.abs() - log_two; }
};

// exp(-z) stops growing, and has no slope, where it comes close to the largest number.
struct StandardGumbel {
    template <class T> static constexpr T most = sizeof(T) == 8 ? 700 : 85;
    template <class T> static T at(T z) { return -z - exponential(-z > most<T> ? most<T> : -z); }
    template <class T> static T slope(T z) { return -z > most<T> ? T(-1) : exponential(-z) - 1; }
    static at::Tensor at(const at::Tensor& z) {
        return -z - (-z).clamp_max(z.scalar_type() == at::kDouble ? most<double> : most<float>).exp();
    }
};

template <class T, class Kind>
[[gnu::always_inline]] inline void forward_row(const T* x, const T* location, const T* scale, T* to, int64_t n) {
#pragma omp simd
    for (int64_t i = 0; i < n; i++) to[i] = Kind::template at<T>(x[i], location[i], scale[i]);
}

// Gradients in the parameters are added to what is there.
template <class T, class Kind>
[[gnu::always_inline]] inline void backward_row(const T* x, const T* location, const T* scale, const T* upstream, T* to_x, T* to_location, T* to_scale, int64_t n) {
#pragma omp simd
    for (int64_t i = 0; i < n; i++) {
        auto slopes = Kind::template slopes<T>(x[i], location[i], scale[i]);
        to_x[i] = upstream[i] * slopes.value;
        to_location[i] += upstream[i] * slopes.location;
        to_scale[i] += upstream[i] * slopes.scale;
    }
}

#define FUNCTIONAL_KERNELS(Kind, T)                                                                                                  \
    FUNCTIONAL_CLONES void forward_kernel(Kind, const T* x, const T* l, const T* s, T* to, int64_t n) { forward_row<T, Kind>(x, l, s, to, n); } \
    FUNCTIONAL_CLONES void backward_kernel(Kind, const T* x, const T* l, const T* s, const T* u, T* dx, T* dl, T* ds, int64_t n) {              \
        backward_row<T, Kind>(x, l, s, u, dx, dl, ds, n);                                                                           \
    }
#define FUNCTIONAL_KERNELS_OF(Kind) FUNCTIONAL_KERNELS(Kind, float) FUNCTIONAL_KERNELS(Kind, double)
FUNCTIONAL_KERNELS_OF(Located)
FUNCTIONAL_KERNELS_OF(Standardized)
FUNCTIONAL_KERNELS_OF(Density<StandardNormal>)
FUNCTIONAL_KERNELS_OF(Density<StandardLaplace>)
FUNCTIONAL_KERNELS_OF(Density<StandardGumbel>)
#undef FUNCTIONAL_KERNELS_OF
#undef FUNCTIONAL_KERNELS

// The same in ordinary operators.
at::Tensor formula(Located, const at::Tensor& x, const at::Tensor& location, const at::Tensor& scale) { return location + scale * x; }
at::Tensor formula(Standardized, const at::Tensor& x, const at::Tensor& location, const at::Tensor& scale) { return (x - location) / scale; }
template <class Standard>
at::Tensor formula(Density<Standard>, const at::Tensor& x, const at::Tensor& location, const at::Tensor& scale) {
    return Standard::at((x - location) / scale);
}

// Values as rows over columns of parameters, in tiles that threads take. Few columns become more by taking in axes of the value.
struct Table {
    static constexpr int64_t few = 64, tile_rows = 64, tile_columns = 512;
    std::vector<int64_t> shape, column_shape;
    int64_t rows = 1, columns = 1, down, across;
    at::Tensor x, location, scale;

    Table(const at::Tensor& value, const at::Tensor& l, const at::Tensor& s) : shape(at::infer_size(value.sizes(), at::infer_size(l.sizes(), s.sizes()))) {
        int64_t rank = shape.size(), axis = rank;
        while (axis > 0 && (rank - axis < std::max(l.dim(), s.dim()) || columns < few)) columns *= shape[--axis];
        column_shape.assign(shape.begin() + axis, shape.end());
        for (int64_t i = 0; i < axis; i++) rows *= shape[i];
        down = (rows + tile_rows - 1) / tile_rows, across = (columns + tile_columns - 1) / tile_columns;
        x = value.detach().expand(shape).contiguous();
        location = l.detach().expand(column_shape).contiguous(), scale = s.detach().expand(column_shape).contiguous();
    }

    // body(block of rows, first row, row after the last, first column, their count)
    template <class Body>
    void tiles(const Body& body) const {
        if (x.numel() == 0) return;
        at::parallel_for(0, down * across, 1, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; i++) {
                int64_t block = i / across, column = i % across * tile_columns;
                body(block, block * tile_rows, std::min(rows, (block + 1) * tile_rows), column, std::min(tile_columns, columns - column));
            }
        });
    }
};

// A number of each for each element, few enough for one thread: neither tiles nor sums.
bool is_plain(const at::Tensor& value, const at::Tensor& location, const at::Tensor& scale) {
    constexpr int64_t most = 16384;
    auto alike = [&](const at::Tensor& t) { return is_dense(*t.unsafeGetTensorImpl()) && t.sizes() == value.sizes() && t.dtype() == value.dtype(); };
    return value.numel() <= most && alike(value) && alike(location) && alike(scale);
}

template <class Kind>
struct Fused : torch::autograd::Function<Fused<Kind>> {
    static at::Tensor forward_plain(const at::Tensor& value, const at::Tensor& location, const at::Tensor& scale) {
        auto result = dense(value.sizes(), value.dtype());
        typed(value.dtype(), [&](auto zero) {
            using T = decltype(zero);
            forward_kernel(Kind(), elements<T>(value), elements<T>(location), elements<T>(scale), elements<T>(result), value.numel());
        });
        return result;
    }

    static variable_list backward_plain(const variable_list& saved, const at::Tensor& upstream) {
        const auto& value = saved[0];
        variable_list gradients;
        for (int i = 0; i < 3; i++) gradients.push_back(dense(value.sizes(), value.dtype()));
        typed(value.dtype(), [&](auto zero) {
            using T = decltype(zero);
            for (int i = 1; i < 3; i++) std::fill_n(elements<T>(gradients[i]), value.numel(), zero);
            backward_kernel(Kind(), elements<T>(value), elements<T>(saved[1]), elements<T>(saved[2]), elements<T>(upstream),
                            elements<T>(gradients[0]), elements<T>(gradients[1]), elements<T>(gradients[2]), value.numel());
        });
        return gradients;
    }

    static at::Tensor forward(AutogradContext* context, const at::Tensor& value, const at::Tensor& location, const at::Tensor& scale) {
        context->save_for_backward({value, location, scale});
        if (is_plain(value, location, scale)) return forward_plain(value, location, scale);
        Table table(value, location, scale);
        auto result = at::empty(table.shape, table.x.options());
        AT_DISPATCH_FLOATING_TYPES(result.scalar_type(), "functional::location", [&] {
            auto x = table.x.data_ptr<scalar_t>(), l = table.location.data_ptr<scalar_t>(), s = table.scale.data_ptr<scalar_t>();
            auto to = result.data_ptr<scalar_t>();
            table.tiles([&](int64_t, int64_t first, int64_t end, int64_t column, int64_t n) {
                for (int64_t at = first * table.columns + column; first < end; first++, at += table.columns)
                    forward_kernel(Kind(), x + at, l + column, s + column, to + at, n);
            });
        });
        return result;
    }

    // When the gradient is itself to be differentiated, it is that of the ordinary operators.
    static variable_list backward(AutogradContext* context, variable_list upstream) {
        auto saved = context->get_saved_variables();
        if (!at::GradMode::is_enabled()) return backward_fused(context, saved, upstream[0]);
        return recorded_gradients(context, saved, upstream, 3, [](const variable_list& x) { return formula(Kind(), x[0], x[1], x[2]); });
    }

    static variable_list backward_fused(AutogradContext* context, const variable_list& saved, const at::Tensor& upstream) {
        if (is_plain(saved[0], saved[1], saved[2])) return backward_plain(saved, upstream.contiguous());
        Table table(saved[0], saved[1], saved[2]);
        bool one_for_all = true;
        for (int64_t axis = 0; axis < upstream.dim(); axis++) one_for_all &= upstream.stride(axis) == 0 || upstream.size(axis) == 1;
        auto from = one_for_all ? upstream : upstream.contiguous(), to_x = at::empty(table.shape, table.x.options());
        // A row for each block of rows, so that the sums do not depend on the number of threads.
        auto to_location = at::zeros({table.down, table.columns}, table.x.options()), to_scale = at::zeros_like(to_location);
        AT_DISPATCH_FLOATING_TYPES(to_x.scalar_type(), "functional::location", [&] {
            auto x = table.x.data_ptr<scalar_t>(), l = table.location.data_ptr<scalar_t>(), s = table.scale.data_ptr<scalar_t>();
            auto u = from.data_ptr<scalar_t>(), dx = to_x.data_ptr<scalar_t>(), dl = to_location.data_ptr<scalar_t>(), ds = to_scale.data_ptr<scalar_t>();
            table.tiles([&](int64_t block, int64_t first, int64_t end, int64_t column, int64_t n) {
                scalar_t same[Table::tile_columns];
                if (one_for_all) std::fill_n(same, n, *u);
                auto sums = block * table.columns + column;
                for (int64_t at = first * table.columns + column; first < end; first++, at += table.columns)
                    backward_kernel(Kind(), x + at, l + column, s + column, one_for_all ? same : u + at, dx + at, dl + sums, ds + sums, n);
            });
        });
        variable_list gradients{to_x, to_location.sum(0).view(table.column_shape), to_scale.sum(0).view(table.column_shape)};
        for (int i = 0; i < 3; i++) gradients[i] = context->needs_input_grad(i) ? summed_to(gradients[i], saved[i]) : at::Tensor();
        return gradients;
    }
};

template <class Kind>
at::Tensor of_location(const at::Tensor& value, const at::Tensor& location, const at::Tensor& scale) {
    auto type = value.scalar_type();
    bool fusible = type == at::kFloat || type == at::kDouble;
    for (auto& t : {value, location, scale}) fusible &= t.is_cpu() && t.scalar_type() == type;
    return fusible ? Fused<Kind>::apply(value, location, scale) : formula(Kind(), value, location, scale);
}

// ---- bounds ----

template <class T>
[[gnu::always_inline]] inline bool between_block(const T* x, int64_t n, T low, T high, bool closed_low, bool closed_high) {
    int outside = 0;
#pragma omp simd reduction(| : outside)
    for (int64_t i = 0; i < n; i++)
        outside |= !((x[i] > low) | ((x[i] == low) & closed_low)) | !((x[i] < high) | ((x[i] == high) & closed_high));
    return outside == 0;
}

FUNCTIONAL_CLONES bool between(const float* x, int64_t n, float low, float high, bool cl, bool ch) { return between_block(x, n, low, high, cl, ch); }
FUNCTIONAL_CLONES bool between(const double* x, int64_t n, double low, double high, bool cl, bool ch) { return between_block(x, n, low, high, cl, ch); }

// Whether all values lie between two bounds, which belong to the range or not, in one pass that remembers nothing.
at::Tensor all_between(const at::Tensor& value, double low, double high, bool closed_low, bool closed_high) {
    auto type = value.scalar_type();
    if (!value.is_cpu() || (type != at::kFloat && type != at::kDouble)) {
        auto above = closed_low ? value >= low : value > low, below = closed_high ? value <= high : value < high;
        return above.logical_and(below).all();
    }
    auto x = value.detach().contiguous();
    std::atomic<bool> holds{true};
    AT_DISPATCH_FLOATING_TYPES(type, "functional::all_between", [&] {
        auto data = x.data_ptr<scalar_t>();
        at::parallel_for(0, x.numel(), 32768, [&](int64_t begin, int64_t end) {
            if (!between(data + begin, end - begin, scalar_t(low), scalar_t(high), closed_low, closed_high)) holds = false;
        });
    });
    return at::scalar_tensor(holds.load(), at::kBool);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(functional, library) {
    library.def("located(Tensor value, Tensor location, Tensor scale) -> Tensor", &of_location<Located>);
    library.def("standardized(Tensor value, Tensor location, Tensor scale) -> Tensor", &of_location<Standardized>);
    library.def("standard_normal_log_density(Tensor value, Tensor location, Tensor scale) -> Tensor", &of_location<Density<StandardNormal>>);
    library.def("standard_laplace_log_density(Tensor value, Tensor location, Tensor scale) -> Tensor", &of_location<Density<StandardLaplace>>);
    library.def("standard_gumbel_log_density(Tensor value, Tensor location, Tensor scale) -> Tensor", &of_location<Density<StandardGumbel>>);
    library.def("all_between(Tensor value, float low, float high, bool closed_low, bool closed_high) -> Tensor", &all_between);
}

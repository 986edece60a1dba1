// Special functions that libtorch lacks, or has without all derivatives, elementwise over tensors that broadcast.
// Used by families whose distribution functions have no elementary form; computed in double precision whatever the dtype.
namespace Functional

open Functional.Tensors
open Functional.Tensors.Native

module internal Special =

    let private binary (name: string) =
        let op = Operators.find $"functional::{name}" ""
        fun (a: Tensor) (b: Tensor) -> new Tensor(op.Tensor(a.Handle, b.Handle))

    let private ternary (name: string) =
        let op = Operators.find $"functional::{name}" ""

        fun (a: Tensor) (b: Tensor) (c: Tensor) ->
            new Tensor(op.Tensor [| Arg.tensor a.Handle; Arg.tensor b.Handle; Arg.tensor c.Handle |])

    // ---- distribution functions: once differentiable in the parameters, any number of times in the last argument ----

    /// P(a, x) = ∫₀ˣ t^(a-1) exp(-t) dt / Γ(a), the regularized lower incomplete gamma function; 0 for x ≤ 0.
    let gammainc: Tensor -> Tensor -> Tensor = binary "gammainc"

    /// Q(a, x) = 1 - P(a, x), without cancellation.
    let gammaincc: Tensor -> Tensor -> Tensor = binary "gammaincc"

    /// I_x(a, b) = ∫₀ˣ t^(a-1) (1-t)^(b-1) dt / B(a, b), the regularized incomplete beta function; 0 for x ≤ 0, 1 for x ≥ 1.
    let betainc: Tensor -> Tensor -> Tensor -> Tensor = ternary "betainc"

    /// The distribution function of Student's t with ν degrees of freedom.
    let studentCdf: Tensor -> Tensor -> Tensor = binary "student_cdf"

    /// The distribution function of the von Mises distribution with concentration κ around 0 on [-π, π]; each turn beyond adds one.
    let vonMisesCdf: Tensor -> Tensor -> Tensor = binary "von_mises_cdf"

    // ---- their inverses in the last argument ----

    /// The x with P(a, x) = p.
    let gammaincInverse: Tensor -> Tensor -> Tensor = binary "gammainc_inverse"

    /// The x with Q(a, x) = q.
    let gammainccInverse: Tensor -> Tensor -> Tensor = binary "gammaincc_inverse"

    /// The x with I_x(a, b) = p.
    let betaincInverse: Tensor -> Tensor -> Tensor -> Tensor = ternary "betainc_inverse"

    /// The t below which a share p of Student's t with ν degrees of freedom lies.
    let studentIcdf: Tensor -> Tensor -> Tensor = binary "student_icdf"

    /// The angle below which a share p of the von Mises distribution with concentration κ around 0 lies.
    let vonMisesIcdf: Tensor -> Tensor -> Tensor = binary "von_mises_icdf"

    // ---- their log-densities: differentiable any number of times ----

    /// (a-1) log x - x - log Γ(a).
    let gammaLogDensity: Tensor -> Tensor -> Tensor = binary "gamma_log_density"

    /// (a-1) log x + (b-1) log(1-x) - log B(a, b).
    let betaLogDensity: Tensor -> Tensor -> Tensor -> Tensor = ternary "beta_log_density"

    /// The same at x = 1/(1 + exp(-y)) as a function of y, where x itself may have rounded to 0 or 1.
    let betaLogDensityOfLogit: Tensor -> Tensor -> Tensor -> Tensor = ternary "beta_log_density_of_logit"

    /// log Γ((ν+1)/2) - log Γ(ν/2) - log(νπ)/2 - (ν+1)/2 log(1 + t²/ν).
    let studentLogDensity: Tensor -> Tensor -> Tensor = binary "student_log_density"

    /// κ cos x - log 2π I₀(κ).
    let vonMisesLogDensity: Tensor -> Tensor -> Tensor = binary "von_mises_log_density"

    // ---- normalizers ----

    /// log B(a, b) = log Γ(a) + log Γ(b) - log Γ(a + b), without their cancellation.
    let logBeta: Tensor -> Tensor -> Tensor = binary "log_beta"

    // ---- precision ----

    /// A formula whose large terms cancel, of a few parameters: computed in float64, returned in the type of the first.
    let inDouble (formula: Tensor list -> Tensor) (parameters: Tensor list) : Tensor =
        let wide = [ for parameter in parameters -> parameter.cast Dtype.Float64 ]
        (formula wide).cast parameters.Head.dtype

    /// The smallest positive number of full precision.
    let smallest (dtype: Dtype) : float =
        match dtype with
        | Dtype.Float64 -> 2.2250738585072014e-308
        | Dtype.Float16 -> 6.103515625e-5
        | _ -> 1.1754943508222875e-38

    /// exp, of no more than what leaves it finite with room to spare.
    let boundedExp (exponent: Tensor) : Tensor =
        (exponent.clamp (high = -(log (smallest exponent.dtype)) - 3.0)).exp()

// The convex conjugate f*(t) = sup_u [u t - f(u)] of a function that is known only by its values, by Newton's method and bisection.
// f-divergences of the user's own are made with it.
namespace Functional

open Functional.Tensors

module internal Legendre =

    /// u is sought among exp ±reach: the squares of both ends are still numbers.
    let reach = 300.0

    // Bisection alone halves the bracket to exp(±300 / 2^40); the value errs by the square of that, and Newton's steps are far sooner.
    let private steps = 40

    let private rounding = 4e-16

    /// f'(u), element by element.
    let derivative (f: Tensor -> Tensor) (u: Tensor) : Tensor =
        dsharp.grad (fun (u: Tensor) -> (f u).sum()) u

    // f'(exp s) and its derivative in s.
    let private slope (f: Tensor -> Tensor) (s: Tensor) : Tensor * Tensor =
        dsharp.fjacobianTv (fun (s: Tensor) -> derivative f (s.exp ())) s (s.onesLike ())

    // f' never falls: what is no number at the far ends counts as infinite.
    let private excess (f: Tensor -> Tensor) (t: Tensor) (s: Tensor) : Tensor * Tensor =
        let value, change = slope f s
        let beyond = s.sign () * infinity
        dsharp.where (value.isnan (), beyond, value) - t, change

    let private choose (condition: Tensor) (a: Tensor) (b: Tensor) = dsharp.where (condition, a, b)

    // Newton's step where it stays inside the bracket and halves the step before the last, bisection elsewhere.
    let private step (f: Tensor -> Tensor) (t: Tensor) (low: Tensor, high: Tensor, s: Tensor, before: Tensor, last: Tensor) =
        let excess, change = excess f t s
        // Where f' has come as close to t as its digits let it, u grows no further.
        let isAbove = excess.ge ((t.abs () + 1.0) * -rounding)
        let low, high = choose isAbove low s, choose isAbove s high
        let newton = s - excess / change
        // At the solution steps are rounding, perhaps beyond the bracket; bisection would lead far away from it.
        let least = s.abs () * 1e-12 + 1e-12
        let inside = (newton.ge (low - least)).logicalAnd(newton.le (high + least))
        let quick = ((newton - s).abs()).le((before.abs () * 0.5).max least)
        // A slope that overflows would make the step 0.
        let isNewton = inside.logicalAnd(quick).logicalAnd(change.isfinite ())
        let next = choose isNewton newton ((low + high) * 0.5)
        low, high, next, last, next - s

    /// log u* of the u* where u t - f(u) is largest: f'(u*) = t, or an end where f' does not reach t. In float64.
    let logMaximizer (f: Tensor -> Tensor) (t: Tensor) : Tensor =
        Gradient.off (fun () ->
            Scope.run (fun () ->
                let low, high = t.fullLike -reach, t.fullLike reach
                let begin' = low, high, t.zerosLike (), high - low, high - low
                let _, _, s, _, _ = Seq.fold (fun state _ -> step f t state) begin' (seq { 1..steps })
                s))

    /// f*(t) = u* t - f(u*), infinite above f'(∞): the derivative in t is u*, by the envelope theorem; once differentiable.
    /// Computed in float64 whatever the dtype.
    let conjugate (f: Tensor -> Tensor) (highest: float) (t: Tensor) : Tensor =
        let exact = t.cast Dtype.Float64
        let u = (logMaximizer f (exact.noDiff ())).exp()
        let value = u * exact - f u
        let isBeyond = exact.gt (highest + 1e-12 * (1.0 + abs highest))
        (dsharp.where (isBeyond, value.scalarLike infinity, value)).cast t.dtype

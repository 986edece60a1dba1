// What an f-divergence of the user's own needs to know of f, which is all that there is: its convexity, its limits, f*(f'(u)).
// FDivergence.ofGenerator is made of these; the conjugate at any other place is Legendre's.
namespace Functional

open Functional.Tensors

module internal OwnGenerator =

    /// A convex f lies between its tangents: f'(a) (b - a) ≤ f(b) - f(a) ≤ f'(b) (b - a) from each point a of a grid to the next, b.
    /// Raises ArgumentException where it does not, where f(1) is not 0, and where f does not map element by element.
    let check (name: string) (f: Tensor -> Tensor) =
        Scope.run (fun () ->
            let u = dsharp.linspace(-10.0, 10.0, 401, dtype = Dtype.Float64).exp()
            let values = f u

            if values.shape <> u.shape then
                raise (Errors.FDivergence.notElementwise name u.shape values.shape)

            let atOne = (f (u.scalarLike 1.0)).toDouble()

            if not (abs atOne <= 1e-9) then
                raise (Errors.FDivergence.notZeroAtOne name atOne)

            let slopes = Legendre.derivative f u
            let last = u.shape[0] - 1
            let step (t: Tensor) = t[1..] - t[.. last - 1]
            let rise, run = step values, step u
            let slack = (values.abs () + (slopes * u).abs())[1..] * 1e-9 + 1e-12
            let above = rise.ge (slopes[.. last - 1] * run - slack)
            let holds = above.logicalAnd (rise.le (slopes[1..] * run + slack))
            let broken = holds.logicalNot ()

            if broken.any().toBool() then
                let place = broken.cast(Dtype.Int32).argmax()[0]
                raise (Errors.FDivergence.notConvex name (u[place].toDouble()) (u[place + 1].toDouble())))

    /// The limit of a convex function's value or slope from three points at equal steps of log u, where what is missing to a power of u
    /// falls by the same factor each time (Aitken's Δ²): infinite where the steps do not become smaller.
    let limit (f: Tensor -> Tensor) (farthest: float) : float =
        let at (share: float) =
            (f (dsharp.scalar(farthest * share, dtype = Dtype.Float64).exp())).toDouble()

        let near, middle, far = at (1.0 / 3.0), at (2.0 / 3.0), at 1.0
        let before, last = middle - near, far - middle

        if abs last <= 1e-14 * (1.0 + abs far) then far
        elif abs last < (1.0 - 1e-3) * abs before then far - last * last / (last - before)
        else infinity

    /// The bounds of log u around 0 between which u f'(u) - f(u), a difference, has six digits.
    let keptDigits (f: Tensor -> Tensor) : float * float =
        Scope.run (fun () ->
            let reach = Legendre.reach
            let l = dsharp.linspace (-reach, reach, int (2.0 * reach) + 1, dtype = Dtype.Float64)
            let u = l.exp ()
            let values, slopes = f u, Legendre.derivative f u * u
            let lost = (values.abs () + slopes.abs ()) * 1e-15
            let isLost = lost.le(((slopes - values).abs() + 1.0) * 1e-6).logicalNot()
            let never = l.scalarLike (infinity)
            let high = (dsharp.where (isLost.logicalAnd (l.gt 0.0), l, never)).min().toDouble()
            let low = -(dsharp.where (isLost.logicalAnd (l.lt 0.0), -l, never)).min().toDouble()
            max low -reach, min high reach)

    /// f*(f'(u)) = u f'(u) - f(u). Its differential is u df'(u), by the envelope theorem; the other terms cancel, and would leave their
    /// rounding. The trapezoid's rule keeps the second derivative.
    let conjugateAt (f: Tensor -> Tensor) (u: Tensor) : Tensor =
        let t = Legendre.derivative f u
        let u0, t0 = u.noDiff (), t.noDiff ()
        (u0 * t0 - f u0) + (u + u0) * (t - t0) * 0.5

    /// f computed in float64, in the dtype of its argument.
    let inDouble (f: Tensor -> Tensor) (x: Tensor) : Tensor = (f (x.cast Dtype.Float64)).cast x.dtype

// Stochastic differential equations whose noise depends on the time alone, and two ways to step through them.
// Diffusions forwards and in reverse are such; ReverseSde samples with them.
namespace Functional

open Functional.Tensors

/// dx = a(x, t) dt + g(t) dw, for points x of shape [n; ...] and times t of shape [n].
type Sde =
    {
        /// a(x, t), of the shape of x.
        Drift: Tensor -> Tensor -> Tensor
        /// g²(t), of the shape of t.
        DiffusionSquared: Tensor -> Tensor
    }

/// One step of a stochastic differential equation.
type SdeMethod =
    {
        /// What it is called.
        Name: string
        /// Moments after a fixed time err as h to this power (weak order).
        Order: int
        /// x at t + h from the equation, t, h, x at t and standard normal noise of its shape. Where h is negative time
        /// runs back.
        Step: Sde -> float -> float -> Tensor -> Tensor -> Tensor
        /// Where it is from.
        Source: string
    }

    override this.ToString() = this.Name

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module SdeMethod =

    /// x + a(x, t) h + g(t) √|h| z. One evaluation a step.
    let eulerMaruyama: SdeMethod =
        { Name = "Euler-Maruyama"
          Order = 1
          Step =
            fun sde t h x z ->
                let times = Rows.constant x t
                let strength = (sde.DiffusionSquared times * abs h).sqrt()
                x + sde.Drift x times * h + z * Rows.lift x strength
          Source = "Maruyama 1955, doi:10.1007/BF02846028" }

    /// x̃ = x + a(x, t) h + n, x' = x + h/2 [a(x, t) + a(x̃, t + h)] + n, n = √(|h| (g²(t) + g²(t + h))/2) z. Two
    /// evaluations a step.
    let heun: SdeMethod =
        { Name = "stochastic Heun"
          Order = 2
          Step =
            fun sde t h x z ->
                let now, later = Rows.constant x t, Rows.constant x (t + h)
                let strength = ((sde.DiffusionSquared now + sde.DiffusionSquared later) * (0.5 * abs h)).sqrt()
                let noise = z * Rows.lift x strength
                let drift = sde.Drift x now
                let guess = x + drift * h + noise
                x + (drift + sde.Drift guess later) * (0.5 * h) + noise
          Source = "Kloeden & Platen 1992, doi:10.1007/978-3-662-12616-5, section 15.1, for additive noise" }

    /// Both.
    let all: SdeMethod list = [ eulerMaruyama; heun ]

/// x(t₁) from x(t₀), forwards or backwards in time.
module SdeSolver =

    // What the steps of a block leave behind is freed at its end.
    let private block = 32

    /// x(t₁) from x(t₀), [n; ...], in so many steps of one length; nothing is read from the device. Raises
    /// ArgumentException for fewer steps than one.
    let solve (method: SdeMethod) (steps: int) (sde: Sde) (start: float, finish: float) (x: Tensor) : Tensor =
        if steps < 1 then
            raise (Errors.OdeSolver.option "steps" "at least 1" steps)

        let h = (finish - start) / float steps

        let one x number =
            Scope.run (fun () -> method.Step sde (start + float number * h) h x (Rows.noise x))

        let many x (numbers: int[]) =
            Scope.run (fun () -> Array.fold one x numbers)

        [| 0 .. steps - 1 |] |> Array.chunkBySize block |> Array.fold many x

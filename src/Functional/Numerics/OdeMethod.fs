// Explicit Runge-Kutta methods as values: a tableau of numbers each, the step that they all share, and what Dormand-Prince 5(4) has beside it.
// OdeSolver takes the steps; the laws measure every method's order and hold it against the one that it declares.
namespace Functional

open Functional.Tensors
open Functional.Tensors.Native

/// An explicit Runge-Kutta method for dx/dt = f(t, x):
/// k_i = f(t + c_i h, x + h Σ_{j<i} a_ij k_j), x(t + h) ≈ x + h Σ_i b_i k_i.
type OdeMethod =
    {
        /// What it is called.
        Name: string
        /// The error after a fixed time falls as h to this power.
        Order: int
        /// c, one for each evaluation; the first is 0.
        Nodes: float list
        /// a, the rows below the diagonal: none for the first evaluation.
        Coefficients: float list list
        /// b.
        Weights: float list
        /// Where it is from.
        Source: string
    }

    override this.ToString() = this.Name

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module OdeMethod =

    /// x + h f(t, x). One evaluation a step.
    let euler: OdeMethod =
        { Name = "Euler"
          Order = 1
          Nodes = [ 0.0 ]
          Coefficients = [ [] ]
          Weights = [ 1.0 ]
          Source = "Euler, Institutionum calculi integralis, 1768, section 2.7" }

    /// x + h f(t + h/2, x + h/2 f(t, x)). Two evaluations a step.
    let midpoint: OdeMethod =
        { Name = "midpoint"
          Order = 2
          Nodes = [ 0.0; 0.5 ]
          Coefficients = [ []; [ 0.5 ] ]
          Weights = [ 0.0; 1.0 ]
          Source = "Runge 1895, doi:10.1007/BF01446807" }

    /// x + h/2 [f(t, x) + f(t + h, x + h f(t, x))]: the trapezoidal rule with Euler's step for the end. Two evaluations a step.
    let heun: OdeMethod =
        { Name = "Heun"
          Order = 2
          Nodes = [ 0.0; 1.0 ]
          Coefficients = [ []; [ 1.0 ] ]
          Weights = [ 0.5; 0.5 ]
          Source = "Heun 1900, Zeitschrift für Mathematik und Physik 45; Karras et al. 2022, arXiv:2206.00364, algorithm 1" }

    /// The classical method of Runge and Kutta. Four evaluations a step.
    let rungeKutta4: OdeMethod =
        { Name = "Runge-Kutta 4"
          Order = 4
          Nodes = [ 0.0; 0.5; 0.5; 1.0 ]
          Coefficients = [ []; [ 0.5 ]; [ 0.0; 0.5 ]; [ 0.0; 0.0; 1.0 ] ]
          Weights = [ 1.0 / 6.0; 1.0 / 3.0; 1.0 / 3.0; 1.0 / 6.0 ]
          Source = "Kutta 1901, Zeitschrift für Mathematik und Physik 46" }

    /// The fifth-order method that OdeSolver.solve adapts. Six evaluations a step: the seventh has no weight. Adaptive steps take it, to estimate the error,
    /// and as the first of the next step; fixed steps leave it out.
    let dormandPrince: OdeMethod =
        let weights = [ 35.0 / 384.0; 0.0; 500.0 / 1113.0; 125.0 / 192.0; -2187.0 / 6784.0; 11.0 / 84.0 ]

        { Name = "Dormand-Prince 5"
          Order = 5
          Nodes = [ 0.0; 1.0 / 5.0; 3.0 / 10.0; 4.0 / 5.0; 8.0 / 9.0; 1.0; 1.0 ]
          Coefficients =
            [ []
              [ 1.0 / 5.0 ]
              [ 3.0 / 40.0; 9.0 / 40.0 ]
              [ 44.0 / 45.0; -56.0 / 15.0; 32.0 / 9.0 ]
              [ 19372.0 / 6561.0; -25360.0 / 2187.0; 64448.0 / 6561.0; -212.0 / 729.0 ]
              [ 9017.0 / 3168.0; -355.0 / 33.0; 46732.0 / 5247.0; 49.0 / 176.0; -5103.0 / 18656.0 ]
              weights ]
          Weights = weights @ [ 0.0 ]
          Source = "Dormand & Prince 1980, doi:10.1016/0771-050X(80)90013-3" }

    /// Every method.
    let all: OdeMethod list = [ euler; midpoint; heun; rungeKutta4; dormandPrince ]

    /// Raises ArgumentException where the parts of a tableau do not fit each other.
    let internal check (method: OdeMethod) =
        let rows = method.Coefficients |> List.map _.Length
        let count = rows.Length
        let isExplicit = rows = [ 0 .. count - 1 ] && List.tryHead method.Nodes = Some 0.0
        let isComplete = method.Nodes.Length = count && method.Weights.Length = count

        if not (isExplicit && isComplete && abs (List.sum method.Weights - 1.0) < 1e-9) then
            raise (Errors.OdeSolver.tableau method.Name method.Nodes.Length rows method.Weights.Length)

    let private add = Operators.atenOverload "add" "Tensor"

    // x + factor · k in one pass
    let private plus (x: Tensor) (factor: float) (k: Tensor) : Tensor =
        new Tensor(add.Tensor [| Arg.tensor x.Handle; Arg.tensor k.Handle; Arg.scalar factor |])

    /// x + h Σ_i w_i k_i for every part of a state.
    let internal combine (h: float) (weights: float list) (slopes: Tensor[] list) (x: Tensor[]) : Tensor[] =
        let addTo (sum: Tensor[]) (weight: float) (slope: Tensor[]) =
            if weight = 0.0 then
                sum
            else
                Array.map2 (fun part slope -> plus part (h * weight) slope) sum slope

        List.fold2 addTo x weights slopes

    /// k_1, k_2, ..., of which the first is given, and the place where the last was taken.
    let internal slopes
        (method: OdeMethod)
        (field: float -> Tensor[] -> Tensor[])
        (t: float)
        (h: float)
        (x: Tensor[])
        (first: Tensor[])
        : Tensor[] list * Tensor[] =
        let evaluate (slopes: Tensor[] list, _) (node: float, row: float list) =
            let place = combine h row slopes x
            slopes @ [ field (t + node * h) place ], place

        List.zip method.Nodes.Tail method.Coefficients.Tail |> List.fold evaluate ([ first ], x)

    /// The method without the last evaluations that have no weight, which serve others to estimate the error.
    let internal trimmed (method: OdeMethod) : OdeMethod =
        let count = 1 + List.findIndexBack ((<>) 0.0) method.Weights

        { method with
            Nodes = List.truncate count method.Nodes
            Coefficients = List.truncate count method.Coefficients
            Weights = List.truncate count method.Weights }

    /// One step.
    let internal step (method: OdeMethod) (field: float -> Tensor[] -> Tensor[]) (t: float) (h: float) (x: Tensor[]) : Tensor[] =
        let slopes, _ = slopes method field t h x (field t x)
        combine h method.Weights slopes x

/// What Dormand-Prince 5(4) has beside its tableau.
module internal DormandPrince =

    /// b - b̂: the fifth-order solution less the fourth-order one
    let errorWeights = [ 71.0 / 57600.0; 0.0; -71.0 / 16695.0; 71.0 / 1920.0; -17253.0 / 339200.0; 22.0 / 525.0; -1.0 / 40.0 ]

    // d of the interpolant: Hairer, Nørsett & Wanner 1993, code dopri5.f
    let private denseWeights =
        [ -12715105075.0 / 11282082432.0
          0.0
          87487479700.0 / 32700410799.0
          -10690763975.0 / 1880347072.0
          701980252875.0 / 199316789632.0
          -1453857185.0 / 822651844.0
          69997945.0 / 29380423.0 ]

    /// b_i(θ) of x(t + θ h) ≈ x + h Σ b_i(θ) k_i: the cubic through both ends with their slopes, and θ²(1-θ)² d_i.
    let weightsAt (share: float) : float list =
        let rest = 1.0 - share

        List.zip OdeMethod.dormandPrince.Weights denseWeights
        |> List.mapi (fun i (weight, dense) ->
            let first, last = (if i = 0 then 1.0 else 0.0), (if i = 6 then 1.0 else 0.0)

            share * weight
            + share * rest * (first - weight)
            + share * share * rest * (2.0 * weight - first - last)
            + share * share * rest * rest * dense)

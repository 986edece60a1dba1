// What the C# facade calls of losses, bounds and the estimators of their gradients: delegates for functions, lists as arrays.
// Only src/Functional.CSharp uses it; it decides nothing, and what it forwards to is documented where it is defined.
namespace Functional.Interop

open System
open Functional
open Functional.Tensors

/// Losses, and the bounds that they are made of.
module internal ObjectiveBridge =

    let terms (loss: Loss) = List.toArray loss.Terms
    let map (f: Func<Tensor, Tensor>) (loss: Loss) = Loss.map f.Invoke loss
    let gradients (loss: Tensor) (parameters: Tensor[]) = Gradient.ofLoss loss parameters

    let guide (run: GuidedRun) = ProgramBridge.nothingTraced run.Guide
    let model (run: GuidedRun) = ProgramBridge.nothingTraced run.Model

    let ofIntegrand (name: string) (particles: int) (terms: Func<GuidedRun, Loss>) : Bound =
        Bound.ofIntegrand name particles terms.Invoke

    let ofWeights (name: string) (particles: int) (combine: Func<Tensor, Tensor>) : Bound =
        Bound.ofWeights name particles combine.Invoke

    let weighedBy (beta: Func<float>) (particles: int) : Bound = Elbo.weighedBy beta.Invoke particles

    let capacity (beta: float) (capacity: Func<float>) (particles: int) : Bound =
        Elbo.capacity beta capacity.Invoke particles

    let objective (bound: Bound) (model: Func<'Batch, Program<'M>>) (guide: Func<'Batch, Program<'G>>) : Func<'Batch, Loss> =
        Func<_, _>(Bound.objective bound model.Invoke guide.Invoke)

    let sleep (model: Program<'M>) (guide: Func<Trace<'M>, Program<'G>>) : Loss = WakeSleep.sleep model guide.Invoke

/// Estimators: one changed in a single part.
module internal EstimatorBridge =

    let draw (estimator: Estimator) (site: Site) : DrawGradient = estimator.Draw site
    let withName (name: string) (estimator: Estimator) = { estimator with Name = name }
    let withDraw (draw: Func<Site, DrawGradient>) (estimator: Estimator) = { estimator with Draw = draw.Invoke }
    let withBaseline (baseline: Baseline) (estimator: Estimator) = { estimator with Baseline = baseline }
    let withPath (path: GradientPath) (estimator: Estimator) : Estimator = { estimator with Path = path }

// What the C# facade calls of the variational autoencoders: struct tuples for pairs, arrays for lists, delegates for objectives.
// Only src/Functional.CSharp uses it; it decides nothing, and what it forwards to is documented where it is defined.
namespace Functional.Interop

open System
open Functional
open Functional.Tensors

/// Networks and objectives whose input is a pair.
module internal PairBridge =

    let ofStruct (net: Net<struct ('A * 'B), 'Out>) : Net<'A * 'B, 'Out> =
        NetworkBridge.adapt (Func<_, _>(fun (a, b) -> struct (a, b))) (Func<_, _> id) net

    let toStruct (net: Net<'A * 'B, 'Out>) : Net<struct ('A * 'B), 'Out> =
        NetworkBridge.adapt (Func<_, _>(fun (struct (a, b)) -> a, b)) (Func<_, _> id) net

    let objective (objective: Objective<'A * 'B>) : Func<struct ('A * 'B), Loss> =
        Func<_, _>(fun (struct (a, b)) -> objective (a, b))

/// Given a context.
module internal ConditionalVaeBridge =

    let parameters (vae: ConditionalVae) = List.toArray vae.Parameters

    let model (mode: Mode) (vae: ConditionalVae) (x: Tensor) (context: Tensor) : Program<ValueTuple> =
        ConditionalVae.model mode vae (x, context) |> ProgramBridge.nothing

    let objective (bound: Bound) (vae: ConditionalVae) =
        PairBridge.objective (ConditionalVae.objective bound vae)

    let loss (vae: ConditionalVae) =
        PairBridge.objective (ConditionalVae.loss vae)

/// Given the visible pixels.
module internal InPaintingBridge =

    let model (mode: Mode) (vae: ConditionalVae) (x: Tensor) (visible: Tensor) : Program<ValueTuple> =
        InPainting.model mode vae (x, visible) |> ProgramBridge.nothing

    let objective (bound: Bound) (vae: ConditionalVae) =
        PairBridge.objective (InPainting.objective bound vae)

/// With a VampPrior. C# has System.ValueTuple for the input of a network that takes none.
module internal VampVaeBridge =

    let ofNothing (net: Net<ValueTuple, Tensor>) : Net<unit, Tensor> =
        NetworkBridge.adapt (Func<_, _>(fun () -> ValueTuple())) (Func<_, _> id) net

    let toNothing (net: Net<unit, Tensor>) : Net<ValueTuple, Tensor> =
        NetworkBridge.adapt (Func<_, _>(fun (_: ValueTuple) -> ())) (Func<_, _> id) net

    let parameters (vae: VampVae) = List.toArray vae.Parameters

    let model (mode: Mode) (vae: VampVae) (x: Tensor) : Program<ValueTuple> =
        VampVae.model mode vae x |> ProgramBridge.nothing

    let objective (bound: Bound) (vae: VampVae) : Func<Tensor, Loss> = Func<_, _>(VampVae.objective bound vae)
    let loss (vae: VampVae) : Func<Tensor, Loss> = Func<_, _>(VampVae.loss vae)

/// With a mixture prior.
module internal GaussianMixtureVaeBridge =

    let parameters (vae: GaussianMixtureVae) = List.toArray vae.Parameters

    let model (mode: Mode) (vae: GaussianMixtureVae) (x: Tensor) : Program<ValueTuple> =
        GaussianMixtureVae.model mode vae x |> ProgramBridge.nothing

    let objective (bound: Bound) (vae: GaussianMixtureVae) : Func<Tensor, Loss> =
        Func<_, _>(GaussianMixtureVae.objective bound vae)

    let loss (vae: GaussianMixtureVae) : Func<Tensor, Loss> = Func<_, _>(GaussianMixtureVae.loss vae)

/// With some labels.
module internal SemiSupervisedVaeBridge =

    let parameters (vae: SemiSupervisedVae) = List.toArray vae.Parameters

    let model (mode: Mode) (vae: SemiSupervisedVae) (x: Tensor) : Program<ValueTuple> =
        SemiSupervisedVae.model mode vae x |> ProgramBridge.nothing

    let labelledModel (mode: Mode) (vae: SemiSupervisedVae) (x: Tensor) (y: Tensor) : Program<ValueTuple> =
        SemiSupervisedVae.labelledModel mode vae (x, y) |> ProgramBridge.nothing

    let unlabelledObjective (bound: Bound) (vae: SemiSupervisedVae) : Func<Tensor, Loss> =
        Func<_, _>(SemiSupervisedVae.unlabelledObjective bound vae)

    let labelledObjective (bound: Bound) (vae: SemiSupervisedVae) =
        PairBridge.objective (SemiSupervisedVae.labelledObjective bound vae)

    let classification (vae: SemiSupervisedVae) =
        PairBridge.objective (SemiSupervisedVae.classification vae)

    let objective
        (alpha: float)
        (bound: Bound)
        (vae: SemiSupervisedVae)
        : Func<struct (struct (Tensor * Tensor) * Tensor), Loss> =
        let objective = SemiSupervisedVae.objective alpha bound vae
        Func<_, _>(fun (struct (struct (x, y), unlabelled)) -> objective ((x, y), unlabelled))

/// With several layers of latent variables.
module internal HierarchicalVaeBridge =

    let bottomUp (encoders: Net<Tensor, Distribution>[]) =
        Hierarchy.BottomUp(List.ofArray encoders)

    let ladder (rungs: struct (Net<Tensor, Tensor> * Net<Tensor, Distribution>)[]) =
        Hierarchy.Ladder [ for struct (upward, encoder) in rungs -> upward, encoder ]

    let create (inference: Hierarchy) (decoders: Net<Tensor, Distribution>[]) (prior: Distribution) : HierarchicalVae =
        { Inference = inference; Decoders = List.ofArray decoders; Prior = prior }

    let parameters (vae: HierarchicalVae) = List.toArray vae.Parameters

    let model (mode: Mode) (vae: HierarchicalVae) (x: Tensor) : Program<ValueTuple> =
        HierarchicalVae.model mode vae x |> ProgramBridge.nothing

    let guide (mode: Mode) (vae: HierarchicalVae) (x: Tensor) : Program<ValueTuple> =
        HierarchicalVae.guide mode vae x |> ProgramBridge.nothing

    let objective (bound: Bound) (vae: HierarchicalVae) : Func<Tensor, Loss> =
        Func<_, _>(HierarchicalVae.objective bound vae)

    let loss (vae: HierarchicalVae) : Func<Tensor, Loss> = Func<_, _>(HierarchicalVae.loss vae)

/// Parts of images.
module internal QuadrantsBridge =

    let create (height: int) (width: int) (visible: Quadrant[]) =
        Quadrants(height, width, List.ofArray visible)

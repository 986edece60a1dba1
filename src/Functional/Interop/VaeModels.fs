// What the C# facade calls of the variational autoencoders: struct tuples for pairs, arrays for lists, one face for four models.
// Only src/Functional.CSharp uses it; it decides nothing, and what it forwards to is documented where it is defined.
namespace Functional.Interop

open System
open Functional
open Functional.Tensors

/// Networks whose input is a pair.
module internal PairBridge =

    let ofStruct (net: Net<struct ('A * 'B), 'Out>) : Net<'A * 'B, 'Out> =
        NetworkBridge.adapt (Func<_, _>(fun (a, b) -> struct (a, b))) (Func<_, _> id) net

    let toStruct (net: Net<'A * 'B, 'Out>) : Net<struct ('A * 'B), 'Out> =
        NetworkBridge.adapt (Func<_, _>(fun (struct (a, b)) -> a, b)) (Func<_, _> id) net

/// Networks without input. C# has System.ValueTuple for what they take.
module internal NothingBridge =

    let ofValue (net: Net<ValueTuple, Tensor>) : Net<unit, Tensor> =
        NetworkBridge.adapt (Func<_, _>(fun () -> ValueTuple())) (Func<_, _> id) net

    let toValue (net: Net<unit, Tensor>) : Net<ValueTuple, Tensor> =
        NetworkBridge.adapt (Func<_, _>(fun (_: ValueTuple) -> ())) (Func<_, _> id) net

/// How several layers of latent variables are inferred.
module internal HierarchyBridge =

    let bottomUp (encoders: Net<Tensor, Distribution>[]) =
        Hierarchy.BottomUp(List.ofArray encoders)

    let ladder (rungs: struct (Net<Tensor, Tensor> * Net<Tensor, Distribution>)[]) =
        Hierarchy.Ladder [ for struct (upward, encoder) in rungs -> upward, encoder ]

    let create (inference: Hierarchy) (decoders: Net<Tensor, Distribution>[]) (prior: Distribution) : HierarchicalVae =
        { Inference = inference; Decoders = List.ofArray decoders; Prior = prior }

/// What a variational autoencoder does with a batch of examples, whatever its prior and its layers.
type internal IVae =
    abstract Parts: IModel
    abstract Model: Mode * Tensor -> Program<unit>
    abstract Estimate: Mode * Bound * Tensor -> Loss
    abstract Objective: Bound -> Objective<Tensor>
    abstract Loss: Tensor -> Loss
    abstract Elbo: Tensor -> Loss
    abstract LogEvidence: int * Tensor -> Tensor
    abstract Reconstruct: Tensor -> Tensor
    abstract Generate: int -> Tensor
    abstract Sample: int -> Tensor

module internal VaeBridge =

    let ofVae (vae: Vae) : IVae =
        let loss = Vae.loss vae

        { new IVae with
            member _.Parts = vae
            member _.Model(mode, x) = Vae.model mode vae x
            member _.Estimate(mode, bound, x) = Vae.estimate mode bound vae x
            member _.Objective bound = Vae.objective bound vae
            member _.Loss x = loss x
            member _.Elbo x = Vae.elbo vae x
            member _.LogEvidence(samples, x) = Vae.logEvidence samples vae x
            member _.Reconstruct x = Vae.reconstruct vae x
            member _.Generate count = Vae.generate count vae
            member _.Sample count = Vae.sample count vae }

    let ofVampVae (vae: VampVae) : IVae =
        let loss = VampVae.loss vae

        { new IVae with
            member _.Parts = vae
            member _.Model(mode, x) = VampVae.model mode vae x
            member _.Estimate(mode, bound, x) = VampVae.estimate mode bound vae x
            member _.Objective bound = VampVae.objective bound vae
            member _.Loss x = loss x
            member _.Elbo x = VampVae.elbo vae x
            member _.LogEvidence(samples, x) = VampVae.logEvidence samples vae x
            member _.Reconstruct x = VampVae.reconstruct vae x
            member _.Generate count = VampVae.generate count vae
            member _.Sample count = VampVae.sample count vae }

    let ofGaussianMixtureVae (vae: GaussianMixtureVae) : IVae =
        let loss = GaussianMixtureVae.loss vae

        { new IVae with
            member _.Parts = vae
            member _.Model(mode, x) = GaussianMixtureVae.model mode vae x

            member _.Estimate(mode, bound, x) =
                GaussianMixtureVae.estimate mode bound vae x

            member _.Objective bound = GaussianMixtureVae.objective bound vae
            member _.Loss x = loss x
            member _.Elbo x = GaussianMixtureVae.elbo vae x

            member _.LogEvidence(samples, x) =
                GaussianMixtureVae.logEvidence samples vae x

            member _.Reconstruct x = GaussianMixtureVae.reconstruct vae x
            member _.Generate count = GaussianMixtureVae.generate count vae
            member _.Sample count = GaussianMixtureVae.sample count vae }

    let ofHierarchicalVae (vae: HierarchicalVae) : IVae =
        let loss = HierarchicalVae.loss vae

        { new IVae with
            member _.Parts = vae
            member _.Model(mode, x) = HierarchicalVae.model mode vae x

            member _.Estimate(mode, bound, x) =
                HierarchicalVae.estimate mode bound vae x

            member _.Objective bound = HierarchicalVae.objective bound vae
            member _.Loss x = loss x
            member _.Elbo x = HierarchicalVae.elbo vae x

            member _.LogEvidence(samples, x) =
                HierarchicalVae.logEvidence samples vae x

            member _.Reconstruct x = HierarchicalVae.reconstruct vae x
            member _.Generate count = HierarchicalVae.generate count vae
            member _.Sample count = HierarchicalVae.sample count vae }

/// Parts of images.
module internal QuadrantsBridge =

    let create (height: int) (width: int) (visible: Quadrant[]) =
        Quadrants(height, width, List.ofArray visible)

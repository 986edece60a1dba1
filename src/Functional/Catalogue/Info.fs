// What the catalogue tells of families, transforms, bounds and estimators: what they can do is found out by asking an example.
// Entries.fs lists all of them, Catalogue prints them.
namespace Functional

open System
open Functional.Tensors

/// A family of distributions. What it has is what an example of it has.
[<Sealed>]
type FamilyInfo internal (group: string, family: Type, given: string, examples: (unit -> Distribution) list) =

    let ask (question: Distribution -> bool) : bool =
        Scope.run (fun () -> Random.withSeed 1 (fun () -> question (examples.Head())))

    let has (member': Distribution -> Tensor) : bool =
        ask (fun example ->
            try
                member' example |> ignore
                true
            with :? NotSupportedException ->
                false)

    /// Its class.
    member _.Type = family

    member _.Name = family.Name

    /// Which kind it is: Continuous, Multivariate, Discrete, Relaxed, Images or Structural.
    member _.Group = group

    /// An instance, made anew.
    member _.Example() : Distribution = examples.Head()

    /// One for each way to give its parameters.
    member _.Examples() : Distribution list =
        [ for example in examples -> example () ]

    /// What it is made of, where that is not only its parameters: other distributions.
    member _.Given = given

    /// Where its values lie.
    member this.Support = this.Example().Support

    /// Whether samples are a differentiable function of the parameters.
    member _.HasPathwiseGradient = ask _.HasRSample

    /// Whether mean and variance are there, and finite.
    member _.HasMoments = has _.Variance && ask (fun example -> (example.Mean + example.Variance).isfinite().all().toBool())

    member _.HasEntropy = has _.Entropy()

    member _.HasCdf = has (fun example -> example.Cdf(example.Sample()))

    member _.HasIcdf = has (fun example -> example.Icdf(dsharp.full (example.Sample().shape, 0.5)))

/// A class of transforms.
[<Sealed>]
type TransformInfo internal (transform: Type, given: string, example: unit -> Transform) =

    /// Its class.
    member _.Type = transform

    member _.Name = transform.Name

    /// An instance, made anew.
    member _.Example() : Transform = example ()

    /// What it is made of, where that is not only its parameters: other transforms, shapes.
    member _.Given = given

/// A bound on the evidence.
[<Sealed>]
type BoundInfo internal (name: string, formula: string, source: string, seesBatch: bool, make: int -> Bound) =

    internal new(name, formula, source, make) = BoundInfo(name, formula, source, false, make)

    /// What makes it: `Elbo.bound`.
    member _.Name = name

    /// What it estimates.
    member _.Formula = formula

    /// Where it comes from.
    member _.Source = source

    /// Whether it compares the codes of a batch with one another, so that it takes one particle and a guide with one draw for each example.
    member _.SeesBatch = seesBatch

    /// The bound with that many particles, or with one where it sees a batch.
    member _.Make(particles: int) : Bound = make particles

/// An estimator of the gradient of a bound.
[<Sealed>]
type EstimatorInfo internal (name: string, draws: string, bias: string, source: string, make: unit -> Estimator) =

    /// What makes it: `Estimator.pathwise`.
    member _.Name = name

    /// Which draws it is for.
    member _.Draws = draws

    /// Of what its expectation is the gradient, if not of the bound.
    member _.Bias = bias

    /// Where it comes from.
    member _.Source = source

    /// The estimator, with no memory of earlier use.
    member _.Make() : Estimator = make ()

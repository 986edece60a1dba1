// What the C# facade calls of distributions, divergences and transforms: arrays, struct tuples, null and delegates for what F# has instead.
// Only src/Functional.CSharp uses it; it decides nothing, and what it forwards to is documented where it is defined.
namespace Functional.Interop

open System
open System.Collections.Generic
open Functional
open Functional.Tensors

/// Distributions: lists as arrays, tuples as struct tuples, null for what was not given.
module internal DistributionBridge =

    let parameters (distribution: Distribution) =
        [| for name, value in distribution.Parameters -> KeyValuePair(name, value) |]

    let sampleAndLogProb (distribution: Distribution) (sampleShape: int[]) : struct (Tensor * Tensor) =
        let value, logProb = distribution.SampleAndLogProb sampleShape
        struct (value, logProb)

    // ---- optional arguments ----

    let discretizedLogistic (location: Tensor) (scale: Tensor) (levels: int) =
        DiscretizedLogistic(location, scale, levels)

    let discretizedLogisticMixture (logits: Tensor) (location: Tensor) (scale: Tensor) (levels: int) =
        DiscretizedLogisticMixture(logits, location, scale, levels)

    let quantized (baseDistribution: Distribution) (low: Nullable<int>) (high: Nullable<int>) =
        Quantized(baseDistribution, ?low = Option.ofNullable low, ?high = Option.ofNullable high)

    let truncated (baseDistribution: Distribution) (low: Tensor) (high: Tensor) =
        Truncated(baseDistribution, ?low = Option.ofObj low, ?high = Option.ofObj high)

    let delta (value: Tensor) (eventRank: int) (logDensity: Tensor) =
        Delta(value, eventRank, ?logDensity = Option.ofObj logDensity)

    let empirical (samples: Tensor) (eventRank: int) (logWeights: Tensor) =
        Empirical(samples, eventRank, ?logWeights = Option.ofObj logWeights)

    let lowest (quantized: Quantized) = Option.toNullable quantized.Low
    let highest (quantized: Quantized) = Option.toNullable quantized.High
    let low (truncated: Truncated) = Option.toObj truncated.Low
    let high (truncated: Truncated) = Option.toObj truncated.High

    // ---- lists ----

    let components (mixture: Mixture) = List.toArray mixture.Components
    let parts (joint: Joint) = List.toArray joint.Parts
    let split (joint: Joint) (value: Tensor) = List.toArray (joint.Split value)

    let productOfNormals (experts: Normal[]) =
        ProductOfExperts.normals (List.ofArray experts)

    let productWithStandardPrior (experts: Normal[]) =
        ProductOfExperts.withStandardPrior (List.ofArray experts)

    let productOfIndependents (experts: Distribution[]) =
        ProductOfExperts.independents (List.ofArray experts)

    // ---- divergences ----

    let register (p: Type) (q: Type) (closedForm: Func<Distribution, Distribution, Tensor>) =
        Kl.registerTypes p q (fun p q axes -> closedForm.Invoke(p, q) |> Shapes.sumLast axes)

    let pairs () : struct (Type * Type)[] =
        [| for p, q in Kl.pairs () -> struct (p, q) |]

/// Transforms: lists as arrays, tuples as struct tuples.
module internal TransformBridge =

    let private onStack (value: Tensor, logDet: Tensor) = struct (value, logDet)

    let parameters (transform: Transform) =
        [| for name, value in transform.Parameters -> KeyValuePair(name, value) |]

    let forwardAndLogDet (transform: Transform) (x: Tensor) = onStack (transform.ForwardAndLogDet x)
    let inverseAndLogDet (transform: Transform) (y: Tensor) = onStack (transform.InverseAndLogDet y)

    let block (parts: struct (Transform * int)[]) =
        BlockTransform [ for struct (part, length) in parts -> part, length ]

    let blocks (transform: BlockTransform) : struct (Transform * int)[] =
        [| for part, length in transform.Parts -> struct (part, length) |]

    let parts (transform: ComposeTransform) = List.toArray transform.Parts
    let slices (transform: StackTransform) = List.toArray transform.Parts

/// Supports: tuples as struct tuples.
module internal SupportBridge =

    let requirement (support: Support) = support.Requirement
    let stacked (parts: Support[]) = Support.Stacked(List.ofArray parts)

    let concatenated (parts: struct (Support * int[])[]) =
        Support.Concatenated [ for struct (part, shape) in parts -> part, shape ]

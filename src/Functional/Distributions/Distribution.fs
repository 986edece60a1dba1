// What a distribution is: two shapes, a support, sampling and a log-density; the rest derives.
// Every family and every wrapper implements it, every objective is written against it.
namespace Functional

open Functional.Tensors

/// A probability distribution over arrays of shape EventShape, or a batch of them, one for each index of BatchShape.
/// It keeps its parameters and remembers nothing computed from them: it may outlive a scope, and be used with gradients off and on.
[<AbstractClass>]
type Distribution() =

    /// The family's name, for messages.
    abstract Name: string

    /// One distribution for each index of this shape.
    abstract BatchShape: Shape

    /// The shape of one value.
    abstract EventShape: Shape

    /// Where values lie.
    abstract Support: Support

    /// Its parameters by name.
    abstract Parameters: (string * Tensor) list

    /// Draws of shape sampleShape + BatchShape + EventShape, not recorded for differentiation.
    abstract Draw: sampleShape: Shape -> Tensor

    /// Whether samples are a differentiable function of the parameters.
    abstract HasRSample: bool

    /// Draws through which gradients flow to the parameters.
    abstract RDraw: sampleShape: Shape -> Tensor

    /// Draws and their log-densities; overridden where the two together are cheaper or safer.
    abstract DrawAndLogDensity: sampleShape: Shape -> Tensor * Tensor

    /// A draw, with its log-density unless LogDensity finds that as cheaply and as well from the value: not everyone who traces it asks.
    abstract DrawForTrace: sampleShape: Shape -> Tensor * Tensor option

    /// The log-density of a value whose shape has been checked, one number for each batch element.
    abstract LogDensity: value: Tensor -> Tensor

    /// LogDensity summed over the last `axes` batch axes; overridden where one pass over memory does both.
    abstract SummedLogDensity: value: Tensor * axes: int -> Tensor

    /// The entropy -E[log p] in nats, of shape BatchShape.
    abstract Entropy: unit -> Tensor

    /// The mean, of shape BatchShape + EventShape.
    abstract Mean: Tensor

    /// The variance of each element, of shape BatchShape + EventShape.
    abstract Variance: Tensor

    /// A most probable value, of shape BatchShape + EventShape.
    abstract Mode: Tensor

    /// P(X ≤ value), elementwise.
    abstract Cdf: value: Tensor -> Tensor

    /// The value below which a share `probability` of the mass lies, elementwise.
    abstract Icdf: probability: Tensor -> Tensor

    /// The same distributions repeated over whole new leading batch axes.
    abstract Expand: batchShape: Shape -> Distribution

    /// Every value of a finite support, of shape count + BatchShape + EventShape.
    abstract EnumerateSupport: unit -> Tensor

    default this.Draw sampleShape =
        Gradient.off (fun () -> this.RDraw sampleShape)

    default _.HasRSample = false

    default this.RDraw _ =
        raise (Errors.Distribution.notReparameterizable this.Name)

    default this.DrawAndLogDensity sampleShape =
        let value = if this.HasRSample then this.RDraw sampleShape else this.Draw sampleShape
        value, this.LogDensity value

    default this.DrawForTrace sampleShape =
        let value, logDensity = this.DrawAndLogDensity sampleShape
        value, Some logDensity

    default this.SummedLogDensity(value, axes) =
        if axes = 0 then
            this.LogDensity value
        else
            (this.LogDensity value).sum [ for axis in 1..axes -> -axis ]

    default this.Entropy() =
        raise (this.Lacks "entropy" "no closed form is known")

    default this.Mean = raise (this.Lacks "mean" "it is not defined")
    default this.Variance = raise (this.Lacks "variance" "it is not defined")
    default this.Mode = raise (this.Lacks "mode" "it is not unique")

    default this.Cdf _ =
        raise (this.Lacks "distribution function" "no closed form is known")

    default this.Icdf _ =
        raise (this.Lacks "inverse distribution function" "no closed form is known")

    default this.EnumerateSupport() =
        raise (this.Lacks "list of values" "its support is not finite")

    member private this.Lacks (what: string) (why: string) =
        Errors.Distribution.lacks this.Name what why

    /// The standard deviation of each element, of shape BatchShape + EventShape.
    member this.StandardDeviation: Tensor = this.Variance.sqrt ()

    /// Draws of shape sampleShape + BatchShape + EventShape, not recorded for differentiation.
    member this.Sample(?sampleShape: seq<int>) : Tensor =
        this.Draw(Seq.toArray (defaultArg sampleShape []))

    /// Draws of shape sampleShape + BatchShape + EventShape through which gradients flow to the parameters.
    /// Raises NotReparameterizableException when the family has no pathwise gradient.
    member this.RSample(?sampleShape: seq<int>) : Tensor =
        this.RDraw(Seq.toArray (defaultArg sampleShape []))

    /// Draws and their log-densities, with pathwise gradients where the family has them.
    member this.SampleAndLogProb(?sampleShape: seq<int>) : Tensor * Tensor =
        this.DrawAndLogDensity(Seq.toArray (defaultArg sampleShape []))

    member private this.Check(value: Tensor) : unit =
        let full = Array.append this.BatchShape this.EventShape

        if value.dim < this.EventShape.Length || Option.isNone (Shapes.tryLineUp value.shape full) then
            raise (Errors.Distribution.value this.Name value.shape this.BatchShape this.EventShape)

        if Validation.isOn () && this.Support.RefusesOutsiders then
            Validation.inside this.Support (Errors.Distribution.outside this.Name this.Support.Requirement) value

    /// log p(value) in nats. The value's shape lines up with BatchShape + EventShape from the right: whole leading axes
    /// may be missing on either side (the same x for every particle, many samples for one distribution).
    /// Raises ArgumentException when an axis differs; an axis of length 1 is not stretched.
    member this.LogProb(value: Tensor) : Tensor =
        this.Check value
        this.LogDensity value

    /// LogProb summed over the last `axes` batch axes.
    member internal this.SummedLogProb(value: Tensor, axes: int) : Tensor =
        this.Check value
        this.SummedLogDensity(value, axes)

    override this.ToString() =
        $"{this.Name}(batch {Shape.toString this.BatchShape}, event {Shape.toString this.EventShape})"

    interface IHoldsTensors with
        member this.Tensors = this.Parameters |> Seq.map snd

/// Distributions in a pipe.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Distribution =

    /// log p(value) in nats.
    let logProb (value: Tensor) (distribution: Distribution) = distribution.LogProb value

    /// `count` draws along a new leading axis.
    let sample (count: int) (distribution: Distribution) = distribution.Sample [ count ]

    /// `count` draws along a new leading axis, with pathwise gradients.
    let rsample (count: int) (distribution: Distribution) = distribution.RSample [ count ]

    /// The entropy in nats.
    let entropy (distribution: Distribution) = distribution.Entropy()

    /// The mean.
    let mean (distribution: Distribution) = distribution.Mean

    /// The variance of each element.
    let variance (distribution: Distribution) = distribution.Variance

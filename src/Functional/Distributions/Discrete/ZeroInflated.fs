// A distribution of counts with more zeros than it would have by itself.
// Counts of which some could never have been anything else: dropouts in single-cell data, shops that are closed.
namespace Functional

open Functional.Tensors

/// p(0) = g + (1 - g) p_base(0), p(k) = (1 - g) p_base(k) for k ≠ 0: with probability g, the `gate`, a zero, otherwise a value of
/// `baseDistribution`, a discrete distribution of numbers. The batch axes of the two line up. Raises ArgumentException otherwise.
[<Sealed>]
type ZeroInflated private (gate: Odds, baseDistribution: Distribution) =
    inherit Distribution()

    let name = $"ZeroInflated({baseDistribution.Name})"
    let _, gateTensor, gateSupport = gate.Parameter

    let batchShape =
        match Shapes.tryLineUp gateTensor.shape baseDistribution.BatchShape with
        | Some shape -> shape
        | None ->
            raise (
                Errors.Distribution.parameters name "gate" gateTensor.shape "the base distribution" baseDistribution.BatchShape
            )

    do
        if not baseDistribution.Support.IsDiscrete || baseDistribution.EventShape.Length > 0 then
            raise (Errors.Distribution.countsNeeded "ZeroInflated" baseDistribution.Name)

        Validation.parameter name "gate" gateSupport gateTensor

    let fill (value: Tensor) = value.expand batchShape

    // log (g + (1 - g) exp l); where g is exactly 0 or 1, to first order in it: the logarithm's gradient would not be finite
    let logZero (l: Tensor) =
        match gate with
        | Odds.Logits _ -> gate.LogProbability.logaddexp (gate.LogComplement + l)
        | Odds.Probabilities g ->
            let never, always = g.eq 0.0, g.eq 1.0
            let inner = Odds.Probabilities(dsharp.where (never.logicalOr always, g.scalarLike 0.5, g))
            let atNever = l + g * (-l).expm1().clamp(high = 1e30)
            let atAlways = (1.0 - g) * l.expm1 ()
            let between = inner.LogProbability.logaddexp (inner.LogComplement + l)
            dsharp.where (never, atNever, dsharp.where (always, atAlways, between))

    /// From log-odds of the gate. Raises ArgumentException when one is not finite.
    static member FromLogits(gate: Tensor, baseDistribution: Distribution) =
        ZeroInflated(Odds.Logits gate, baseDistribution)

    /// From probabilities of the gate. Raises ArgumentException outside [0, 1].
    static member FromProbabilities(gate: Tensor, baseDistribution: Distribution) =
        ZeroInflated(Odds.Probabilities gate, baseDistribution)

    /// g.
    member _.Gate = gate.Probability

    /// The distribution of the values that are not forced to zero.
    member _.Base = baseDistribution

    override _.Name = name
    override _.BatchShape = batchShape
    override _.EventShape = [||]
    override _.Support = baseDistribution.Support
    override _.Parameters = ("gate", gateTensor) :: baseDistribution.Parameters

    override _.Draw sampleShape =
        Gradient.off (fun () ->
            let shape = Array.append sampleShape batchShape
            let gated = gate.Probability.expand(shape).bernoulli()
            let values = (baseDistribution.Expand batchShape).Draw sampleShape
            dsharp.where (gated.eq 1.0, values.scalarLike 0, values))

    override _.LogDensity value =
        let l = baseDistribution.LogDensity value
        let isZero = value.eq 0
        let kept = gate.Weigh(l.scalarLike 0.0, (isZero.logicalNot ()).cast l.dtype)
        dsharp.where (isZero, logZero l, l + kept)

    override _.Mean = fill (gate.Complement * baseDistribution.Mean)

    override _.Variance =
        let spread = baseDistribution.Variance + gate.Probability * baseDistribution.Mean.square ()
        fill (gate.Complement * spread)

    override _.Cdf value =
        let below = gate.Complement * baseDistribution.Cdf value
        dsharp.where (value.lt 0, below, below + gate.Probability)

    override _.EnumerateSupport() =
        if baseDistribution.Support = Support.NonNegativeIntegers then
            raise (Errors.Distribution.lacks name "list of values" "its support is not finite")

        (baseDistribution.Expand batchShape).EnumerateSupport()

    override this.Expand shape =
        if not (Shape.endsWith batchShape shape) then
            raise (Errors.Distribution.expand name batchShape shape)

        Validation.off (fun () -> ZeroInflated(gate.With(gateTensor.expand shape), baseDistribution.Expand shape))

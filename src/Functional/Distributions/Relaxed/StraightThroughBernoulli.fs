// A Bernoulli whose samples are exactly 0 and 1 and carry the gradient of the relaxed sample.
// Binary units where what follows must see bits.
namespace Functional

open Functional.Tensors

/// The Bernoulli distribution with samples 1[x > 1/2] of a RelaxedBernoulli x: their values, LogProb and statistics are the Bernoulli's, the
/// gradient of a sample is ∂x. That gradient is biased, the less the lower the `temperature`, and has more variance then: it is no
/// derivative of an expectation. Parameters and exceptions are those of RelaxedBernoulli.
/// Source: Bengio, Léonard, Courville 2013, arXiv:1308.3432; Jang, Gu, Poole 2017, arXiv:1611.01144, section 2.2.
[<Sealed>]
type StraightThroughBernoulli private (relaxed: RelaxedBernoulli, discrete: Bernoulli) =
    inherit Distribution()

    /// From log-odds.
    static member FromLogits(temperature: Tensor, logits: Tensor) =
        StraightThroughBernoulli(RelaxedBernoulli.FromLogits(temperature, logits), Bernoulli.FromLogits logits)

    /// From log-odds.
    static member FromLogits(temperature: float, logits: Tensor) =
        StraightThroughBernoulli(RelaxedBernoulli.FromLogits(temperature, logits), Bernoulli.FromLogits logits)

    /// From probabilities inside (0, 1).
    static member FromProbabilities(temperature: Tensor, probabilities: Tensor) =
        StraightThroughBernoulli(
            RelaxedBernoulli.FromProbabilities(temperature, probabilities),
            Bernoulli.FromProbabilities probabilities
        )

    /// From probabilities inside (0, 1).
    static member FromProbabilities(temperature: float, probabilities: Tensor) =
        StraightThroughBernoulli(
            RelaxedBernoulli.FromProbabilities(temperature, probabilities),
            Bernoulli.FromProbabilities probabilities
        )

    /// The distribution of x.
    member _.Relaxed = relaxed

    /// The distribution of the values.
    member _.Discrete = discrete

    override _.Name = "StraightThroughBernoulli"
    override _.BatchShape = relaxed.BatchShape
    override _.EventShape = [||]
    override _.Support = Support.Boolean
    override _.Parameters = relaxed.Parameters
    override _.HasRSample = true

    override _.RDraw sampleShape =
        let logit = relaxed.DrawLogit sampleShape
        Relaxation.straightThrough ((logit.gt 0.0).cast logit.dtype) (logit.sigmoid ())

    override this.LogDensity value =
        let density = discrete.LogDensity value
        if density.dim < this.BatchShape.Length then density.expand this.BatchShape else density

    override _.Entropy() = discrete.Entropy().expand relaxed.BatchShape
    override _.Mean = discrete.Mean.expand relaxed.BatchShape
    override _.Variance = discrete.Variance.expand relaxed.BatchShape
    override _.Mode = discrete.Mode.expand relaxed.BatchShape
    override _.Cdf value = discrete.Cdf value

    override _.EnumerateSupport() =
        (discrete.Expand relaxed.BatchShape).EnumerateSupport()

    override _.Expand shape =
        StraightThroughBernoulli(relaxed.Expand shape :?> RelaxedBernoulli, discrete.Expand shape :?> Bernoulli)

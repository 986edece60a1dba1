// A Bernoulli whose samples are exactly 0 and 1 and carry the gradient of the relaxed sample.
// Binary units where what follows must see bits.
namespace Functional

open Functional.Tensors

/// The Bernoulli distribution with samples 1[x > 1/2] of a RelaxedBernoulli x: their values, LogProb and statistics are the Bernoulli's, the
/// gradient of a sample is ∂x. That gradient is biased, the less the lower the `temperature`, and has more variance then: it is no
/// derivative of an expectation. Parameters and exceptions are those of RelaxedBernoulli.
/// Source: Bengio, Léonard, Courville 2013, arXiv:1308.3432; Jang, Gu, Poole 2017, arXiv:1611.01144, section 2.2.
[<Sealed>]
type StraightThroughBernoulli private (temperature: Tensor, odds: Odds) =
    inherit Family("StraightThroughBernoulli", [ "temperature", temperature, Support.Positive; odds.Parameter ])

    do
        odds.NotNever "StraightThroughBernoulli"
        odds.NotAlways "StraightThroughBernoulli"

    // They share the parameters, which have been checked.
    let relaxed = Validation.off (fun () -> RelaxedBernoulli(temperature, odds))
    let discrete = Validation.off (fun () -> Bernoulli odds)

    /// From log-odds.
    static member FromLogits(temperature: Tensor, logits: Tensor) =
        StraightThroughBernoulli(temperature, Odds.Logits logits)

    /// From log-odds.
    static member FromLogits(temperature: float, logits: Tensor) =
        StraightThroughBernoulli(logits.scalarLike temperature, Odds.Logits logits)

    /// From probabilities inside (0, 1).
    static member FromProbabilities(temperature: Tensor, probabilities: Tensor) =
        StraightThroughBernoulli(temperature, Odds.Probabilities probabilities)

    /// From probabilities inside (0, 1).
    static member FromProbabilities(temperature: float, probabilities: Tensor) =
        StraightThroughBernoulli(probabilities.scalarLike temperature, Odds.Probabilities probabilities)

    /// The distribution of x.
    member _.Relaxed = relaxed

    /// The distribution of the values.
    member _.Discrete = discrete

    override _.Support = Support.Boolean
    override _.HasRSample = true

    override _.RDraw sampleShape =
        let logit = relaxed.DrawLogit sampleShape
        Relaxation.straightThrough ((logit.gt 0.0).cast logit.dtype) (logit.sigmoid ())

    override this.LogDensity value =
        let density = discrete.LogDensity value
        if density.dim < this.BatchShape.Length then this.FillBatch density else density

    override this.Entropy() = this.FillBatch(discrete.Entropy())
    override this.Mean = this.Fill discrete.Mean
    override this.Variance = this.Fill discrete.Variance
    override this.Mode = this.Fill discrete.Mode
    override _.Cdf value = discrete.Cdf value

    override _.With parameters =
        StraightThroughBernoulli(parameters[0], odds.With parameters[1])

    override this.EnumerateSupport() =
        (discrete.Expand this.BatchShape).EnumerateSupport()

// The binary concrete distribution: a Bernoulli relaxed to the unit interval, so that samples carry gradients.
// Stochastic binary units trained by backpropagation; gates and masks.
namespace Functional

open Functional.Tensors

/// x = sigmoid((l + log u - log(1 - u)) / λ) with u uniform: p(x) = λ α x^(-λ-1) (1 - x)^(-λ-1) / (α x^-λ + (1 - x)^-λ)² for 0 < x < 1,
/// elementwise over the batch, where l = log α is the log-odds of x > 1/2 and λ > 0 the `temperature`: as it goes to 0, x goes to a Bernoulli
/// variable. For λ < 1 the density is unbounded at 0 and 1, where samples crowd and are rounded to: take their log-density from
/// SampleAndLogProb, which never sees the rounding. LogProb takes 0 and 1 for the next numbers inside.
/// Raises ArgumentException for parameters outside their ranges.
/// Source: Maddison, Mnih, Teh 2017, arXiv:1611.00712, appendix B; Jang, Gu, Poole 2017, arXiv:1611.01144.
[<Sealed>]
type RelaxedBernoulli internal (temperature: Tensor, odds: Odds) =
    inherit Family("RelaxedBernoulli", [ "temperature", temperature, Support.Positive; odds.Parameter ])

    do
        odds.NotNever "RelaxedBernoulli"
        odds.NotAlways "RelaxedBernoulli"

    // The density of x in terms of y = logit x: that of y, a logistic variable, over dx/dy = x (1 - x).
    let logDensity (y: Tensor) =
        let z = (temperature * y - odds.LogOdds).abs()
        let ofLogit = temperature.log () - z - (-z).softplus() * 2.0
        ofLogit + y.softplus () + (-y).softplus()

    /// From log-odds.
    static member FromLogits(temperature: Tensor, logits: Tensor) =
        RelaxedBernoulli(temperature, Odds.Logits logits)

    /// From log-odds.
    static member FromLogits(temperature: float, logits: Tensor) =
        RelaxedBernoulli(logits.scalarLike temperature, Odds.Logits logits)

    /// From probabilities inside (0, 1).
    static member FromProbabilities(temperature: Tensor, probabilities: Tensor) =
        RelaxedBernoulli(temperature, Odds.Probabilities probabilities)

    /// From probabilities inside (0, 1).
    static member FromProbabilities(temperature: float, probabilities: Tensor) =
        RelaxedBernoulli(probabilities.scalarLike temperature, Odds.Probabilities probabilities)

    /// λ.
    member _.Temperature = temperature

    /// P(x > 1/2), the probability of the Bernoulli that it relaxes.
    member _.Probability = odds.Probability

    /// Draws of logit x, with pathwise gradients.
    member internal this.DrawLogit(sampleShape: Shape) : Tensor =
        let noise = Relaxation.logistic (Array.append sampleShape this.BatchShape) odds.Tensor
        (odds.LogOdds + noise) / temperature

    override _.Support = Support.UnitInterval
    override _.HasRSample = true
    override this.RDraw sampleShape = (this.DrawLogit sampleShape).sigmoid()

    override this.DrawAndLogDensity sampleShape =
        let y = this.DrawLogit sampleShape
        y.sigmoid (), logDensity y

    override _.LogDensity value =
        Density.inside Support.UnitInterval value (Relaxation.logit >> logDensity)

    override _.Cdf value =
        (temperature * Relaxation.logit value - odds.LogOdds).sigmoid()

    override _.Icdf probability =
        ((odds.LogOdds + Relaxation.logit probability) / temperature).sigmoid()

    override _.With parameters =
        RelaxedBernoulli(parameters[0], odds.With parameters[1])

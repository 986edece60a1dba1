// The concrete (Gumbel-softmax) distribution: a categorical relaxed to the simplex, so that samples carry gradients.
// Discrete codes and choices trained by backpropagation.
namespace Functional

open Functional.Tensors
open MathNet.Numerics

/// x = softmax((log α + g) / λ) with Gumbel noise g: p(x) = (K-1)! λ^(K-1) Π_k α_k x_k^(-λ-1) / (Σ_k α_k x_k^-λ)^K on the simplex of K
/// categories, a density in the first K-1 coordinates. log α are the `logits` along the last axis, λ > 0, one number for each distribution, is
/// the `temperature`: as it goes to 0, x goes to a one-hot vector with those probabilities. For λ < 1/(K-1) the density is unbounded at the
/// corners, where samples crowd and are rounded to: take their log-density from SampleAndLogProb, which never sees the rounding.
/// LogProb takes 0 for the smallest number above it. Raises ArgumentException for parameters outside their ranges.
/// Source: Maddison, Mnih, Teh 2017, arXiv:1611.00712, definition 1; Jang, Gu, Poole 2017, arXiv:1611.01144.
[<Sealed>]
type RelaxedOneHotCategorical internal (temperature: Tensor, weighting: CategoricalOdds) =
    inherit
        Family(
            "RelaxedOneHotCategorical",
            [ "temperature", temperature, Support.Positive; weighting.Parameter "RelaxedOneHotCategorical" ]
        )

    do weighting.NotNever "RelaxedOneHotCategorical"

    let count = weighting.Count
    let logFactorial = SpecialFunctions.GammaLn(float count)

    // Σ_k [log softmax(log α - λ log x)_k - log x_k] + log (K-1)! + (K-1) log λ
    let logDensity (logX: Tensor) =
        let scores = weighting.LogProbability - temperature.unsqueeze -1 * logX
        (scores.logsoftmax -1 - logX).sum -1 + temperature.log () * float (count - 1) + logFactorial

    /// From unnormalized log-probabilities along the last axis.
    static member FromLogits(temperature: Tensor, logits: Tensor) =
        RelaxedOneHotCategorical(temperature, CategoricalOdds.Logits logits)

    /// From unnormalized log-probabilities along the last axis.
    static member FromLogits(temperature: float, logits: Tensor) =
        RelaxedOneHotCategorical(logits.scalarLike temperature, CategoricalOdds.Logits logits)

    /// From positive probabilities along the last axis.
    static member FromProbabilities(temperature: Tensor, probabilities: Tensor) =
        RelaxedOneHotCategorical(temperature, CategoricalOdds.Probabilities probabilities)

    /// From positive probabilities along the last axis.
    static member FromProbabilities(temperature: float, probabilities: Tensor) =
        RelaxedOneHotCategorical(probabilities.scalarLike temperature, CategoricalOdds.Probabilities probabilities)

    /// λ.
    member _.Temperature = temperature

    /// The number of categories.
    member _.Count = count

    /// The probabilities of the categorical that it relaxes: P(x_k is the largest).
    member _.Probabilities = weighting.Probability

    /// Draws of log x, with pathwise gradients.
    member internal this.DrawLog(sampleShape: Shape) : Tensor =
        let noise = Relaxation.gumbel (Array.concat [ sampleShape; this.BatchShape; [| count |] ]) weighting.Tensor
        ((weighting.LogProbability + noise) / temperature.unsqueeze -1).logsoftmax -1

    override _.EventShape = [| count |]
    override _.Support = Support.Simplex
    override _.HasRSample = true
    override this.RDraw sampleShape = (this.DrawLog sampleShape).exp()

    override this.DrawAndLogDensity sampleShape =
        let logX = this.DrawLog sampleShape
        logX.exp (), logDensity logX

    override _.LogDensity value = logDensity (Relaxation.log value)

    override _.With parameters =
        RelaxedOneHotCategorical(parameters[0], weighting.With parameters[1])

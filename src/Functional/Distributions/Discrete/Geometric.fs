// The geometric distribution, from logits or from probabilities.
// Waiting times in discrete steps.
namespace Functional

open Functional.Tensors

/// p(k) = (1 - p)^k p for k = 0, 1, ..., elementwise over the batch: the number of failures before the first success, which has the
/// probability 0 < p ≤ 1. (Another convention counts the success too, from 1.) Values are counts in the dtype of the parameter.
[<Sealed>]
type Geometric private (odds: Odds) =
    inherit Family("Geometric", [ odds.Parameter ])

    do odds.NotNever "Geometric"

    /// From log-odds of a success. Raises ArgumentException when one is not finite.
    static member FromLogits(logits: Tensor) = Geometric(Odds.Logits logits)

    /// From probabilities of a success. Raises ArgumentException outside (0, 1].
    static member FromProbabilities(probabilities: Tensor) =
        Geometric(Odds.Probabilities probabilities)

    /// p.
    member _.Probability = odds.Probability

    override _.Support = Support.NonNegativeIntegers

    // The integer part of an exponential variable of rate -log(1 - p).
    override this.Draw sampleShape =
        Gradient.off (fun () ->
            let uniform = odds.Tensor.randLike (Array.append sampleShape this.BatchShape)
            ((-uniform).log1p() / odds.LogComplement).floor().abs())

    override _.LogDensity value = odds.Weigh(value.scalarLike 1.0, value)


    // -log p - (1 - p)/p log (1 - p), whose quotient can be too large for the type of the parameter.
    override _.Entropy() =
        let odds' = odds.Precise
        (-odds'.Weigh(odds'.Tensor.scalarLike 1.0, odds'.InverseRatio)).cast odds.Tensor.dtype

    override _.Mean = odds.InverseRatio
    override _.Variance = odds.InverseRatio / odds.Probability
    override this.Mode = odds.Tensor.zerosLike this.BatchShape

    override _.Cdf value =
        let trials = (value.floor () + 1.0).clamp(low = 0.0)
        -odds.Weigh(trials.scalarLike 0.0, trials).expm1()

    override _.With parameters = Geometric(odds.With parameters[0])

    interface IExponentialFamily with
        member _.NaturalForm =
            { Parameters = [ odds.LogComplement, 0 ]
              LogNormalizer = fun parameters -> -(-parameters[0].expm1()).log() }

        member _.BaseMeasure = []

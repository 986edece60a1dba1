// A categorical whose samples are exactly one-hot and carry the gradient of the relaxed sample.
// Discrete codes where what follows must see one of them.
namespace Functional

open Functional.Tensors

/// The OneHotCategorical distribution with samples one-hot(argmax x) of a RelaxedOneHotCategorical x: their values, LogProb and statistics
/// are the categorical's, the gradient of a sample is ∂x. That gradient is biased, the less the lower the `temperature`, and has more
/// variance then: it is no derivative of an expectation. Parameters and exceptions are those of RelaxedOneHotCategorical.
/// Source: Jang, Gu, Poole 2017, arXiv:1611.01144, section 2.2.
[<Sealed>]
type StraightThroughOneHotCategorical private (temperature: Tensor, weighting: CategoricalOdds) =
    inherit
        Family(
            "StraightThroughOneHotCategorical",
            [ "temperature", temperature, Support.Positive; weighting.Parameter "StraightThroughOneHotCategorical" ]
        )

    do weighting.NotNever "StraightThroughOneHotCategorical"

    // They share the parameters, which have been checked.
    let relaxed = Validation.off (fun () -> RelaxedOneHotCategorical(temperature, weighting))
    let discrete = Validation.off (fun () -> OneHotCategorical weighting)

    /// From unnormalized log-probabilities along the last axis.
    static member FromLogits(temperature: Tensor, logits: Tensor) =
        StraightThroughOneHotCategorical(temperature, CategoricalOdds.Logits logits)

    /// From unnormalized log-probabilities along the last axis.
    static member FromLogits(temperature: float, logits: Tensor) =
        StraightThroughOneHotCategorical(logits.scalarLike temperature, CategoricalOdds.Logits logits)

    /// From positive probabilities along the last axis.
    static member FromProbabilities(temperature: Tensor, probabilities: Tensor) =
        StraightThroughOneHotCategorical(temperature, CategoricalOdds.Probabilities probabilities)

    /// From positive probabilities along the last axis.
    static member FromProbabilities(temperature: float, probabilities: Tensor) =
        StraightThroughOneHotCategorical(probabilities.scalarLike temperature, CategoricalOdds.Probabilities probabilities)

    /// The distribution of x.
    member _.Relaxed = relaxed

    /// The distribution of the values.
    member _.Discrete = discrete

    override _.EventShape = relaxed.EventShape
    override _.Support = Support.OneHot
    override _.HasRSample = true

    override _.RDraw sampleShape =
        let logX = relaxed.DrawLog sampleShape
        Relaxation.straightThrough (weighting.OneHot(logX.argmax -1)) (logX.exp ())

    override this.LogDensity value =
        let density = discrete.LogDensity value
        if density.dim < this.BatchShape.Length then this.FillBatch density else density

    override this.Entropy() = this.FillBatch(discrete.Entropy())
    override this.Mean = this.Fill discrete.Mean
    override this.Variance = this.Fill discrete.Variance
    override this.Mode = this.Fill discrete.Mode

    override _.With parameters =
        StraightThroughOneHotCategorical(parameters[0], weighting.With parameters[1])

    override this.EnumerateSupport() =
        (discrete.Expand this.BatchShape).EnumerateSupport()

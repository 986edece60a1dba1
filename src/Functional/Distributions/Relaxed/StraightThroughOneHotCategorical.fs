// A categorical whose samples are exactly one-hot and carry the gradient of the relaxed sample.
// Discrete codes where what follows must see one of them.
namespace Functional

open Functional.Tensors

/// The OneHotCategorical distribution with samples one-hot(argmax x) of a RelaxedOneHotCategorical x: their values, LogProb and statistics
/// are the categorical's, the gradient of a sample is ∂x. That gradient is biased, the less the lower the `temperature`, and has more
/// variance then: it is no derivative of an expectation. Parameters and exceptions are those of RelaxedOneHotCategorical.
/// Source: Jang, Gu, Poole 2017, arXiv:1611.01144, section 2.2.
[<Sealed>]
type StraightThroughOneHotCategorical private (relaxed: RelaxedOneHotCategorical, discrete: OneHotCategorical) =
    inherit Distribution()

    let shape = Array.append relaxed.BatchShape relaxed.EventShape

    /// From unnormalized log-probabilities along the last axis.
    static member FromLogits(temperature: Tensor, logits: Tensor) =
        StraightThroughOneHotCategorical(
            RelaxedOneHotCategorical.FromLogits(temperature, logits),
            OneHotCategorical.FromLogits logits
        )

    /// From unnormalized log-probabilities along the last axis.
    static member FromLogits(temperature: float, logits: Tensor) =
        StraightThroughOneHotCategorical(
            RelaxedOneHotCategorical.FromLogits(temperature, logits),
            OneHotCategorical.FromLogits logits
        )

    /// From positive probabilities along the last axis.
    static member FromProbabilities(temperature: Tensor, probabilities: Tensor) =
        StraightThroughOneHotCategorical(
            RelaxedOneHotCategorical.FromProbabilities(temperature, probabilities),
            OneHotCategorical.FromProbabilities probabilities
        )

    /// From positive probabilities along the last axis.
    static member FromProbabilities(temperature: float, probabilities: Tensor) =
        StraightThroughOneHotCategorical(
            RelaxedOneHotCategorical.FromProbabilities(temperature, probabilities),
            OneHotCategorical.FromProbabilities probabilities
        )

    /// The distribution of x.
    member _.Relaxed = relaxed

    /// The distribution of the values.
    member _.Discrete = discrete

    override _.Name = "StraightThroughOneHotCategorical"
    override _.BatchShape = relaxed.BatchShape
    override _.EventShape = relaxed.EventShape
    override _.Support = Support.OneHot
    override _.Parameters = relaxed.Parameters
    override _.HasRSample = true

    override _.RDraw sampleShape =
        let logX = relaxed.DrawLog sampleShape
        Relaxation.straightThrough (discrete.OneHot(logX.argmax -1)) (logX.exp ())

    override this.LogDensity value =
        let density = discrete.LogDensity value
        if density.dim < this.BatchShape.Length then density.expand this.BatchShape else density

    override _.Entropy() = discrete.Entropy().expand relaxed.BatchShape
    override _.Mean = discrete.Mean.expand shape
    override _.Variance = discrete.Variance.expand shape
    override _.Mode = discrete.Mode.expand shape

    override _.EnumerateSupport() =
        (discrete.Expand relaxed.BatchShape).EnumerateSupport()

    override _.Expand shape =
        StraightThroughOneHotCategorical(relaxed.Expand shape :?> RelaxedOneHotCategorical, discrete.Expand shape :?> OneHotCategorical)

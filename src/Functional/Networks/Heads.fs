// Heads: the linear layer on top of a network that turns its features into the parameters of a distribution.
// With one, a network is a conditional distribution: an encoder, a decoder, a classifier.
namespace Functional

open Functional.Tensors

[<AutoOpen>]
module Heads =

    let private head (name: string) (parameters: int) (distribution: Tensor -> Distribution) =
        Head<Tensor, Distribution>(name, (fun features -> linear features parameters |> Net.map distribution |> Net.named name))

    /// A linear layer of that size, to end a network with.
    let output (size: int) : Head<Tensor, Tensor> =
        Head("output", (fun features -> linear features size |> Net.named "output"))

    /// N(mean, diag(scale²)) over vectors of that size; the layer gives the mean and log scale², so the scale is positive.
    let diagonalNormal (size: int) : Head<Tensor, Distribution> =
        head "diagonalNormal" (2 * size) (fun features ->
            let parts = features.split ([ size; size ], -1)
            Independent(Normal.OfLogScale(parts[0], parts[1] * 0.5), 1))

    /// N(mean, scale² I) over vectors of that size; the layer gives the mean, the scale is fixed. As a likelihood, a squared
    /// error weighed by 1 / (2 scale²).
    let isotropicNormal (scale: float) (size: int) : Head<Tensor, Distribution> =
        if not (scale > 0.0 && System.Double.IsFinite scale) then
            raise (Errors.Argument.option (nameof scale) "positive" scale)

        head "isotropicNormal" size (fun mean -> Normal.diagonal mean (mean.fullLike scale))

    /// N(mean, scale² I) over vectors of that size; the layer gives the mean, and the scale is one learned number, 1 at
    /// first. Decoders whose scale the network gives for each element can drive it to zero at pixels that never change; one
    /// scale for all cannot.
    /// Source: Rybkin, Daniilidis & Levine, arXiv:2006.13202 (σ-VAE), section 4.1.
    let sharedScaleNormal (size: int) : Head<Tensor, Distribution> =
        let attach (features: int) =
            let mean = linear features size
            let logScale = Parameter.trained "logScale" (dsharp.zeros 1)

            Net(
                "sharedScaleNormal",
                mean.InputFeatures,
                (fun _ -> None),
                mean.Parameters @ [ logScale ],
                fun mode features ->
                    let mean = mean.Run(mode, features)
                    Independent(Normal.OfLogScale(mean, logScale.Value.expand mean.shape), 1) :> Distribution
            )
            |> Net.named "sharedScaleNormal"

        Head("sharedScaleNormal", attach)

    /// Independent Bernoulli variables over vectors of that size, from logits.
    let bernoulli (size: int) : Head<Tensor, Distribution> =
        head "bernoulli" size (fun logits -> Independent(Bernoulli.FromLogits logits, 1))

    /// Independent continuous Bernoulli variables over vectors of that size, from logits: the likelihood of brightnesses
    /// between 0 and 1.
    /// Source: Loaiza-Ganem & Cunningham, arXiv:1907.06845.
    let continuousBernoulli (size: int) : Head<Tensor, Distribution> =
        head "continuousBernoulli" size (fun logits -> Independent(ContinuousBernoulli.FromLogits logits, 1))

    /// Independent discretized logistic variables over vectors of that size, of 256 grey values from -1 to 1: an 8-bit v is
    /// v/127.5 - 1. The layer gives the location and log scale; the scale is at least exp(-7), a ninth of a grey value.
    /// Source: Salimans, Karpathy, Chen & Kingma, arXiv:1701.05517, equation 2, and their code for the least scale.
    let discretizedLogistic (size: int) : Head<Tensor, Distribution> =
        head "discretizedLogistic" (2 * size) (fun features ->
            let parts = features.split ([ size; size ], -1)
            Independent(DiscretizedLogistic(parts[0], parts[1].clamp(low = -7.0).exp()), 1))

    /// One of so many classes, from logits.
    let categorical (classes: int) : Head<Tensor, Distribution> =
        head "categorical" classes (fun logits -> Categorical.FromLogits logits)

    /// One of so many classes as a vector with a one and zeros, from logits: for classes that enter another network.
    let oneHotCategorical (classes: int) : Head<Tensor, Distribution> =
        head "oneHotCategorical" classes (fun logits -> OneHotCategorical.FromLogits logits)

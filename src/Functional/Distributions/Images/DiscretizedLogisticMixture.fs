// A mixture of discretized logistic distributions of grey values.
// The likelihood of PixelCNN++ and of most autoregressive models and deep VAEs of images.
namespace Functional

open Functional.Tensors

/// P(x) = Σ_k π_k P_k(x) on `levels` equally spaced values from -1 to 1, where π is the softmax of `logits` and P_k is a DiscretizedLogistic of
/// `location`_k and `scale`_k > 0; the K components lie along the last axis of all three. Raises ArgumentException for parameters outside
/// their ranges. Mean, variance, mode and entropy sum over all levels.
/// Source: Salimans, Karpathy, Chen, Kingma 2017, arXiv:1701.05517, equations 1 and 2.
[<Sealed>]
type DiscretizedLogisticMixture(logits: Tensor, location: Tensor, scale: Tensor, ?levels: int) =
    inherit
        Family(
            "DiscretizedLogisticMixture",
            [ (CategoricalOdds.Logits logits).Parameter "DiscretizedLogisticMixture"
              "location", location, Support.RealVector
              "scale", scale, Support.Elementwise(Support.Positive, 1) ]
        )

    let weighting = CategoricalOdds.Logits logits
    let count = weighting.Count
    let levels = defaultArg levels 256

    do
        Levels.check "DiscretizedLogisticMixture" levels

        for name, parameter: Tensor in [ "location", location; "scale", scale ] do
            if Array.last parameter.shape <> count then
                raise (Errors.Distribution.events "DiscretizedLogisticMixture" "logits" logits.shape name parameter.shape)

    let logMass (value: Tensor) =
        (weighting.LogProbability + Levels.logMass levels location scale (value.unsqueeze -1)).logsumexp -1

    /// The number of components.
    member _.Count = count

    /// log π.
    member _.LogWeights = weighting.LogProbability

    /// μ_k.
    member _.Location = location

    /// s_k.
    member _.Scale = scale

    /// How many values there are.
    member _.Levels = levels

    // Every value and its log-probability.
    member private this.Table() =
        let values = this.EnumerateSupport()
        values, logMass values

    override _.Support = Support.Levels levels

    override this.Draw sampleShape =
        Gradient.off (fun () ->
            let shape = Array.append sampleShape this.BatchShape
            let whole = Array.append shape [| count |]
            let component' = ((weighting.Draw sampleShape).expand shape).unsqueeze -1

            let chosen (parameter: Tensor) =
                (parameter.expand whole).gather(-1, component').squeeze -1

            let noise = Relaxation.logistic shape scale
            Levels.round levels (chosen location + chosen scale * noise))

    override _.LogDensity value = logMass value

    override _.Cdf value =
        (weighting.Probability * Levels.cdf levels location scale (value.unsqueeze -1)).sum -1

    override this.Mean = this.Table() ||> Levels.mean
    override this.Variance = this.Table() ||> Levels.variance
    override this.Mode = this.Table() ||> Levels.mode
    override this.Entropy() = this.Table() ||> Levels.entropy

    override _.With parameters =
        DiscretizedLogisticMixture(parameters[0], parameters[1], parameters[2], levels)

    override this.EnumerateSupport() = Levels.all levels this.BatchShape scale

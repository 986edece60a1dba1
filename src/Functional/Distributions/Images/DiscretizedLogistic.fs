// The discretized logistic distribution of grey values.
// Likelihoods of 8-bit images: PixelCNN++, hierarchical VAEs.
namespace Functional

open Functional.Tensors

/// P(x) = σ((x + h - μ)/s) - σ((x - h - μ)/s) on `levels` equally spaced values x from -1 to 1 (256 unless said), 2h apart; the lowest value
/// takes the whole lower tail, the highest the upper one. Elementwise over the batch; μ is `location`, s > 0 `scale`.
/// An 8-bit grey value v is x = v/127.5 - 1. Raises ArgumentException for parameters outside their ranges. Mean, variance, mode and entropy
/// sum over all levels.
/// Source: Salimans, Karpathy, Chen, Kingma 2017, arXiv:1701.05517, equation 2.
[<Sealed>]
type DiscretizedLogistic(location: Tensor, scale: Tensor, ?levels: int) =
    inherit Family("DiscretizedLogistic", [ "location", location, Support.Real; "scale", scale, Support.Positive ])

    let levels = defaultArg levels 256
    do Levels.check "DiscretizedLogistic" levels

    /// μ.
    member _.Location = location

    /// s.
    member _.Scale = scale

    /// How many values there are.
    member _.Levels = levels

    // Every value and its log-probability.
    member private this.Table() =
        let values = this.EnumerateSupport()
        values, Levels.logMass levels location scale values

    override _.Support = Support.Levels levels

    override this.Draw sampleShape =
        Gradient.off (fun () ->
            let noise = Relaxation.logistic (Array.append sampleShape this.BatchShape) scale
            Levels.round levels (location + scale * noise))

    override _.LogDensity value =
        Levels.logMass levels location scale value

    override _.Cdf value = Levels.cdf levels location scale value

    override this.Mean = this.Table() ||> Levels.mean
    override this.Variance = this.Table() ||> Levels.variance
    override this.Mode = this.Table() ||> Levels.mode
    override this.Entropy() = this.Table() ||> Levels.entropy

    override _.With parameters =
        DiscretizedLogistic(parameters[0], parameters[1], levels)

    override this.EnumerateSupport() = Levels.all levels this.BatchShape scale

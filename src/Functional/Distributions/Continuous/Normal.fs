// The normal distribution.
// Priors, posteriors and Gaussian likelihoods.
namespace Functional

open Functional.Tensors

/// N(x; mean, scale²) = exp(-((x - mean)/scale)²/2) / (scale √(2π)), elementwise over the batch.
/// `mean` (μ) is finite, `scale` (σ) positive; their shapes line up from the right. Raises ArgumentException otherwise.
[<Sealed>]
type Normal private (mean: Tensor, scale: Tensor, logScale: unit -> Tensor) =
    inherit Family("Normal", [ "mean", mean, Support.Real; "scale", scale, Support.Positive ])

    let standardized = Location.standardize mean scale

    new(mean: Tensor, scale: Tensor) = Normal(mean, scale, scale.log)

    new(mean: float, scale: float) = Normal(dsharp.scalar mean, dsharp.scalar scale)

    /// From log σ, which makes σ positive whatever it is; not checked, for networks.
    static member internal OfLogScale(mean: Tensor, logScale: Tensor) =
        Validation.off (fun () -> Normal(mean, logScale.exp (), (fun () -> logScale)))

    /// μ.
    member _.Location = mean

    /// σ.
    member _.Scale = scale

    /// log σ.
    member _.LogScale = logScale ()

    override _.Support = Support.Real
    override _.HasRSample = true

    override this.RDraw sampleShape =
        Location.place mean scale (mean.randnLike (Array.append sampleShape this.BatchShape))

    override this.DrawForTrace sampleShape = this.RDraw sampleShape, None

    override _.LogDensity value =
        Location.normalLogDensity mean scale value - logScale ()

    override this.Entropy() =
        this.Fill(logScale () + (0.5 + Gaussian.logRoot2Pi))

    override this.Mean = this.Fill mean
    override this.Variance = this.Fill(scale.square ())
    override this.Mode = this.Fill mean

    override _.Cdf value =
        ((standardized value) * (-1.0 / sqrt 2.0)).erfc() * 0.5

    override _.Icdf probability =
        mean + scale * (probability * 2.0 - 1.0).erfinv() * sqrt 2.0

    override _.With parameters = Normal(parameters[0], parameters[1])

/// Ways to make normal distributions.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Normal =

    /// Independent N(mean, scale²) over the last axis: one event per row.
    let diagonal (mean: Tensor) (scale: Tensor) : Distribution = Independent(Normal(mean, scale), 1)

    /// Independent N(0, 1) over arrays of that shape.
    let standard (eventShape: seq<int>) : Distribution =
        let shape = Seq.toArray eventShape
        Independent(Normal.OfLogScale(dsharp.zeros shape, dsharp.zeros shape), shape.Length)

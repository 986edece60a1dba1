// The normal distribution.
// Priors, posteriors and Gaussian likelihoods.
namespace Functional

open System
open Functional.Tensors

/// N(x; mean, scale²) = exp(-((x - mean)/scale)²/2) / (scale √(2π)), elementwise over the batch.
/// `mean` (μ) is finite, `scale` (σ) positive; their shapes line up from the right. Raises ArgumentException otherwise.
[<Sealed>]
type Normal private (mean: Tensor, scale: Tensor, logScale: unit -> Tensor, batchShape: Shape) =
    inherit Distribution()

    static let logRoot2Pi = 0.5 * log (2.0 * Math.PI)

    let fill (value: Tensor) = value.expand batchShape
    let standardized (value: Tensor) = (value - mean) / scale

    new(mean: Tensor, scale: Tensor) =
        Validation.real "Normal" "mean" mean
        Validation.positive "Normal" "scale" scale
        let shape = Shapes.ofParameters "Normal" ("mean", mean) ("scale", scale)
        Normal(mean, scale, scale.log, shape)

    new(mean: float, scale: float) = Normal(dsharp.scalar mean, dsharp.scalar scale)

    /// From log σ, which makes σ positive whatever it is; not checked, for networks.
    static member internal OfLogScale(mean: Tensor, logScale: Tensor) =
        let shape = Shapes.ofParameters "Normal" ("mean", mean) ("logScale", logScale)
        Normal(mean, logScale.exp (), (fun () -> logScale), shape)

    /// μ.
    member _.Location = mean

    /// σ.
    member _.Scale = scale

    /// log σ.
    member _.LogScale = logScale ()

    override _.Name = "Normal"
    override _.BatchShape = batchShape
    override _.EventShape = [||]
    override _.Support = Support.Real
    override _.Parameters = [ "mean", mean; "scale", scale ]
    override _.HasRSample = true

    override _.RDraw sampleShape =
        let noise = mean.randnLike (Array.append sampleShape batchShape)
        mean + scale * noise

    override _.LogDensity value =
        (standardized value).square() * -0.5 - logScale () - logRoot2Pi

    override _.Entropy() = fill (logScale () + (0.5 + logRoot2Pi))
    override _.Mean = fill mean
    override _.Variance = fill (scale.square ())
    override _.Mode = fill mean

    override _.Cdf value =
        ((standardized value) * (-1.0 / sqrt 2.0)).erfc() * 0.5

    override _.Icdf probability =
        mean + scale * (probability * 2.0 - 1.0).erfinv() * sqrt 2.0

    override this.Expand shape =
        if not (Shape.endsWith batchShape shape) then
            raise (Errors.Distribution.expand this.Name batchShape shape)

        Normal(mean.expand shape, scale.expand shape, (fun () -> logScale().expand shape), shape)

/// Ways to make normal distributions.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Normal =

    /// Independent N(mean, scale²) over the last axis: one event per row.
    let diagonal (mean: Tensor) (scale: Tensor) : Distribution = Independent(Normal(mean, scale), 1)

    /// Independent N(0, 1) over arrays of that shape.
    let standard (eventShape: seq<int>) : Distribution =
        let shape = Seq.toArray eventShape
        Independent(Normal.OfLogScale(dsharp.zeros shape, dsharp.zeros shape), shape.Length)

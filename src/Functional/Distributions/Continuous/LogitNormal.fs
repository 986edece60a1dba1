// The distribution of a number between 0 and 1 whose log-odds are normal.
// Priors and posteriors of probabilities, with pathwise gradients that cost no more than a normal's.
namespace Functional

open Functional.Tensors

/// exp(-((log x/(1-x) - location)/scale)²/2) / (x (1-x) scale √(2π)) for 0 < x < 1, elementwise over the batch: sigmoid of a Normal.
/// `location` (μ) is finite, `scale` (σ) positive: mean and standard deviation of the log-odds. Raises ArgumentException otherwise.
/// Mean, variance and entropy have no closed form, and above σ² = 2 there can be two modes. Far from 0 a float32 sample rounds to 1, where
/// the density is 0: take SampleAndLogProb, which does not invert the sigmoid.
[<Sealed>]
type LogitNormal(location: Tensor, scale: Tensor) =
    inherit Family("LogitNormal", [ "location", location, Support.Real; "scale", scale, Support.Positive ])

    let standardized (odds: Tensor) = (odds - location) / scale

    let odds (leading: Shape) (batch: Shape) =
        location + scale * location.randnLike (Array.append leading batch)

    let density (odds: Tensor) (logX: Tensor) (logComplement: Tensor) =
        Gaussian.logDensity (standardized odds) - logX - logComplement - scale.log ()

    new(location: float, scale: float) = LogitNormal(dsharp.scalar location, dsharp.scalar scale)

    /// μ.
    member _.Location = location

    /// σ.
    member _.Scale = scale

    override _.Support = Support.UnitInterval
    override _.HasRSample = true

    override this.RDraw sampleShape =
        (odds sampleShape this.BatchShape).sigmoid()

    override this.DrawAndLogDensity sampleShape =
        let odds = odds sampleShape this.BatchShape
        odds.sigmoid (), density odds (odds.logsigmoid ()) ((-odds).logsigmoid())

    override _.LogDensity value =
        Density.inside Support.OpenUnitInterval value (fun x -> density (Logarithms.odds x) (x.log ()) ((-x).log1p()))

    override _.Cdf value =
        Density.below Support.OpenUnitInterval value (Logarithms.odds >> standardized >> Gaussian.cdf)

    override _.Icdf probability =
        (location + scale * Gaussian.quantile probability).sigmoid()

    override _.With parameters =
        LogitNormal(parameters[0], parameters[1])

// The Pareto distribution: a power law above a smallest value.
// Sizes of cities, files and fortunes; the tails of losses.
namespace Functional

open Functional.Tensors

/// concentration scale^concentration / x^(concentration + 1) for x ≥ scale, elementwise over the batch.
/// `scale` (the smallest value) and `concentration` (α) are positive. Raises ArgumentException otherwise.
/// The mean is infinite where α ≤ 1, the variance where α ≤ 2.
[<Sealed>]
type Pareto(scale: Tensor, concentration: Tensor) =
    inherit Family("Pareto", [ "scale", scale, Support.Positive; "concentration", concentration, Support.Positive ])

    let quantile (exponential: Tensor) =
        scale * (exponential / concentration).exp()

    // f(α) above the bound, infinite at and below it
    let above (bound: float) (f: Tensor -> Tensor) =
        let exists = concentration.gt bound
        let finite = f (dsharp.where (exists, concentration, concentration.scalarLike (bound + 1.0)))
        dsharp.where (exists, finite, finite.scalarLike infinity)

    new(scale: float, concentration: float) = Pareto(dsharp.scalar scale, dsharp.scalar concentration)

    /// The smallest value.
    member _.Scale = scale

    /// α.
    member _.Concentration = concentration

    override _.Support = Support.AtLeast scale
    override _.HasRSample = true

    override this.RDraw sampleShape =
        quantile (Noise.exponential scale (Array.append sampleShape this.BatchShape))

    override this.LogDensity value =
        Density.inside this.Support value (fun x -> concentration.log () - x.log () - concentration * Logarithms.ratio x scale)

    override this.Entropy() =
        this.Fill(scale.log () - concentration.log () + 1.0 / concentration + 1.0)

    override this.Mean = this.Fill(scale * above 1.0 (fun alpha -> alpha / (alpha - 1.0)))

    override this.Variance =
        this.Fill(scale.square () * above 2.0 (fun alpha -> alpha / ((alpha - 1.0).square() * (alpha - 2.0))))

    override this.Mode = this.Fill scale

    override this.Cdf value =
        Density.below this.Support value (fun x -> -(-concentration * Logarithms.ratio x scale).expm1())

    override _.Icdf probability = quantile (-(-probability).log1p())
    override _.With parameters = Pareto(parameters[0], parameters[1])

// The Poisson distribution.
// Counts of independent events: photons, spikes, words, arrivals.
namespace Functional

open Functional.Tensors

/// p(k) = λ^k exp(-λ) / k! for k = 0, 1, ..., elementwise over the batch; λ is `rate`, finite and not negative.
/// Values are counts in the dtype of the rate. Its variance is its mean: counts that vary more want a NegativeBinomial.
[<Sealed>]
type Poisson(rate: Tensor) =
    inherit Family("Poisson", [ "rate", rate, Support.NonNegative ])

    new(rate: float) = Poisson(dsharp.scalar rate)

    /// λ.
    member _.Rate = rate

    override _.Support = Support.NonNegativeIntegers

    override _.Draw sampleShape =
        Gradient.off (fun () -> Counting.drawPoisson (rate.expand (Array.append sampleShape rate.shape)))

    override _.LogDensity value =
        let value, exact = Counting.precise value, Counting.precise rate
        // no events at a rate of 0: the logarithm stays out
        let certain = (value.eq 0.0).logicalAnd(exact.eq 0.0)
        let logRate = dsharp.where(certain, exact.scalarLike 1.0, exact).log()
        (value * logRate - exact - Counting.logFactorial value).cast rate.dtype

    override _.Mean = rate
    override _.Variance = rate
    override _.Mode = rate.floor ()
    override _.With parameters = Poisson(parameters[0])

    override _.Cdf value =
        Counting.cdf None value (fun count -> Special.gammaincc (count + 1.0) rate)

    interface IExponentialFamily with
        member _.NaturalForm =
            { Parameters = [ rate.log (), 0 ]
              LogNormalizer = fun parameters -> parameters[0].exp() }

        member _.BaseMeasure = []

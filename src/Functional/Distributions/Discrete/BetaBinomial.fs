// The beta-binomial distribution: a binomial whose probability is beta distributed.
// Overdispersed counts of successes, and the prediction after beta-binomial inference.
namespace Functional

open Functional.Tensors

/// p(k) = n! / (k! (n - k)!) B(k + α, n - k + β) / B(α, β) for k = 0..n, elementwise over the batch; n is `total`, a non-negative integer,
/// α is `concentration1` and β `concentration0`, both positive. Mode and entropy look at all values, so they cost n terms.
[<Sealed>]
type BetaBinomial(total: Tensor, concentration1: Tensor, concentration0: Tensor) =
    inherit
        Family(
            "BetaBinomial",
            [ "total", total, Support.NonNegativeIntegers
              "concentration1", concentration1, Support.Positive
              "concentration0", concentration0, Support.Positive ]
        )

    let dtype = concentration1.dtype

    let logDensity (value: Tensor) =
        let value, total = Counting.precise value, Counting.precise total
        let a, b = Counting.precise concentration1, Counting.precise concentration0
        Counting.logChoose total value + Counting.logBeta (value + a) (total - value + b) - Counting.logBeta a b

    let sum () : Tensor = concentration1 + concentration0

    new(total: int, concentration1: Tensor, concentration0: Tensor) =
        BetaBinomial(concentration1.scalarLike total, concentration1, concentration0)

    /// n.
    member _.Total = total

    /// α.
    member _.Concentration1 = concentration1

    /// β.
    member _.Concentration0 = concentration0

    override _.Support = Support.Integers(total.zerosLike [], total)

    override this.Draw sampleShape =
        Gradient.off (fun () ->
            let shape = Array.append sampleShape this.BatchShape

            let precise (concentration: Tensor) =
                (Counting.precise concentration).expand shape

            let logOdds = Pathwise.logitBeta (precise concentration1) (precise concentration0)
            (Counting.drawBinomial shape total (logOdds.sigmoid ())).cast dtype)

    override _.LogDensity value = (logDensity value).cast dtype

    override this.Entropy() =
        (Counting.sumUpTo this.BatchShape total Dtype.Float64 (logDensity >> Counting.surprise)).cast dtype

    override this.Mean = this.Fill(total * (concentration1 / sum ()))

    override this.Variance =
        let share1, share0 = concentration1 / sum (), concentration0 / sum ()
        this.Fill(total * share1 * share0 * ((sum () + total) / (sum () + 1.0)))

    override this.Mode =
        let counts, reached = Counting.grid this.BatchShape total Dtype.Float64
        let densities = logDensity (dsharp.where (reached, counts, counts.scalarLike 0.0))
        dsharp.where(reached, densities, densities.scalarLike -infinity).argmax(0).cast dtype

    override _.With parameters =
        BetaBinomial(parameters[0], parameters[1], parameters[2])

    override this.EnumerateSupport() =
        Counting.commonTotal "BetaBinomial" total |> ignore
        (fst (Counting.grid this.BatchShape total dtype))

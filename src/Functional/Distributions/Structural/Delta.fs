// All of the mass in one point.
// Point estimates as posteriors, and values taken as known.
namespace Functional

open Functional.Tensors

/// log p(x) = logDensity (0 unless given) where x equals `value`, -inf elsewhere. The last `eventRank` axes of `value` are those of one event. Samples are
/// the value itself and pass gradients on to it. Raises ArgumentException when the value has fewer axes or the shapes do not line up.
[<Sealed>]
type Delta private (eventRank: int, value: Tensor, logDensity: Tensor) =
    inherit
        Family(
            "Delta",
            [ "value", value, (if eventRank = 0 then Support.Real else Support.Elementwise(Support.Real, eventRank))
              "logDensity", logDensity, Support.Real ]
        )

    new(value: Tensor, ?eventRank: int, ?logDensity: Tensor) =
        Delta(defaultArg eventRank 0, value, defaultArg logDensity (value.zeroLike ()))

    /// Where the mass is.
    member _.Value = value

    /// The log-density there.
    member _.LogDensityAtValue = logDensity

    override _.EventShape = Shapes.trailing eventRank value.shape
    override _.Support = Support.Points(value.unsqueeze 0, eventRank)
    override _.HasRSample = true

    override this.RDraw sampleShape =
        value.expand (Array.concat [ sampleShape; this.BatchShape; this.EventShape ])

    override _.LogDensity x =
        let differences = (x.ne value).cast Dtype.Int32
        let isThere = (Shapes.sumLast eventRank differences).eq 0
        dsharp.where (isThere, logDensity, logDensity.scalarLike -infinity)

    override this.Entropy() = this.FillBatch -logDensity
    override this.Mean = this.Fill value
    override this.Variance = this.Fill(value.zerosLike ())
    override this.Mode = this.Fill value

    override _.Cdf x =
        if eventRank > 0 then
            raise (Errors.Distribution.lacks "Delta" "distribution function" "its values are arrays")

        (x.ge value).cast value.dtype

    override this.EnumerateSupport() = (this.Fill value).unsqueeze 0

    override _.With parameters =
        Delta(eventRank, parameters[0], parameters[1])

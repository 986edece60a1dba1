// The standard normal distribution: its quantiles, and integrals over parts of it, exact however far out in a tail.
// The normal family and its relatives (truncated, log-normal, logit-normal) are written with them.
namespace Functional

open System
open Functional.Tensors
open Functional.Tensors.Native

module internal Gaussian =

    let private unary (name: string) =
        let op = Operators.aten name
        fun (t: Tensor) -> new Tensor(op.Tensor(t.Handle))

    let private erfcx = unary "special_erfcx"

    /// ½ log 2π.
    let logRoot2Pi = 0.5 * log (2.0 * Math.PI)

    /// log φ(z).
    let logDensity (z: Tensor) : Tensor = z.square () * -0.5 - logRoot2Pi

    /// Φ(z).
    let cdf (z: Tensor) : Tensor = (z * (-1.0 / sqrt 2.0)).erfc() * 0.5

    /// log Φ(z).
    let logCdf: Tensor -> Tensor = unary "special_log_ndtr"

    /// log(Φ(b) - Φ(a)) for a < b. Both are mirrored to where Φ is small, so that no digits are lost in either tail.
    let logMass (a: Tensor) (b: Tensor) : Tensor =
        let isUpper = (a + b).gt 0.0
        let low, high = dsharp.where (isUpper, -b, a), dsharp.where (isUpper, -a, b)
        let logHigh = logCdf high
        logHigh + Logarithms.complement (logCdf low - logHigh)

    /// Φ⁻¹(p), exact for small p.
    let quantile: Tensor -> Tensor = unary "special_ndtri"

    // ---- tails ----

    /// ∫₀^w sᵏ exp(-νs - s²/2) ds for k = 0, 1, 2: what moments of a part of the normal distribution are made of, a distance ν ≥ 0 from
    /// its centre.
    type Moments = { Zeroth: Tensor; First: Tensor; Second: Tensor }

    // The first moments keep their digits: as differences of the erfcx they would lose all of them from ν = 1e3 on in float32.
    let private nearby = 5.0

    // Enough levels of the continued fraction for full precision from `nearby` on.
    let private levels (dtype: Dtype) = if dtype = Dtype.Float64 then 20 else 6

    // K₁ and K₂ of Laplace's continued fraction R(ν) = 1/(ν + K₁), Kₙ = n/(ν + Kₙ₊₁).
    let private fractions (distance: Tensor) =
        let last = levels distance.dtype
        let tail = distance * ((4.0 * float last / distance.square () + 1.0).sqrt() - 1.0) * 0.5
        let below (inner: Tensor) (n: int) = float n / (distance + inner)
        let second = Seq.fold below tail (seq { last - 1 .. -1 .. 2 })
        below second 1, second

    /// w = ∞, k = 0: Mills' ratio (1 - Φ(ν))/φ(ν).
    let mills (distance: Tensor) : Tensor =
        let close = erfcx (distance.clamp (high = nearby) * sqrt 0.5) * sqrt (Math.PI / 2.0)
        let far = distance.clamp (low = nearby)
        dsharp.where (distance.lt nearby, close, 1.0 / (far + fst (fractions far)))

    // w = ∞. By parts, the moments are R, R K₁, R K₁ K₂.
    let private whole (distance: Tensor) : Moments =
        let isClose = distance.lt nearby
        let close, far = distance.clamp (high = nearby), distance.clamp (low = nearby)
        let farFirst, farSecond = fractions far
        let closeZeroth = erfcx (close * sqrt 0.5) * sqrt (Math.PI / 2.0)
        let closeFirst = 1.0 - close * closeZeroth
        let zeroth = dsharp.where (isClose, closeZeroth, 1.0 / (far + farFirst))
        let first = dsharp.where (isClose, closeFirst, zeroth * farFirst)
        let second = dsharp.where (isClose, closeZeroth - close * closeFirst, first * farSecond)
        { Zeroth = zeroth; First = first; Second = second }

    // Beyond it exp(-s²/2) is 0 in every dtype.
    let private reach = 40.0

    // Gauss-Legendre points of the unit interval, and their weights.
    let private nodes, private weights =
        let abscissas =
            [ 0.1488743389816312, 0.2955242247147529
              0.4333953941292472, 0.2692667193099964
              0.6794095682990244, 0.2190863625159820
              0.8650633666889845, 0.1494513491505806
              0.9739065285171717, 0.0666713443086881 ]

        let both = abscissas |> List.collect (fun (x, weight) -> [ x, weight; -x, weight ])

        let column (number: float * float -> float) =
            Constants [| for point in both -> number point |]

        column (fun (x, _) -> (1.0 + x) / 2.0), column (fun (_, weight) -> weight / 2.0)

    // s and exp(-νs - s²/2) ds at the points.
    let private points (distance: Tensor) (width: Tensor) : Tensor * Tensor =
        let s = (width.unsqueeze -1) * nodes.Like width
        s, (width.unsqueeze -1) * weights.Like width * (-s * ((distance.unsqueeze -1) + s * 0.5)).exp()

    // Where the integrand falls by less than a factor of e: the differences below would cancel there.
    let private quadrature (distance: Tensor) (width: Tensor) : Moments =
        let s, mass = points distance width

        { Zeroth = mass.sum -1
          First = (mass * s).sum -1
          Second = (mass * s.square ()).sum -1 }

    let private choose (condition: Tensor) (a: Moments) (b: Moments) : Moments =
        { Zeroth = dsharp.where (condition, a.Zeroth, b.Zeroth)
          First = dsharp.where (condition, a.First, b.First)
          Second = dsharp.where (condition, a.Second, b.Second) }

    let private fall (distance: Tensor) (width: Tensor) : Tensor = width * (distance + width * 0.5)

    /// The moments of a part; a width above 40 counts as infinite.
    let moments (distance: Tensor) (width: Tensor) : Moments =
        let width = width.clamp (high = reach)
        let fall = fall distance width
        let near, beyond, rest = whole distance, whole (distance + width), (-fall).exp()

        choose
            (fall.lt 1.0)
            (quadrature distance width)
            { Zeroth = near.Zeroth - rest * beyond.Zeroth
              First = near.First - rest * (beyond.First + width * beyond.Zeroth)
              Second = near.Second - rest * (beyond.Second + width * (beyond.First * 2.0 + width * beyond.Zeroth)) }

    /// ∫₀^w exp(-νs - s²/2) ds.
    let mass (distance: Tensor) (width: Tensor) : Tensor = (moments distance width).Zeroth

    /// The width w of the part with ∫₀^w exp(-νs - s²/2) ds = R(ν) (1 - exp(-e)), from e and that integral.
    /// Newton's method; its last two steps carry gradients and gradients of gradients.
    let width (distance: Tensor) (exponent: Tensor) (mass': Tensor) : Tensor =
        let isPart = exponent.lt 1.0

        // On the integral where it is small, which is where the integrand falls by less than a factor of e; elsewhere on the logarithm of
        // what is left.
        let step (distance: Tensor) (exponent: Tensor) (mass': Tensor) (near: Tensor) (width: Tensor) : Tensor =
            let part = dsharp.where (isPart, width, width.scalarLike 0.0)
            let byMass = ((snd (points distance part)).sum -1 - mass') * (fall distance part).exp()
            let beyond = mills (distance + width)
            let byRest = beyond * (fall distance width - (beyond / near).log() - exponent)
            width - dsharp.where (isPart, byMass, byRest)

        // Both bounds hold, as R falls: the tail is below that of the exponential distribution and below exp(-fall).
        let start (near: Tensor) =
            let root = (distance.square () + exponent * 2.0).sqrt()
            (exponent * near).min(exponent * 2.0 / (distance + root))

        let near = mills distance
        let step = step distance exponent mass' near
        Gradient.off (fun () -> start near |> step |> step |> step) |> step |> step

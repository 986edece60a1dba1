// Families of real numbers: how the laws make random instances of each.
// Every entry has all laws tested; FamilyEntry says what an entry is.
module internal Functional.Tests.ContinuousFamilies

open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private normal =
    family
        "Normal"
        (elementwise [ between -3.0 3.0; (fun draw batch -> (between -1.5 1.0 draw batch).exp()) ])
        (two (fun mean scale -> Normal(mean, scale)))
    |> withExtremes (fun () ->
        let scales = [ 1.0; 0.125; 1e-8; 1e4 ] |> List.map (fun scale -> float (float32 scale))
        let points = List.allPairs [ 0.0; 1e4 ] (List.allPairs scales [ -1e4; 0.0; 1e4 ])
        let mean, scale = points |> List.map fst, points |> List.map (snd >> fst)
        [ [ float64 mean; float64 scale ], float64 (points |> List.map (snd >> snd)) ])

let private uniform (name: string) (low: float * float) (high: float * float) =
    family
        name
        (elementwise [ between (fst low) (snd low); between (fst high) (snd high) ])
        (two (fun low high -> Uniform(low, high)))
    |> withExtremes (fun () ->
        let low, high, value = [ -1e4; 0.0; 1.0; 0.0 ], [ 1e4; 1e-10; 1.0 + 1.0 / 1024.0; 1.0 ], [ 1e4; 0.0; 1.0; 1.0 ]
        let single = List.map (fun (x: float) -> float (float32 x)) >> float64
        [ [ single low; single high ], single value ])

/// Parameters and, last, a value in each row; rounded to what a float32 holds.
let private rows (rows: float list list) () =
    let columns = rows |> List.map (List.map (float32 >> float)) |> List.transpose |> List.map float64
    [ List.truncate (columns.Length - 1) columns, List.last columns ]

let private singles = List.map (float32 >> float)

let private step = 1.0 / 16777216.0

// Locations and scales of numbers on the whole line.
let private located = elementwise [ between -2.0 2.0; positiveBetween 0.4 1.6 ]

let private farOut =
    [ [ 0.0; 1.0; 1e4 ]
      [ 0.0; 1.0; -1e4 ]
      [ 0.0; 1e-8; 1e4 ]
      [ 1e4; 1e4; -1e4 ]
      [ 0.0; 1e4; 0.0 ]
      [ 1e4; 0.1; 1e4 ] ]

let private logNormal =
    family
        "LogNormal"
        (elementwise [ between -1.0 1.0; positiveBetween 0.2 0.7 ])
        (two (fun location scale -> LogNormal(location, scale)))
    |> withExtremes (
        rows [ [ 0; 1; 1e-30 ]; [ 0; 1; 1e30 ]; [ -10; 0.1; 5e-5 ]; [ 0; 1e4; 1 ]; [ 0; 1e4; 1e30 ]; [ 9; 10; 1e4 ] ]
    )

let private logitNormal =
    family
        "LogitNormal"
        (elementwise [ between -1.0 1.0; positiveBetween 0.3 1.0 ])
        (two (fun location scale -> LogitNormal(location, scale)))
    |> withExtremes (
        rows
            [ [ 0; 1; 1e-30 ]
              [ 0; 1; 1.0 - step ]
              [ -10; 1; 1e-5 ]
              [ 5; 0.1; 0.993 ]
              [ 0; 100; 0.5 ]
              [ 0; 1e4; 1e-30 ]
              [ 0; 1e-3; 0.5 + 1e-4 ] ]
    )

let private halfNormal =
    family "HalfNormal" (elementwise [ positiveBetween 0.3 3.0 ]) (one (fun scale -> HalfNormal scale))
    |> withExtremes (fun () -> crossed (singles [ 1e-8; 1.0; 1e4 ]) (singles [ 0.0; 1e-4; 1.0; 1e4 ]))

let private truncatedNormal (name: string) (mean: float * float) (low: float * float) (high: float * float) =
    family
        name
        (elementwise
            [ between (fst mean) (snd mean)
              positiveBetween 0.8 2.0
              between (fst low) (snd low)
              between (fst high) (snd high) ])
        (fun p -> TruncatedNormal(p[0], p[1], p[2], p[3]))
    |> withExtremes (
        rows
            [ [ 0; 1; 100; 101; 100.5 ]
              [ 0; 1; 1e4; 10001; 10000.25 ]
              [ 0; 1; -101; -100; -100.25 ]
              [ 0; 1; -1; 1; 0.5 ]
              [ 0; 1; -1e4; 1e4; 5 ]
              [ 0; 1e4; -1; 1; 0.5 ]
              [ 0; 1e-4; -1; 1; 0.5 ]
              [ 0; 1; 100; infinity; 100.01 ]
              [ 0; 1; -infinity; infinity; 3 ]
              [ 0; 1; -infinity; -5; -5.125 ]
              [ 0; 1; 0; 1e-4; 5e-5 ]
              [ 50; 1; 0; 1; 0.999 ] ]
    )
    |> slow

let private laplace =
    family "Laplace" located (two (fun location scale -> Laplace(location, scale)))
    |> withExtremes (rows farOut)
    |> withBreaks (fun distribution -> [ (element distribution :?> Laplace).Location ])

let private logistic =
    family "Logistic" located (two (fun location scale -> Logistic(location, scale)))
    |> withExtremes (rows farOut)

let private gumbel =
    family "Gumbel" located (two (fun location scale -> Gumbel(location, scale)))
    |> withExtremes (
        rows
            [ [ 0; 1; 1e4 ]
              [ 0; 1; -80 ]
              [ 0; 1e-8; 1e4 ]
              [ 1e4; 1e4; -1e4 ]
              [ 0; 1e4; 0 ]
              [ 1e4; 0.1; 1e4 ]
              [ -1e4; 125; -2e4 ] ]
    )

let private cauchy = family "Cauchy" located (two (fun location scale -> Cauchy(location, scale))) |> withExtremes (rows farOut)

let private halfCauchy =
    family "HalfCauchy" (elementwise [ positiveBetween 0.3 3.0 ]) (one (fun scale -> HalfCauchy scale))
    |> withExtremes (fun () -> crossed (singles [ 1e-8; 1.0; 1e4 ]) (singles [ 0.0; 1e-4; 1.0; 1e4 ]))

let private exponential =
    family "Exponential" (elementwise [ positiveBetween 0.3 3.0 ]) (one (fun rate -> Exponential rate))
    |> withExtremes (fun () -> crossed (singles [ 1e-3; 1.0; 1e6 ]) (singles [ 0.0; 1e-10; 1e4 ]))

let private weibull =
    family "Weibull" (elementwise [ positiveBetween 0.3 3.0; positiveBetween 1.2 4.0 ]) (two (fun scale k -> Weibull(scale, k)))
    |> withExtremes (
        rows
            [ [ 1; 1e-3; 1e-30 ]
              [ 1; 1e-3; 1e30 ]
              [ 1; 1e6; 1.0 + 16.0 * step ]
              [ 1; 1e6; 1.0 - 16.0 * step ]
              [ 1; 1e6; 0.5 ]
              [ 1e4; 2; 1e4 ]
              [ 1e-4; 0.5; 1e4 ]
              [ 1e4; 1e3; 10001 ] ]
    )

let private pareto =
    family
        "Pareto"
        (elementwise [ positiveBetween 0.3 3.0; positiveBetween 6.0 12.0 ])
        (two (fun scale alpha -> Pareto(scale, alpha)))
    |> withExtremes (
        rows
            [ [ 1; 1e-3; 1e30 ]
              [ 1; 1e6; 1 ]
              [ 1; 1e6; 1.0 + 16.0 * step ]
              [ 1; 1e6; 1e4 ]
              [ 1e4; 2; 1e4 ]
              [ 1e-8; 1; 1e4 ] ]
    )

let private kumaraswamy =
    family "Kumaraswamy" (elementwise [ positiveBetween 1.2 4.0; positiveBetween 1.2 4.0 ]) (two (fun a b -> Kumaraswamy(a, b)))
    |> withExtremes (
        rows
            [ [ 1e-3; 1e-3; 1e-30 ]
              [ 1e-3; 1e-3; 1.0 - step ]
              [ 1e6; 1e6; 1.0 - 1e-5 ]
              [ 1e-3; 1e6; 1e-30 ]
              [ 1e6; 1e-3; 1.0 - step ]
              [ 2; 1e6; 1e-3 ]
              [ 2; 3; 0.5 ] ]
    )

let private continuousBernoulli =
    family
        "ContinuousBernoulli from logits"
        (elementwise [ between -4.0 4.0 ])
        (one (fun logits -> ContinuousBernoulli.FromLogits logits))
    |> withExtremes (fun () ->
        let slopes = [ -1e4; -100.0; -1.0; -1e-3; 0.0; 1e-8; 1e-3; 0.999; 1.001; 20.0; 100.0; 1e4 ]
        crossed (singles slopes) (singles [ 0.0; 1e-6; 0.5; 1.0 ]))

let private continuousBernoulliFromProbabilities =
    family
        "ContinuousBernoulli from probabilities"
        (elementwise [ between 0.05 0.95 ])
        (one (fun probabilities -> ContinuousBernoulli.FromProbabilities probabilities))
    |> withExtremes (fun () -> crossed (singles [ 1e-30; 0.49; 0.5; 0.50001; 0.75; 1.0 - step ]) [ 0.0; 0.5; 1.0 ])

let private gamma (name: string) (low: float, high: float) =
    family
        name
        (elementwise [ positiveBetween low high; positiveBetween 0.4 2.5 ])
        (two (fun concentration rate -> Gamma(concentration, rate)))
    |> withExtremes (
        rows
            [ [ 1e-3; 1; 1e-30 ]
              [ 1e-3; 1; 1e-3 ]
              [ 1e-3; 1e6; 1e4 ]
              [ 1e6; 1; 1e6 ]
              [ 1e6; 1; 1.003e6 ]
              [ 1e6; 1e6; 1 ]
              [ 1e6; 1e-3; 1e9 ]
              [ 1; 1; 1e4 ]
              [ 0.5; 2; 1e4 ] ]
    )

let private inverseGamma =
    family
        "InverseGamma"
        (elementwise [ positiveBetween 6.0 12.0; positiveBetween 2.0 8.0 ])
        (two (fun concentration rate -> InverseGamma(concentration, rate)))
    |> withExtremes (
        rows
            [ [ 1e-3; 1; 1e30 ]
              [ 1e-3; 1; 1e-3 ]
              [ 1e6; 1; 1e-6 ]
              [ 1e6; 1e6; 1 ]
              [ 1e6; 1e6; 1.003 ]
              [ 2; 3; 1e4 ] ]
    )

let private chi2 =
    family "Chi2" (elementwise [ positiveBetween 1.3 8.0 ]) (one (fun degreesOfFreedom -> Chi2 degreesOfFreedom))
    |> withExtremes (rows [ [ 1e-3; 1e-30 ]; [ 1e-3; 1 ]; [ 1e6; 1e6 ]; [ 1e6; 1.004e6 ]; [ 2; 1e4 ] ])

let private beta (name: string) (low: float, high: float) =
    family name (elementwise [ positiveBetween low high; positiveBetween low high ]) (two (fun ones zeros -> Beta(ones, zeros)))
    |> withExtremes (
        rows
            [ [ 1e-3; 1e-3; 1e-30 ]
              [ 1e-3; 1e-3; 1.0 - step ]
              [ 1e6; 1e6; 0.5 ]
              [ 1e6; 1e6; 0.501 ]
              [ 1e-3; 1e6; 1e-8 ]
              [ 1e6; 1e-3; 1.0 - step ]
              [ 2; 3; 0.5 ] ]
    )

let private studentT (name: string) (low: float, high: float) =
    family
        name
        (elementwise [ positiveBetween low high; between -2.0 2.0; positiveBetween 0.4 1.6 ])
        (three (fun degreesOfFreedom location scale -> StudentT(degreesOfFreedom, location, scale)))
    |> withExtremes (
        rows
            [ [ 1e-3; 0; 1; 1e4 ]
              [ 1e-3; 0; 1; 0 ]
              [ 1e6; 0; 1; 1 ]
              [ 1e6; 0; 1; 1e4 ]
              [ 1e6; 1e4; 1e-3; 1e4 ]
              [ 1; 0; 1e4; -1e4 ]
              [ 3; -1e4; 1; 1e4 ] ]
    )

let private vonMises (name: string) (reach: float) (low: float, high: float) =
    let circular = "mean and variance are those of directions, not of numbers; VonMisesTests tests them"

    family
        name
        (elementwise [ between -reach reach; positiveBetween low high ])
        (two (fun location concentration -> VonMises(location, concentration)))
    |> withExtremes (
        rows
            [ [ 0; 1e-3; 1 ]
              [ 0; 1e6; 0 ]
              [ 0; 1e6; 1e-3 ]
              [ 1; 1e6; 1.001 ]
              [ 3; 1e4; -3.14 ]
              [ 0; 1e6; 3 ]
              [ -1e4; 2; 1 ] ]
    )
    |> withoutLaw "mean and variance are those of the density" circular
    |> withoutLaw "mean and variance are those of samples" circular
    |> withoutLaw "pathwise gradients of moments" circular

let all: FamilyEntry list =
    [ normal
      uniform "Uniform" (-1.0, 0.0) (0.2, 1.2)
      uniform "Uniform on wide intervals" (-3.0, -1.1) (1.3, 3.0)
      logNormal
      logitNormal
      halfNormal
      truncatedNormal "TruncatedNormal" (-0.8, 0.8) (-2.0, -0.5) (0.5, 2.0)
      truncatedNormal "TruncatedNormal to narrow intervals" (-3.0, 3.0) (0.0, 1.0) (1.05, 1.3)
      laplace
      logistic
      gumbel
      cauchy
      halfCauchy
      exponential
      weibull
      pareto
      kumaraswamy
      continuousBernoulli
      continuousBernoulliFromProbabilities
      gamma "Gamma" (1.1, 6.0)
      gamma "Gamma with a pole at zero" (0.4, 0.9)
      inverseGamma
      chi2
      beta "Beta" (1.2, 5.0)
      beta "Beta with poles at both ends" (0.5, 0.9)
      |> withoutLaw "no value is more probable than the mode" "there is none: both ends are poles"
      |> withTolerance 10.0 "next to 1, where the density has a pole, points are 1e-16 apart"
      |> withoutLaw
          "sampling with the log-density"
          "next to 1 the sample is rounded: the log-density that comes with it is that before rounding, the exact one"
      studentT "StudentT" (10.0, 30.0)
      studentT "StudentT with heavy tails" (1.1, 2.0)
      |> withoutLaw
          "the distribution function is the integral of the density"
          "quadrature up to a value far out misses a part of the peak; SpecialTests compares it with MathNet"
      vonMises "VonMises" 3.0 (0.3, 8.0)
      vonMises "VonMises, concentrated" 1.0 (90.0, 120.0) ]

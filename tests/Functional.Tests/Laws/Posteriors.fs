// Random models whose draws have supports of all kinds, in plates and out of them, and a Gaussian one whose posterior is known.
// The laws of guides and of posteriors over R^D are tested on every one of them.
module internal Functional.Tests.Posteriors

open Functional
open Functional.Tensors
open Functional.Tests.Testing
open Functional.Tests.Programs

let private number (value: float) : Tensor = float64 value
let private vector (values: float list) : Tensor = float64 values
let private standard: Distribution = Scope.keep (Normal(number 0.0, number 1.0))

/// One draw and nothing else, and how many coordinates it has: its density over R^D is a prior's and integrates to one.
let priors: (string * int * (unit -> Program<unit>)) list =
    let only name dimension (make: unit -> Distribution) =
        name,
        dimension,
        fun () ->
            program {
                let! _ = sample "z" (make ())
                return ()
            }

    [ only "Normal" 1 (fun () -> Normal(number 0.3, number 0.8))
      only "Gamma" 1 (fun () -> Gamma(number 2.0, number 1.5))
      only "InverseGamma" 1 (fun () -> InverseGamma(number 3.0, number 1.5))
      only "LogNormal" 1 (fun () -> LogNormal(number 0.3, number 0.5))
      only "HalfNormal" 1 (fun () -> HalfNormal(number 1.3))
      only "Beta" 1 (fun () -> Beta(number 2.0, number 3.0))
      only "Uniform" 1 (fun () -> Uniform(number -1.0, number 2.0))
      only "Pareto" 1 (fun () -> Pareto(number 1.5, number 2.5))
      only "VonMises" 1 (fun () -> VonMises(number 0.5, number 1.2))
      only "StudentT" 1 (fun () -> StudentT(number 9.0, number 0.0, number 1.0))
      only "LKJCholesky of 2" 1 (fun () -> LKJCholesky(2, number 1.7))
      only "Dirichlet" 2 (fun () -> Dirichlet(vector [ 1.5; 2.0; 2.5 ]))
      only "MultivariateNormal" 2 (fun () ->
          MultivariateNormal.FromScaleTril(vector [ 0.5; -0.5 ], (vector [ 1.0; 0.0; 0.6; 0.7 ]).view [ 2; 2 ]))
      only "two independent Gammas" 2 (fun () -> Independent(Gamma(vector [ 2.0; 3.0 ], number 1.0), 1))
      "Gammas in a plate",
      2,
      fun () ->
          plate "p" 2 (fun _ ->
              program {
                  let! _ = sample "z" (Gamma(number 2.0, number 1.0))
                  return ()
              })
      "a scale and what depends on it",
      2,
      fun () ->
          program {
              let! scale = sample "scale" (LogNormal(number 0.0, number 0.4))
              let! _ = sample "z" (Normal(scale, scale))
              return ()
          } ]

let private vectors (draw: Draw) =
    let x = draw.Tensor([| 3 |], -1.0, 1.0)
    let prior = Normal.diagonal (draw.Tensor([| 3 |], -1.0, 1.0)) (draw.Tensor([| 3 |], 0.5, 1.0))
    let shapes = draw.Tensor([| 3 |], 2.0, 4.0)

    program {
        let! w = sample "w" prior
        let! rates = sample "rates" (Independent(Gamma(shapes, number 1.0), 1))
        do! observe "y" (Normal((w * rates * x).sum -1, number 1.0)) (number 0.4)
    }

let private unitIntervals (draw: Draw) =
    let count = draw.Int(2, 4)
    let y = draw.Tensor([| count |], 0.1, 0.9)

    program {
        let! share = sample "share" (Beta(number 2.0, number 3.0))
        let! width = sample "width" (Uniform(number 1.0, number 2.0))

        do!
            plate "p" count (fun _ ->
                program {
                    let! angle = sample "angle" (VonMises(number 0.2, number 2.0))
                    do! observe "y" (Normal(share * width + angle.sin (), number 0.5)) y
                })
    }

let private simplices (draw: Draw) =
    let count = draw.Int(2, 3)
    let y = draw.Tensor([| count |], 0.0, 2.0)
    let concentration = draw.Tensor([| 3 |], 1.0, 3.0)

    plate "p" count (fun _ ->
        program {
            let! weights = sample "weights" (Dirichlet concentration)
            let! scale = sample "scale" (Gamma(number 3.0, number 2.0))
            do! observe "y" (Normal((weights * vector [ 0.0; 1.0; 2.0 ]).sum -1, scale)) y
        })

let private correlations (draw: Draw) =
    let y = draw.Tensor([| 3 |], -1.0, 1.0)
    let logScale = draw.Tensor([| 3 |], -0.5, 0.5)

    program {
        let! factor = sample "factor" (LKJCholesky(3, number 2.0))
        let! scale = sample "scale" (Independent(LogNormal(logScale, number 0.3), 1))
        do! observe "y" (MultivariateNormal.FromScaleTril(number 0.0 * y, scale.unsqueeze -1 * factor)) y
    }

// A Gaussian mixture whose labels are summed out.
let private mixture (draw: Draw) =
    let x = draw.Tensor([| 4 |], -2.0, 2.0)

    program {
        let! weights = sample "weights" (Dirichlet(vector [ 2.0; 2.0; 2.0 ]))
        let! shift = sample "shift" standard

        do!
            plate "data" 4 (fun _ ->
                program {
                    let! z = sample "z" (Categorical.FromProbabilities weights)
                    do! observe "x" (normal (pick (vector [ -1.0; 0.0; 1.0 ]) z + shift, 0.8)) x
                })
    }
    |> Program.enumerate

let private plain (name: string) (make: Draw -> ProgramEntry) =
    name, (fun (draw: Draw) -> (make draw).Program)

/// Models with continuous draws, by name.
let models: (string * (Draw -> Program<unit>)) list =
    [ plain "hierarchical normal" programs[0]
      plain "nested plates" programs[1]
      plain "regression with subsampling" programs[3]
      "vectors", vectors
      "intervals in a plate", unitIntervals
      "simplices in a plate", simplices
      "correlations", correlations
      "a mixture summed out", mixture ]

/// Every kind of guide.
let guides: (string * (Program<unit> -> AutoGuide)) list =
    [ "mean-field", AutoGuide.meanField
      "full-rank", AutoGuide.fullRank
      "low-rank", AutoGuide.lowRank 1
      "delta", AutoGuide.delta ]

/// z ~ N(0, I) in R², x|z ~ N(Wz + b, σ²I) in R³; log p(x), and the mean and covariance of p(z|x).
type GaussianPosterior = { Model: Program<unit>; LogEvidence: Tensor; Mean: Tensor; Covariance: Tensor }

let gaussianPosterior (draw: Draw) : GaussianPosterior =
    let w = draw.Tensor([| 3; 2 |], -1.5, 1.5)
    let b, x = draw.Tensor([| 3 |], -1.0, 1.0), draw.Tensor([| 3 |], -2.0, 2.0)
    let sigma = draw.Float(0.4, 1.0)
    let likelihood (mean: Tensor) : Distribution = Independent(normal (mean, sigma), 1)
    let eye (n: int) : Tensor = dsharp.eye (n, dtype = Dtype.Float64)
    let transposed: Tensor = w.transpose (0, 1)
    let covariance = (eye 2 + transposed.matmul w / (sigma * sigma)).inv()
    let spread = w.matmul transposed + eye 3 * (sigma * sigma)

    { Model =
        program {
            let! z =
                sample
                    "z"
                    (Normal.diagonal (dsharp.zeros ([ 2 ], dtype = Dtype.Float64)) (dsharp.ones ([ 2 ], dtype = Dtype.Float64)))

            do! observe "x" (likelihood (z.matmul transposed + b)) x
        }
      LogEvidence = (MultivariateNormal.FromCovariance(b, spread)).LogProb x
      Mean = covariance.matmul (transposed.matmul (x - b)) / (sigma * sigma)
      Covariance = covariance }

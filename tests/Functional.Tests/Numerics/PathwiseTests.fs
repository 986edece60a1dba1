// Draws with gradients: their distributions, their motion by implicit differentiation, and that threads change nothing.
// Run with the whole suite.
module internal Functional.Tests.PathwiseTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

/// The largest distance between the draws' distribution and the given one, in units in which 2.5 would be a chance of 1e-5.
let private kolmogorov (cdf: Tensor -> Tensor) (draws: Tensor) : float =
    let shares = numbers (cdf (draws.cast Dtype.Float64)) |> Array.sort
    let n = float shares.Length

    let distance =
        shares
        |> Array.mapi (fun i share -> max (abs (share - float i / n)) (abs (share - float (i + 1) / n)))
        |> Array.max

    distance * sqrt n

let private many = 50_001

let private full (dtype: Dtype) (value: float) =
    dsharp.full ([ many ], value, dtype = dtype)

let private follows (what: string) (cdf: Tensor -> Tensor) (draws: Tensor) =
    Expect.isLessThan (kolmogorov cdf draws) 2.5 what

let private exponentialCdf (x: Tensor) : Tensor = -(-x).expm1()
let private gumbelCdf (x: Tensor) : Tensor = (-(-x).exp()).exp()

let private laplaceCdf (x: Tensor) : Tensor =
    let tail = (-x.abs()).exp() * 0.5
    dsharp.where (x.lt 0.0, tail, 1.0 - tail)

/// -∂F/∂θ over ∂F/∂x: how a draw at x moves with θ.
let private implicit (cdf: Tensor list -> Tensor) (place: int) (inputs: Tensor list) : Tensor =
    let last = inputs.Length - 1
    -(gradientIn place (cdf >> _.sum()) inputs) / gradientIn last (cdf >> _.sum()) inputs

let private kinds (dtype: Dtype) : (string * (unit -> Tensor)) list =
    let half, two = full dtype 0.5, full dtype 2.0

    [ "gamma", (fun () -> Pathwise.gamma half)
      "log gamma", (fun () -> Pathwise.logGamma two)
      "logit beta", (fun () -> Pathwise.logitBeta half two)
      "von Mises", (fun () -> Pathwise.vonMises two)
      "exponential", (fun () -> Noise.exponential two [| many |])
      "Laplace", (fun () -> Noise.laplace two [| many |])
      "Gumbel", (fun () -> Noise.gumbel two [| many |]) ]

[<Tests>]
let tests =
    testList
        "Numerics.Pathwise"
        [ holds "draws follow their distributions, in both types" 2 (fun _ ->
              for dtype in [ Dtype.Float32; Dtype.Float64 ] do
                  for a in [ 0.3; 1.0; 4.0; 1e4 ] do
                      let concentration = float64 a
                      follows $"gamma of {a}" (Special.gammainc concentration) (Pathwise.gamma (full dtype a))

                      follows
                          $"log gamma of {a}"
                          (fun u -> Special.gammainc concentration (u.exp ()))
                          (Pathwise.logGamma (full dtype a))

                      let logits = Pathwise.logitBeta (full dtype a) (full dtype 2.0)
                      follows $"beta of {a}" (fun u -> Special.betainc concentration (float64 2.0) (u.sigmoid ())) logits

                  let like = full dtype 1.0
                  follows "von Mises" (Special.vonMisesCdf (float64 2.0)) (Pathwise.vonMises (full dtype 2.0))
                  follows "exponential" exponentialCdf (Noise.exponential like [| many |])
                  follows "Laplace" laplaceCdf (Noise.laplace like [| many |])
                  follows "Gumbel" gumbelCdf (Noise.gumbel like [| many |]))

          holds "neighbouring gamma draws are independent" 2 (fun _ ->
              let shares = numbers (Special.gammainc (float64 2.0) (Pathwise.gamma (full Dtype.Float64 2.0)))
              let products = shares |> Array.pairwise |> Array.averageBy (fun (x, y) -> (x - 0.5) * (y - 0.5))
              Expect.isLessThan (abs products * 12.0 * sqrt (float many)) 5.0 "their correlation, in standard errors")

          holds "gamma draws move by implicit differentiation, for concentrations from 0.01 to 1e4" 3 (fun draw ->
              let a = (draw.Tensor([| 300 |], log 0.01, log 1e4)).exp()
              let draws = Random.withSeed draw.Seed (fun () -> Pathwise.gamma a)
              let motion = Random.withSeed draw.Seed (fun () -> dsharp.grad (fun a -> (Pathwise.gamma a).sum()) a)
              let isNormal = draws.gt 1e-290
              let near = dsharp.where (isNormal, draws, draws.onesLike ())
              let expected = implicit (fun x -> Special.gammainc x[0] x[1]) 0 [ a; near ]

              isClose
                  1e-8
                  "gamma"
                  (dsharp.where (isNormal, motion / near, near * 0.0))
                  (dsharp.where (isNormal, expected / near, near * 0.0)))

          holds "beta draws move by implicit differentiation" 3 (fun draw ->
              let a, b = (draw.Tensor([| 300 |], log 0.1, log 100.0)).exp(), (draw.Tensor([| 300 |], log 0.1, log 100.0)).exp()

              let sum (p: Tensor list) =
                  Random.withSeed draw.Seed (fun () -> (Pathwise.logitBeta p[0] p[1]).sum())

              let logits = Random.withSeed draw.Seed (fun () -> Pathwise.logitBeta a b)
              let isInner = (logits.abs ()).lt 12.0
              let x = dsharp.where(isInner, logits, logits * 0.0).sigmoid()

              for place in 0..1 do
                  let expected = implicit (fun x -> Special.betainc x[0] x[1] x[2]) place [ a; b; x ] / (x * (1.0 - x))

                  let chosen (t: Tensor) =
                      dsharp.where (isInner, t, t.zerosLike ())

                  isClose 1e-8 $"parameter {place}" (chosen (gradientIn place sum [ a; b ])) (chosen expected))

          testCase "the number of threads changes no draw and no motion" (fun () ->
              let threads = Device.threads ()

              let drawn count =
                  Device.setThreads count

                  Random.withSeed 9 (fun () ->
                      Scope.run (fun () ->
                          [ for dtype in [ Dtype.Float32; Dtype.Float64 ] do
                                for name, draw in kinds dtype do
                                    yield name, numbers (draw ())

                                yield "motion", numbers (dsharp.grad (fun a -> (Pathwise.gamma a).sum()) (full dtype 0.7)) ]))

              try
                  let alone = drawn 1

                  for count in [ 2; 3; 7 ] do
                      for (name, numbers), (_, expected) in List.zip (drawn count) alone do
                          Expect.isTrue (numbers = expected) $"{name} with {count} threads"
              finally
                  Device.setThreads threads)

          testCase "parameters that repeat, transposed, single or none give draws of their shape" (fun () ->
              Scope.run (fun () ->
                  let a = dsharp.tensor [ [ 1.0; 1e6 ]; [ 2e6; 3.0 ]; [ 4.0; 5e6 ] ]

                  for concentration in [ a; a.transpose (0, 1); a.expand [| 2000; 3; 2 |]; a[0, 1]; dsharp.zeros [ 0; 3 ] ] do
                      let draws = Pathwise.gamma concentration
                      Expect.equal draws.shape concentration.shape "the shape"
                      let isLarge = (draws.gt 1e5).eq(concentration.gt 1e5)
                      Expect.isTrue (draws.nelement = 0 || isLarge.all().toBool()) "each element has its own parameter"

                  let mixed = Pathwise.logitBeta (float64 1.0) (dsharp.ones [ 2; 1 ])
                  Expect.equal (mixed.shape, mixed.dtype) ([| 2; 1 |], Dtype.Float64) "of two"))

          testCase "a concentration of NaN draws NaN" (fun () ->
              Scope.run (fun () -> Expect.isTrue (Double.IsNaN((Pathwise.gamma (float64 nan)).toDouble())) "the draw")) ]

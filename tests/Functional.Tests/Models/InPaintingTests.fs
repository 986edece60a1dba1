// Tests of InPainting: what is visible stays, what is hidden is not looked at, a linear-Gaussian model's log p(hidden|visible).
// Run with the whole suite.
module internal Functional.Tests.InPaintingTests

open System
open Expecto
open MathNet.Numerics.LinearAlgebra
open Functional
open Functional.Tensors
open Functional.Tests.Testing
open Functional.Tests.TestBeds

let private small () : ConditionalVae =
    { Prior = mlp [ 12; 5 ] --> diagonalNormal 2
      Encoder = join --> mlp [ 18; 5 ] --> diagonalNormal 2
      Decoder = join --> mlp [ 14; 5 ] --> bernoulli 6 }

let private data (draw: Draw) =
    let x = (dsharp.rand [ draw.Int(1, 5); 6 ]).round()
    x, Masks.pixels 0.5 x

let private shapes (draw: Draw) =
    let vae, (x, visible) = small (), data draw
    let batch = x.shape[0]
    Expect.equal (InPainting.objective (Elbo.bound 1) vae (x, visible)).Value.shape [||] "objective"
    Expect.equal (InPainting.estimate Mode.Eval (Iwae.bound 3) vae (x, visible)).Value.shape [| batch |] "estimate"
    Expect.equal (InPainting.logEvidence 7 vae (x, visible)).shape [| batch |] "logEvidence"

    for filled in [ InPainting.sample 4 vae (x, visible); InPainting.generate 4 vae (x, visible) ] do
        Expect.equal filled.shape [| 4; batch; 6 |] "filled in"
        isClose 0.0 "visible pixels stay" (filled * visible) ((x * visible).expand filled.shape)

let private hiddenUnseen (draw: Draw) =
    let vae, (x, visible) = small (), data draw
    let unknown = dsharp.where (visible.gt 0.5, x, x.scalarLike nan)

    let fill x =
        Random.withSeed draw.Seed (fun () -> InPainting.generate 3 vae (x, visible))

    isClose 0.0 "hidden pixels may be anything" (fill unknown) (fill x)

let private nothingHidden (draw: Draw) =
    let vae, (x, _) = small (), data draw
    let all = x.onesLike ()
    let loss = InPainting.estimate Mode.Eval (Elbo.bound 1) vae (x, all)
    isClose 0.0 "nothing to reconstruct" loss["reconstruction"] (dsharp.zeros x.shape[0])
    isClose 0.0 "the image stays" (InPainting.sample 2 vae (x, all)) (x.expand (Array.append [| 2 |] x.shape))

// z ~ N(0, 1), x|z ~ N(wz + b, σ²I): posteriors given all pixels or the visible ones are normal, and p(hidden|visible) is
// p(x) / p(visible).
let private exact (draw: Draw) =
    let size, noise = draw.Int(2, 5), draw.Float(0.5, 1.5)
    let weights = Matrix<float>.Build.Dense(size, 1, fun _ _ -> draw.Float(-1.5, 1.5))
    let shift = Vector<float>.Build.Dense(size, fun _ -> draw.Float(-1.0, 1.0))
    let bed = gaussianOf weights shift noise (draw.Tensor([| 3; size |], -2.0, 2.0))
    let visible = Masks.pixels 0.5 bed.X
    let w, b = (matrix weights).view size, float64 (shift.ToArray())

    let posteriorOf (seen: Tensor) =
        let precision = (seen * w.square ()).sum(-1, keepDim = true) / (noise * noise) + 1.0
        let mean = (seen * w * (bed.X - b)).sum(-1, keepDim = true) / (noise * noise) / precision
        Normal.diagonal mean (1.0 / precision.sqrt ())

    let vae: ConditionalVae =
        { Prior = Net.ofFunction (fun (_: Tensor) -> posteriorOf visible)
          Encoder = Net.ofFunction (fun (_: Tensor * Tensor) -> posteriorOf (visible.onesLike ()))
          Decoder = Net.ofFunction (fun (z: Tensor, _: Tensor) -> bed.Likelihood z) }

    let marginal = weights * weights.Transpose() + noise * noise * Matrix<float>.Build.DenseIdentity size

    let visibleEvidence (i: int) =
        let seen = numbers visible[i] |> Array.indexed |> Array.filter (fun (_, one) -> one = 1.0) |> Array.map fst
        let x = numbers bed.X[i]

        let pick (values: float[]) =
            Vector<float>.Build.DenseOfArray [| for j in seen -> values[j] |]

        if seen.Length = 0 then
            0.0
        else
            let covariance = Matrix<float>.Build.Dense(seen.Length, seen.Length, fun j k -> marginal[seen[j], seen[k]])
            logNormal (pick x) (pick (shift.ToArray())) covariance

    let wanted = float64 [ for i in 0..2 -> bed.LogEvidence[i] - visibleEvidence i ]
    isClose 1e-9 "log p(hidden|visible)" (InPainting.logEvidence 20 vae (bed.X, visible)) wanted
    isClose 1e-9 "every bound" (InPainting.estimate Mode.Eval (Elbo.monteCarlo 2) vae (bed.X, visible)).Value wanted

[<Tests>]
let tests =
    testList
        "In-painting"
        [ holds "every function has the shape it says, and visible pixels stay" 5 shapes
          holds "hidden pixels are not looked at when they are filled in" 3 hiddenUnseen
          holds "with nothing hidden there is nothing to do" 2 nothingHidden
          holds "the evidence of hidden pixels given visible ones is exact" 5 exact

          testCase "a mask of another shape and a likelihood without pixels are refused" (fun () ->
              let x = dsharp.zeros [ 2; 6 ]

              let estimate vae mask () =
                  InPainting.estimate Mode.Eval (Elbo.bound 1) vae (x, mask)

              says (messageOf<ArgumentException, _>(estimate (small ()) (dsharp.ones [ 2; 5 ]))) [ "mask"; "[2; 5]"; "[2; 6]" ]
              let classes = { small () with Decoder = join --> mlp [ 14; 5 ] --> categorical 3 }
              says (messageOf<ArgumentException, _>(estimate classes x)) [ "Categorical"; "pixel"; "bernoulli" ]) ]

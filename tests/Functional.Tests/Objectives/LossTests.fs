// Tests of Loss: its terms, the arithmetic that keeps them, and what it comes to.
// Run with the whole suite; the bounds that return losses are tested by the evidence laws.
module internal Functional.Tests.LossTests

open System.Collections.Generic
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

/// A random loss, and the same as plain terms: name, weight, values.
let private random (draw: Draw) (prefix: string) : Loss * (string * float * float[]) list =
    let terms =
        [ for i in 1 .. draw.Int(1, 3) ->
              { Name = $"{prefix}{i}"
                Weight = draw.Pick [ 1.0; -1.0; draw.Float(-2.0, 2.0) ]
                Value = draw.Tensor([| 4 |], -3.0, 3.0) } ]

    Loss terms, [ for term in terms -> term.Name, term.Weight, numbers term.Value ]

let private plain (terms: (string * float * float[]) list) : float[] =
    terms |> List.map (fun (_, weight, values) -> Array.map ((*) weight) values) |> List.reduce (Array.map2 (+))

let private scaled (factor: float) =
    List.map (fun (name, weight, values) -> name, factor * weight, values)

let private isTerms (message: string) (loss: Loss) (terms: (string * float * float[]) list) =
    isClose 1e-12 $"{message}: the value" loss.Value (float64 (plain terms))
    Expect.equal [ for term in loss.Terms -> term.Name, term.Weight ] [ for name, weight, _ in terms -> name, weight ] message

    for term, (_, _, values) in List.zip loss.Terms terms do
        isClose 0.0 $"{message}: a term keeps its own value" term.Value (float64 values)

let private algebra (draw: Draw) =
    let (a, a'), (b, b') = random draw "a", random draw "b"
    let factor = draw.Float(-3.0, 3.0)
    isTerms "a" a a'
    isTerms "a + b" (a + b) (a' @ b')
    isTerms "a - b" (a - b) (a' @ scaled -1.0 b')
    isTerms "-a" -a (scaled -1.0 a')
    isTerms "factor * a" (factor * a) (scaled factor a')
    isTerms "a * factor" (a * factor) (scaled factor a')
    isTerms "a / 4" (a / 4.0) (scaled 0.25 a')
    isTerms "-(a - factor * b)" -(a - factor * b) (scaled -1.0 a' @ scaled -1.0 (scaled -1.0 (scaled factor b')))

let private reduced (draw: Draw) =
    let loss, _ = random draw "a"
    let mean, sum = Loss.mean loss, Loss.sum loss
    Expect.equal (mean.Value.shape, sum.Value.shape) ([||], [||]) "scalars"
    isClose 1e-12 "the mean" mean.Value (loss.Value.mean ())
    isClose 1e-12 "the sum" sum.Value (loss.Value.sum ())
    isClose 1e-12 "a term's mean" (mean.Terms.Head.Value) (loss.Terms.Head.Value.mean ())
    isClose 1e-12 "map" (Loss.map (fun value -> value * 2.0) loss).Value (loss.Value * 2.0)

let private beta (draw: Draw) =
    let reconstruction, kl = draw.Tensor([| 5 |], -9.0, 0.0), draw.Tensor([| 5 |], 0.0, 4.0)
    let beta = draw.Float(0.1, 8.0)
    let bound = Loss.term "reconstruction" reconstruction - beta * Loss.term "kl" kl
    isClose 1e-12 "reconstruction - beta kl" bound.Value (reconstruction - kl * beta)
    isClose 0.0 "the kl term is the divergence itself" bound["kl"] kl
    isClose 1e-12 "as a loss" (-(Loss.mean bound)).Value ((kl * beta - reconstruction).mean())

let private differentiable (draw: Draw) =
    let loss (inputs: Tensor list) =
        (-(Loss.mean (Loss.term "a" (inputs[0].square()) - 3.0 * Loss.term "b" (inputs[1].exp())))).Value

    differentiates "the gradient" loss [ draw.Tensor([| 3 |], -1.0, 1.0); draw.Tensor([| 3 |], -1.0, 1.0) ]

let private observes (draw: Draw) =
    let x = Gradient.record (draw.Tensor([| 3 |], 0.5, 1.0))
    let shown = Loss.observed "broken" (x * infinity) - 2.0 * Loss.observed "size" x
    let loss = 3.0 * (Loss.term "a" (x.square ()) + shown) |> Loss.sum
    Expect.equal [ for term in loss.Terms -> term.Name ] [ "a"; "broken"; "size" ] "it is shown"
    isClose 1e-12 "the value is that of the rest" loss.Value (x.square().sum() * 3.0)
    isClose 1e-12 "so is the gradient" (Gradient.ofLoss loss.Value [| x |]).[0] (x * 6.0)
    Expect.isFalse (Gradient.isRecorded loss["size"]) "what is shown is not recorded"

[<Tests>]
let tests =
    testList
        "Loss"
        [ holds "sums, differences and multiples keep their terms" 10 algebra
          holds "mean and sum reduce every term" 5 reduced
          holds "a β-VAE's bound is reconstruction - beta * kl" 5 beta
          holds "gradients flow through it" 3 differentiable
          holds "what is observed is shown and not minimised" 3 observes

          testCase "a value read with gradients off does not stay so" (fun () ->
              let x = Gradient.record (float64 [ 1.0; 2.0 ])
              let loss = Loss.mean (Loss.term "a" (x.square ()) + Loss.term "b" x)
              Gradient.off (fun () -> loss.Value |> ignore)
              isClose 1e-12 "the gradient" (Gradient.ofLoss loss.Value [| x |]).[0] (float64 [ 1.5; 2.5 ]))

          testCase "a term that is not there is an error that lists those that are" (fun () ->
              let loss = Loss.term "reconstruction" (float64 0.0) - Loss.term "kl" (float64 0.0)
              says (messageOf<KeyNotFoundException, _>(fun () -> loss["entropy"])) [ "'entropy'"; "reconstruction, kl" ])

          testCase "it is handed out of a scope with its value and its terms" (fun () ->
              let loss = Scope.run (fun () -> Loss.term "a" (float64 [ 1.0; 2.0 ]) + 2.0 * Loss.term "b" (float64 [ 3.0; 4.0 ]))
              isClose 0.0 "the value" loss.Value (float64 [ 7.0; 10.0 ])
              isClose 0.0 "a term" loss["b"] (float64 [ 3.0; 4.0 ])) ]

// Tests of the checks of parameters and values: what is refused, in which words, and what Validation.off lets through.
// Run with the whole suite; that valid distributions are right is tested by the distribution laws.
module internal Functional.Tests.ValidationTests

open System
open System.Threading.Tasks
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private two, three = (fun () -> float64 [ 1.0; 2.0 ]), (fun () -> float64 [ 1.0; 2.0; 3.0 ])

/// What is wrong, how the distribution is made, and parts of the refusal.
let private invalid: (string * (unit -> Distribution) * string list) list =
    [ "a scale of zero", (fun () -> Normal(two (), float64 [ 1.0; 0.0 ])), [ "Normal: scale must be positive; found 0." ]
      "a negative scale", (fun () -> Normal(0.0, -1.5)), [ "scale"; "-1.5" ]
      "a scale that is no number", (fun () -> Normal(two (), float64 [ nan; 1.0 ])), [ "scale"; "NaN" ]
      "an infinite mean", (fun () -> Normal(float64 [ 1.0; infinity ], two ())), [ "Normal: mean must be finite" ]
      "shapes that do not line up", (fun () -> Normal(two (), three ())), [ "Normal: mean has shape [2] and scale [3]" ]
      "an empty interval", (fun () -> Uniform(two (), float64 [ 2.0; 2.0 ])), [ "Uniform: high - low must be positive; found 0." ]
      "an interval upside down", (fun () -> Uniform(1.0, 0.0)), [ "high - low"; "-1" ]
      "an infinite bound", (fun () -> Uniform(0.0, infinity)), [ "Uniform: high must be finite" ]
      "a probability above one", (fun () -> Bernoulli.FromProbabilities(float64 [ 0.5; 1.5 ])), [ "between 0 and 1; found 1.5" ]
      "a negative probability", (fun () -> Bernoulli.FromProbabilities(float64 -0.5)), [ "Bernoulli: probabilities"; "-0.5" ]
      "a probability that is no number", (fun () -> Bernoulli.FromProbabilities(float64 nan)), [ "NaN" ]
      "a negative category",
      (fun () -> Categorical.FromProbabilities(float64 [ 1.5; -0.5 ])),
      [ "non-negative with a sum of one"; "1.5"; "-0.5" ]
      "categories of another sum",
      (fun () -> Categorical.FromProbabilities(float64 [ [ 0.5; 0.5 ]; [ 0.5; 0.75 ] ])),
      [ "sum"; "0.75" ]
      "no categories", (fun () -> Categorical.FromLogits(dsharp.zeros [ 3; 0 ])), [ "Categorical has no categories" ]
      "a categorical scalar", (fun () -> Categorical.FromLogits(float64 1.0)), [ "logits has shape []"; "1 event axes" ]
      "more event axes than there are", (fun () -> Independent(Normal(two (), two ()), 2)), [ "2 batch axes of Normal"; "[2]" ]
      "a negative rank", (fun () -> Independent(Normal(two (), two ()), -1)), [ "-1 batch axes" ] ]

let private isRefused (what: string, make: unit -> Distribution, parts: string list) =
    testCase $"{what} is refused" (fun () ->
        let message =
            try
                make () |> ignore
                failtest "nothing was raised"
            with
            | :? ArgumentException
            | :? NotSupportedException as error -> error.Message

        says message parts)

let private bad () = Normal(0.0, -1.0)

let private refuses () =
    messageOf<ArgumentException, _> bad |> ignore

[<Tests>]
let tests =
    testList
        "Validation"
        [ testList "parameters" (List.map isRefused invalid)

          testCase "off lets everything through, and ends with its body" (fun () ->
              let scale = Validation.off (fun () -> (bad ()).Scale.toDouble())
              Expect.equal scale -1.0 "made without a check"
              refuses ()

              let fail () =
                  Validation.off (fun () -> raise (InvalidOperationException "inside"))

              messageOf<InvalidOperationException, unit> fail |> ignore
              Expect.isTrue (Validation.isOn ()) "on again after a failure"
              refuses ()

              Validation.off (fun () ->
                  Validation.off ignore
                  Expect.isFalse (Validation.isOn ()) "off until the outer one ends"))

          testCase "off belongs to one flow of control" (fun () ->
              Validation.off (fun () ->
                  Expect.isFalse (Task.Run(fun () -> Validation.isOn ()).Result) "work that is started inside is inside")

              let other = Task.Run(fun () -> Validation.off (fun () -> Task.Delay(50).Wait()))
              Expect.isTrue (Validation.isOn ()) "others are not"
              other.Wait())

          testCase "values are refused by the families that have few of them, unless it is off" (fun () ->
              let bernoulli, categorical = Bernoulli.FromLogits(float64 0.0), Categorical.FromLogits(float64 [ 0.0; 0.0 ])
              let message = messageOf<ArgumentException, _>(fun () -> bernoulli.LogProb(float64 [ 1.0; 0.25 ]))
              says message [ "Bernoulli"; "0 or 1"; "0.25"; "Dataset.binarized" ]
              let message = messageOf<ArgumentException, _>(fun () -> categorical.LogProb(float64 [ 0.0; 2.0 ]))
              says message [ "Categorical"; "an integer from 0 to 1"; "2" ]
              let crossEntropy = Validation.off (fun () -> bernoulli.LogProb(float64 0.25))
              isClose 1e-12 "the cross-entropy" crossEntropy (float64 -(log 2.0)))

          testCase "checks leave no tensors behind" (fun () ->
              let mean, scale = two (), two ()
              let make () = Normal(mean, scale) :> Distribution

              leavesNothing (fun () ->
                  for _ in 1..10 do
                      make () |> ignore))

          testCase "a value that lacks an axis, or has one too many, is told so" (fun () ->
              let normal = Normal(dsharp.zeros [ 3; 1 ], dsharp.ones [ 3; 1 ])
              let message = messageOf<ArgumentException, _>(fun () -> normal.LogProb(dsharp.zeros 3))
              says message [ "[3]"; "[3; 1]"; "value.unsqueeze 1" ]
              let normal = Normal(dsharp.zeros 3, dsharp.ones 3)
              let message = messageOf<ArgumentException, _>(fun () -> normal.LogProb(dsharp.zeros [ 3; 1 ]))
              says message [ "[3; 1]"; "[3]"; "value.squeeze 1" ]) ]

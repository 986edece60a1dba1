// Tests of Net: composition, the names that parameters get, what does not fit together, and functions as networks.
// Run with the whole suite.
module internal Functional.Tests.NetTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private names (net: Net<'In, 'Out>) = net.Parameters |> List.map _.Name

let private input (draw: Draw) (features: int) =
    draw.Tensor([| draw.Int(1, 5); features |], -1.0, 1.0)

/// A network of random layers, and the sizes of its linear ones.
let private randomNet (draw: Draw) : Net<Tensor, Tensor> * int list =
    let sizes = List.init (draw.Int(2, 6)) (fun _ -> draw.Int(1, 6))
    let activation = draw.Pick [ Activation.relu; Activation.tanh; dropout 0.3; Net.map id Activation.silu ]
    (inFloat64 (fun () -> mlpWith activation sizes)), sizes

let private composes (draw: Draw) =
    let first, sizes = randomNet draw
    let last = List.last sizes
    let second = inFloat64 (fun () -> linear last (draw.Int(1, 4)) --> Activation.tanh)
    let x = input draw sizes.Head
    let both = Net.eval (first --> second) x
    isClose 0.0 "the second after the first" both (Net.eval second (Net.eval first x))
    isClose 0.0 "Then is the operator" (Net.eval (first.Then second) x) both
    isClose 0.0 "map is a function after" (Net.eval (Net.map (fun (y: Tensor) -> y.exp ()) (first --> second)) x) (both.exp ())

let private associates (draw: Draw) =
    let a, sizes = randomNet draw
    let b = linear (List.last sizes) 3
    let c = linear 3 2 --> Activation.sigmoid --> linear 2 2
    let left, right = (a --> b) --> c, a --> (b --> c)
    Expect.equal (names left) (names right) "names do not depend on the brackets"
    Expect.equal left.OutputFeatures right.OutputFeatures "nor do features"
    Expect.equal (left.ParameterCount) (right.ParameterCount) "nor do parameters"

let private unique (draw: Draw) =
    let net, sizes = randomNet draw
    let again = net --> linear (List.last sizes) sizes.Head
    let found = names (Net.named "outer" (Net.named "net" (again --> again) --> Net.named "net" again))
    Expect.equal (List.distinct found) found "no name twice"
    Expect.all found _.StartsWith("outer.net") "each under the names given"

let private counted (draw: Draw) =
    let net, sizes = randomNet draw
    let wanted = sizes |> List.pairwise |> List.sumBy (fun (inputs, outputs) -> inputs * outputs + outputs)
    Expect.equal net.ParameterCount wanted "weights and biases"
    Expect.equal (net.Parameters |> List.sumBy _.Value.nelement) wanted "as many as the tensors hold"

let private refuses (compose: unit -> 'Net) (parts: string list) =
    says (messageOf<ArgumentException, _> compose) parts

[<Tests>]
let tests =
    testList
        "Net"
        [ holds "--> runs the second network on what the first gives" 10 composes
          holds "--> is associative" 10 associates
          holds "every parameter has its own name" 10 unique
          holds "the parameters are those of all layers" 10 counted

          testCase "layers of one kind are numbered" (fun () ->
              let net = mlp [ 4; 3; 3 ] --> diagonalNormal 2

              let wanted =
                  [ for layer in [ "linear"; "linear2"; "diagonalNormal.linear" ] do
                        $"{layer}.weight"
                        $"{layer}.bias" ]

              Expect.equal (names net) wanted "numbers from 2, heads under their name")

          testCase "a network with a name keeps its parameters under it" (fun () ->
              let net = Net.named "encoder" (mlp [ 4; 3; 3 ])

              let wanted =
                  [ for layer in [ "linear"; "linear2" ] do
                        for part in [ "weight"; "bias" ] -> $"encoder.{layer}.{part}" ]

              Expect.equal (names net) wanted "the name comes first"
              Expect.equal net.Name "encoder" "the network's own name"
              let all = Net.parameters [ "a", net.Parameters; "b", (linear 1 1).Parameters ]
              Expect.equal (all |> List.map _.Name |> List.last) "b.linear.bias" "several networks under several names")

          testCase "networks whose features differ do not compose" (fun () ->
              refuses (fun () -> linear 4 3 --> linear 5 2) [ "linear 4 3 --> linear 5 2"; "produces 3"; "takes 5" ]

              refuses
                  (fun () -> mlp [ 4; 3 ] --> Activation.tanh --> Net.named "decoder" (linear 7 1))
                  [ "relu --> tanh --> decoder"; "3 features"; "takes 7" ])

          testCase "a head needs to know how many features there are" (fun () ->
              refuses
                  (fun () -> Net.ofFunction (fun (x: Tensor) -> x) --> bernoulli 3)
                  [ "bernoulli"; "end it with a linear layer" ]

              refuses (fun () -> Activation.relu --> output 3) [ "output"; "does not say how many features" ])

          testCase "a function is a network without parameters" (fun () ->
              let net = Net.ofFunction (fun (text: string) -> text.Length)
              Expect.equal (Net.eval net "four") 4 "its value"
              Expect.equal (net.Parameters, net.ParameterCount) ([], 0) "nothing to train")

          testCase "a network is handed out of a scope with its parameters" (fun () ->
              let net = Scope.run (fun () -> mlp [ 3; 2 ])
              Expect.equal (Net.eval net (dsharp.ones [ 1; 3 ])).shape [| 1; 2 |] "it still runs"
              Expect.equal (Seq.length (net :> IHoldsTensors).Tensors) 2 "it names its tensors") ]

// What a call costs: operations on a handful of numbers, and a small network forward and backward at batch 1.
// There the arithmetic is nothing, so the ratio is that of two ways through to libtorch.
module Functional.Benchmarks.Ops

open System.Diagnostics
open Functional
open Functional.Tensors

// Rounds of a millisecond or two on either side: a longer one meets other programs' turns more often, whoever's it is.
let private calls = 2_000
let private steps = 20
let private rounds = 501

/// Microseconds a call, with so many in a scope.
let private time (calls: int) (perScope: int) (call: unit -> unit) () : float =
    let clock = Stopwatch.StartNew()

    for _ in 1 .. calls / perScope do
        Scope.run (fun () ->
            for _ in 1..perScope do
                call ())

    clock.Elapsed.TotalMicroseconds / float calls

let private operations () : (string * (unit -> unit)) list =
    let ten = dsharp.ones [ 10 ]
    let square = dsharp.ones [ 10; 10 ]

    [ "add", (fun () -> ignore (ten + ten))
      "exp", (fun () -> ignore (ten.exp ()))
      "sum", (fun () -> ignore (ten.sum ()))
      "matmul", (fun () -> ignore (square.matmul square)) ]

let private network () : unit -> unit =
    let net = mlp [ 64; 64; 64; 64 ] --> output 10
    let parameters = net.Parameters |> Seq.map _.Value |> Seq.toArray
    let input = dsharp.randn [ 1; 64 ]
    fun () -> ignore (Gradient.ofLoss ((Net.train net input).sum()) parameters)

let run () : Comparison list =
    use peer = new Peer("ops.py", [ string (Device.threads ()); string calls; string steps ])

    let compare name calls perScope call =
        Comparison.run name "us/call" 0.6 rounds (time calls perScope call) (fun () -> peer.Round name)

    // Each step of the network has a scope of its own, as in training, where PyTorch's step drops the gradients of the one before.
    [ for name, call in operations () -> compare name calls 100 call ] @ [ compare "mlp" steps 1 (network ()) ]

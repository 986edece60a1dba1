// Tests of JacobianTrace: the exact trace against the Jacobian, estimates against their moments, gradients against differences.
// Run with the whole suite.
module Functional.Tests.JacobianTraceTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

/// A field with a full Jacobian that differs from row to row, on rows of any shape.
let private field (a: Tensor) (x: Tensor) : Tensor =
    let rows = x.view [ x.shape[0]; -1 ]
    ((rows.matmul a).sin() * rows.square () + rows).view x.shape

/// A point [n; d...] and the field's matrix.
let private point (draw: Draw) : Tensor * Tensor =
    let events = draw.Pick [ [| 1 |]; [| 4 |]; [| 2; 3 |]; [| 1; 2; 2 |]; [||] ]
    let size = Shape.nelement events
    draw.Tensor(Array.append [| draw.Int(1, 4) |] events, -1.5, 1.5), draw.Tensor([| size; size |], -1.0, 1.0)

let private probes = [ Probe.Rademacher; Probe.Gaussian ]

let private jacobians (a: Tensor) (x: Tensor) : Tensor =
    dsharp.batchJacobian (field a) (x.view [ x.shape[0]; -1 ])

let private isTrace (draw: Draw) =
    let x, a = point draw
    let value, trace = JacobianTrace.exact (field a) x
    isClose 1e-12 "f(x)" value (field a x)
    isClose 1e-12 "tr J" trace ((jacobians a x).diagonal(0, 1, 2).sum 1)

let private alongProbe (draw: Draw) =
    let x, a = point draw
    let probe = draw.Tensor(x.shape, -1.0, 1.0)
    let value, along = JacobianTrace.along probe (field a) x
    isClose 1e-12 "f(x)" value (field a x)
    let v = (probe.view [ x.shape[0]; -1 ]).unsqueeze 2
    isClose 1e-12 "vᵀ J v" along (((v.transpose (1, 2)).matmul(jacobians a x)).matmul(v).view -1)

// Many copies of one row have as many probes.
let private copies = 20_000

let private estimates (probe: Probe) (a: Tensor) (x: Tensor) : Tensor * Tensor =
    let row = x[0..0]
    let all = row.expand (Array.append [| copies |] x.shape[1..])
    snd (JacobianTrace.hutchinson probe (field a) all), (jacobians a row).squeeze 0

let private isUnbiased (probe: Probe) (draw: Draw) =
    let x, a = point draw
    let estimates, jacobian = estimates probe a x
    let mean, error = meanAndError estimates
    isWithin "the mean of vᵀ J v" mean error (jacobian.diagonal().sum())

let private hasItsVariance (probe: Probe) (draw: Draw) =
    let x, a = point draw
    let estimates, jacobian = estimates probe a x
    let symmetric = jacobian + jacobian.transpose ()
    let diagonal = symmetric.diagonal().square().sum() * 0.5
    let all = symmetric.square().sum() * 0.5
    let expected = if probe = Probe.Gaussian then all else all - diagonal
    let mean, error = meanAndError ((estimates - estimates.mean ()).square())
    isWithin "the variance of vᵀ J v" (mean * (float copies / float (copies - 1))) error expected

let private ofSeveral (probe: Probe) (draw: Draw) =
    let x, a = point draw
    let count = draw.Int(1, 4)
    // the same random numbers, one probe after another
    let together = Random.withSeed draw.Seed (fun () -> JacobianTrace.hutchinsonMean count probe (field a) x)

    let alone = Random.withSeed draw.Seed (fun () -> [ for _ in 1..count -> snd (JacobianTrace.hutchinson probe (field a) x) ])

    isClose 1e-12 "f(x)" (fst together) (field a x)
    isClose 1e-12 "the mean" (snd together) ((Tensor.stack alone).mean 0)

let private traces (draw: Draw) (x: Tensor) : (string * ((Tensor -> Tensor) -> Tensor -> Tensor * Tensor)) list =
    [ "exact", JacobianTrace.exact
      "along", JacobianTrace.along (draw.Tensor(x.shape, -1.0, 1.0))
      for probe in probes do
          $"{probe}", (fun f x -> Random.withSeed 1 (fun () -> JacobianTrace.hutchinson probe f x))
          $"mean {probe}", (fun f x -> Random.withSeed 1 (fun () -> JacobianTrace.hutchinsonMean 2 probe f x)) ]

// A number that depends on both results, in what the field closes over and in the rows.
let private isDifferentiable (draw: Draw) =
    let x, a = point draw

    for name, trace in traces draw x do
        let total (inputs: Tensor list) =
            let value, trace = trace (field inputs[0]) inputs[1]
            (value.sin().sum()) + trace.square().sum()

        differentiates name total [ a; x ]

let private isNotRecorded (draw: Draw) =
    let x, a = point draw
    let recorded = Gradient.record (a.clone ())

    for name, trace in traces draw x do
        let value, trace' = trace (field a) x
        Expect.isFalse (Gradient.isRecorded value || Gradient.isRecorded trace') $"{name}: of nothing recorded"
        let value, trace' = trace (field recorded) x
        Expect.isTrue (Gradient.isRecorded value && Gradient.isRecorded trace') $"{name}: of a parameter"
        let value, trace' = Gradient.off (fun () -> trace (field recorded) x)
        Expect.isFalse (Gradient.isRecorded value || Gradient.isRecorded trace') $"{name}: where nothing records"

[<Tests>]
let tests =
    testList
        "JacobianTrace"
        [ holds "the exact trace is that of the Jacobian of every row" 10 isTrace
          holds "along a probe it is vᵀ J v of every row" 10 alongProbe
          for probe in probes do
              holds $"Hutchinson's estimate has the trace as mean: {probe}" 5 (isUnbiased probe)
              holds $"Hutchinson's estimate has the variance of its formula: {probe}" 5 (hasItsVariance probe)
              holds $"several probes give the mean of their estimates: {probe}" 5 (ofSeveral probe)
          holds "value and trace are differentiable in what the field closes over and in the rows" 5 isDifferentiable
          holds "they are recorded only where something outside asks for it" 5 isNotRecorded

          holds "rows that do not lie in order in memory are as good" 3 (fun draw ->
              let x, a = draw.Tensor([| 3; 4; 2 |], -1.0, 1.0), draw.Tensor([| 8; 8 |], -1.0, 1.0)
              let moved = (x.transpose (0, 2)).transpose(0, 2).transpose(1, 2)

              let f (x: Tensor) =
                  (field a (x.transpose(1, 2).clone())).transpose(1, 2)

              let value, trace = JacobianTrace.exact f moved
              let expected, expectedTrace = JacobianTrace.exact (field a) x
              isClose 1e-12 "f(x)" value (expected.transpose (1, 2))
              isClose 1e-12 "tr J" trace expectedTrace)

          testCase "a field that changes the shape, and no probes at all, are errors" (fun () ->
              let x = float64 [ [ 1.0; 2.0 ]; [ 3.0; 4.0 ] ]
              let total (x: Tensor) = x.sum (1, keepDim = true)
              says (messageOf<ArgumentException, _>(fun () -> JacobianTrace.exact total x)) [ "[2; 1]"; "[2; 2]" ]

              for probe in probes do
                  says (messageOf<ArgumentException, _>(fun () -> JacobianTrace.hutchinson probe total x)) [ "[2; 1]" ]
                  says (messageOf<ArgumentException, _>(fun () -> JacobianTrace.hutchinsonMean 0 probe id x)) [ "probe"; "0" ]) ]

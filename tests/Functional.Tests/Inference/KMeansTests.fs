// Tests of k-means: its iterations, its seeds, and data that leave clusters empty.
// Run with the whole suite.
module internal Functional.Tests.KMeansTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing
open Functional.Tests.MixtureTesting

let private once = { Iteration.defaults with Starts = 1; Tolerance = 0.0 }

let private distances (points: Tensor) (centers: Tensor) : Tensor =
    (points.unsqueeze 1 - centers.unsqueeze 0).square().sum -1

/// At the end every point is in the cluster with the nearest center, and every center is the mean of its cluster.
let private fixedPoint (draw: Draw) =
    let points = clouds draw
    let k = draw.Int(1, 6)
    let found = KMeans.fit once k points
    let distances = distances points found.Centers
    Expect.isTrue found.Converged "it came to an end"
    isClose 1e-9 "the inertia" (float64 found.Inertia) ((distances.min 1).sum())

    isClose
        1e-9
        "every label is of the nearest center"
        (distances.gather(1, found.Labels.unsqueeze 1).squeeze 1)
        (distances.min 1)

    let members = (found.Labels.unsqueeze 1).eq(dsharp.arange (k, dtype = Dtype.Int64)).cast Dtype.Float64
    isClose 1e-9 "centers are means" found.Centers (members.transpose().matmul points / (members.sum 0).unsqueeze 1)
    neverFalls "minus the inertia" (found.Inertias |> List.map (~-))

let private startsHelp draw =
    let points = clouds draw
    let k = draw.Int(2, 6)

    let inertia starts =
        (KMeans.fit { once with Starts = starts } k points).Inertia

    let first = Random.withSeed draw.Seed (fun () -> inertia 1)
    let best = Random.withSeed draw.Seed (fun () -> inertia 4)
    Expect.isLessThanOrEqual best (first + 1e-9) "the best of four starts, the first of which is the same"

/// The chance of a seed is in proportion to its squared distance from the nearest seed before it.
let private seeds (draw: Draw) =
    let points = draw.Tensor([| 4; 2 |], -2.0, 2.0)
    let runs = 4_000

    let pairs =
        [| for _ in 1..runs ->
               Scope.run (fun () ->
                   let chosen = KMeans.seeds 2 points
                   let indices = (distances chosen points).argmin 1
                   indices[0].toInt32(), indices[1].toInt32()) |]

    let between = distances points points

    for first in 0..3 do
        let row = numbers between[first]

        for second in 0..3 do
            let expected = 0.25 * row[second] / Array.sum row
            let share = float (pairs |> Array.filter ((=) (first, second)) |> Array.length) / float runs
            let error = sqrt (expected * (1.0 - expected) / float runs)
            Expect.isLessThanOrEqual (abs (share - expected)) (standardErrors * error) $"seeds {first}, {second}"

/// As many clusters as distinct points, among many copies: none stays empty.
let private copies (draw: Draw) =
    let distinct = draw.Int(2, 5)
    let points = draw.Tensor([| distinct; 2 |], -2.0, 2.0)
    let repeated = Tensor.cat (List.replicate 7 points, 0)
    let found = KMeans.fit once distinct repeated
    isClose 1e-12 "no distance is left" (float64 found.Inertia) (float64 0.0)
    let same = KMeans.fit once (distinct + 2) repeated
    Expect.isFalse (same.Centers.hasinfnan ()) "more clusters than distinct points leave finite centers"

// Two centers in one place: the second has no points, and moves to the farthest point.
let private emptied () =
    let points = float64 [ [ 0.0 ]; [ 1.0 ]; [ 10.0 ] ]
    // identical points give identical seeds, so that all but one cluster begin empty
    let flat = float64 [ [ 2.0 ]; [ 2.0 ]; [ 2.0 ]; [ 2.0 ] ]
    Expect.equal (KMeans.fit once 3 flat).Inertia 0.0 "all points in one place"
    Expect.equal (KMeans.fit { once with Starts = 8 } 3 points).Inertia 0.0 "a cluster for each"

let private types (draw: Draw) =
    let points = (clouds draw).cast Dtype.Float32
    let found = KMeans.fit once 3 points
    Expect.equal (found.Centers.dtype, found.Labels.dtype) (Dtype.Float32, Dtype.Int64) "types"
    // far from the origin, where squares have few digits left
    let far = points.cast Dtype.Float64 + 1e4
    let shifted = KMeans.fit { once with Starts = 20 } 3 (far.cast Dtype.Float32)
    let plain = KMeans.fit { once with Starts = 20 } 3 points
    Expect.isLessThan (abs (shifted.Inertia - plain.Inertia)) (0.05 * plain.Inertia + 0.05) "the same clusters"

let private refusals () =
    let refused parts (action: unit -> KMeans) =
        says (messageOf<ArgumentException, _> action) ("KMeans" :: parts)

    let points = float64 [ [ 0.0; 1.0 ]; [ 2.0; 3.0 ] ]
    refused [ "2 points"; "3 components" ] (fun () -> KMeans.fit once 3 points)
    refused [ "at least one" ] (fun () -> KMeans.fit once 0 points)
    refused [ "[2]"; "unsqueeze 1" ] (fun () -> KMeans.fit once 1 points[0])
    refused [ "NaN" ] (fun () -> KMeans.fit once 1 (points / 0.0))
    refused [ "Int64"; "cast" ] (fun () -> KMeans.fit once 1 (points.cast Dtype.Int64))
    says (messageOf<ArgumentException, _>(fun () -> KMeans.fit { once with Starts = 0 } 1 points)) [ "Starts"; "at least 1" ]

[<Tests>]
let tests =
    testList
        "KMeans"
        [ holds "ends where labels and centers agree, and the inertia never grows" 12 fixedPoint
          holds "several starts are no worse than the first" 6 startsHelp
          holds "seeds are drawn by squared distance" 2 seeds
          holds "copies of points leave no cluster empty" 6 copies
          holds "works in single precision, also far from the origin" 4 types
          testCase "a cluster that was emptied is filled again" (fun () -> Random.withSeed 3 emptied)
          testCase "bad input is refused" refusals ]

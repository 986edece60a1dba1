// Random data for the tests of clusters and mixtures: points in a few clouds, of any size and orientation.
// Used by the tests of k-means, of EM and of the Bayesian mixture.
module internal Functional.Tests.MixtureTesting

open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

/// Points [n; d] around so many centers, and the cloud that each is from.
let cloudsOf (clouds: int) (n: int) (d: int) (spread: float) (draw: Draw) : Tensor * int[] =
    let centers = draw.Tensor([| clouds; d |], -spread, spread)
    let shapes = draw.Tensor([| clouds; d; d |], -1.0, 1.0)
    let labels = Array.init n (fun i -> if i < clouds then i else draw.Int(0, clouds - 1))
    let index = dsharp.tensor (labels, dtype = Dtype.Int64)
    let noise = dsharp.randn ([ n; d; 1 ], dtype = Dtype.Float64)
    let offsets = shapes.indexSelect(0, index).matmul(noise).squeeze -1
    centers.indexSelect (0, index) + offsets + dsharp.randn ([ n; d ], dtype = Dtype.Float64) * 0.1, labels

let clouds (draw: Draw) : Tensor =
    fst (cloudsOf (draw.Int(1, 4)) (draw.Int(12, 80)) (draw.Int(1, 4)) 4.0 draw)

/// Each number is at least the one before it, but for rounding.
let neverFalls (message: string) (values: float list) =
    Expect.isNonEmpty values $"{message}: there are values"

    for before, after in List.pairwise values do
        Expect.isGreaterThanOrEqual after (before - 1e-9 * (1.0 + abs before)) $"{message}: never falls"

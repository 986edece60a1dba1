// Noise ladders: what they draw, and that their levels are copied to a device once.
// Run with the whole suite; the objectives that draw from them are in ScoreLaws.fs.
module internal Functional.Tests.NoiseLadderTests

open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private ladder (draw: Draw) : NoiseLadder =
    NoiseLadder.geometric (draw.Float(1.0, 5.0)) (draw.Float(0.01, 0.5)) (draw.Int(2, 6))

let private drawsUniformly (draw: Draw) =
    let ladder, count = ladder draw, 20_000

    for dtype in [ Dtype.Float32; Dtype.Float64; Dtype.Float32 ] do
        let drawn = ladder.Draw(dsharp.zeros ([ count; 2 ], dtype = dtype))
        Expect.equal (drawn.shape, drawn.dtype) ([| count |], dtype) "a level for each row, in its dtype"

        for level in ladder.Levels do
            let isLevel = drawn.eq((dsharp.tensor (level, dtype = dtype))).cast Dtype.Float64
            let share, error = meanAndError isLevel
            isWithin $"the share of {level}" share error (float64 (1.0 / float ladder.Levels.Length))

// A draw makes what choosing from levels that are there makes.
let private copiesOnce (draw: Draw) =
    let ladder = ladder draw

    let made (action: unit -> Tensor) : int64 =
        collect ()
        let before = Scope.liveTensors ()
        let result = action ()
        let made = Scope.liveTensors () - before
        result.Dispose()
        made

    for dtype in [ Dtype.Float32; Dtype.Float64 ] do
        let rows = dsharp.zeros ([ 3; 2 ], dtype = dtype)
        let levels = rows.like ladder.Levels
        (ladder.Draw rows).Dispose()

        let chosen () =
            levels.indexSelect (0, rows.randintLike (0, ladder.Levels.Length, [ 3 ], dtype = Dtype.Int64))

        Expect.isLessThanOrEqual (made (fun () -> ladder.Draw rows)) (made chosen) "tensors"

[<Tests>]
let tests =
    testList "Noise ladders" [ holds "levels are drawn uniformly" 3 drawsUniformly; holds "levels are copied once" 2 copiesOnce ]

// Lambert's W of exponentials, against its equation.
// Run with the whole suite.
module internal Functional.Tests.LambertWTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private solves (draw: Draw) =
    let x = Tensor.cat [ draw.Tensor([| 200 |], -30.0, 30.0); draw.Tensor([| 50 |], -700.0, 1e6) ]
    let y = LambertW.logOfExp x
    isClose 1e-14 "y + exp y" (y + y.exp ()) x
    let single = LambertW.logOfExp (x.cast Dtype.Float32)
    Expect.equal single.dtype Dtype.Float32 "the dtype follows the input's"
    isClose 1e-5 "float32" (single.cast Dtype.Float64) y

let private isDifferentiated (draw: Draw) =
    let x = draw.Tensor([| 5 |], -4.0, 6.0)
    let sum (inputs: Tensor list) = (LambertW.logOfExp inputs[0]).sum()
    differentiates "the derivative" sum [ x ]
    differentiates "the second derivative" (fun inputs -> ((gradientIn 0 sum inputs).square()).sum()) [ x ]

[<Tests>]
let tests =
    testList
        "Lambert's W"
        [ holds "it solves its equation to the last digit" 3 solves
          holds "its derivatives are those of differences" 3 isDifferentiated
          testCase "W(e) is 1" (fun () -> isClose 1e-15 "log W(e)" (LambertW.logOfExp (float64 1.0)) (float64 0.0)) ]

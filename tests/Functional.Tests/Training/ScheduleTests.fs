// Tests of Schedule: values at the first step, at the last, between and after.
// Run with the whole suite; that training moves them is tested in TrainingTests and CheckpointTests.
module internal Functional.Tests.ScheduleTests

open System
open Expecto
open Functional
open Functional.Tests.Testing

let private close (actual: float) (expected: float) message =
    Expect.floatClose Accuracy.high actual expected message

let private shapes: (string * (float -> float -> int -> Schedule) * (float -> float)) list =
    [ "linear", Schedule.linear, id
      "cosine", Schedule.cosine, (fun share -> Math.Sin(Math.PI * share / 2.0) ** 2.0) ]

let private follows (schedule: float -> float -> int -> Schedule) (shape: float -> float) (draw: Draw) =
    let first, last, steps = draw.Float(-3.0, 3.0), draw.Float(-3.0, 3.0), draw.Int(1, 50)
    let at = schedule first last steps
    close (at 1) first "the first step"
    close (at (steps + 1)) last "after so many steps"
    close (at (steps + 1 + draw.Int(1, 100))) last "and from then on"
    let done' = draw.Int(0, steps)
    close (at (1 + done')) (first + (last - first) * shape (float done' / float steps)) "between"

[<Tests>]
let tests =
    testList
        "Schedule"
        [ for name, schedule, shape in shapes do
              holds $"{name} goes from the first value to the last" 10 (follows schedule shape)

              testCase $"{name} needs a step" (fun () ->
                  says (messageOf<ArgumentException, _>(fun () -> schedule 0.0 1.0 0)) [ "steps"; "at least 1"; "0" ])

          testCase "constant is constant" (fun () -> Expect.equal (Schedule.constant 2.5 1000) 2.5 "at any step")

          holds "delayed waits at the first value" 5 (fun draw ->
              let wait, steps = draw.Int(1, 20), draw.Int(1, 20)
              let schedule = Schedule.linear 1.0 2.0 steps
              let delayed = Schedule.delayed wait schedule

              for step in 1 .. wait + 1 do
                  close (delayed step) 1.0 "waiting"

              for step in 1 .. steps + 3 do
                  close (delayed (wait + step)) (schedule step) "then the schedule")

          testCase "a scheduled value is the first one until it is moved" (fun () ->
              let value = Scheduled(Schedule.linear 0.0 10.0 10)
              Expect.equal value.Value 0.0 "at first"
              value.MoveTo 6
              Expect.equal value.Value 5.0 "moved to step 6") ]

// Tests of the ELBO's relatives with a weighed KL that follow a schedule.
// Run with the whole suite; their formulas are in BoundLaws, the ELBO itself in EvidenceLaws.
module internal Functional.Tests.ElboTests

open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing
open Functional.Tests.TestBeds

let private setUp (draw: Draw) =
    let bed = gaussian false draw
    let mean, scale = nearby bed draw
    let q = Normal.diagonal mean scale

    let estimate (bound: Bound) =
        Random.withSeed draw.Seed (fun () -> Bound.estimate bound bed.Model (guideOf q))

    // written out: KL(N(m, s²) ‖ N(0, 1)) summed over components
    let kl = (scale.square () + mean.square () - 1.0 - scale.log () * 2.0).sum -1 * 0.5
    bed, estimate, kl

let private asked (draw: Draw) =
    let _, estimate, _ = setUp draw
    let beta = Scheduled(Schedule.linear 0.0 4.0 4)
    let bound = Elbo.weighedBy (fun () -> beta.Value) 1

    for step in 1..5 do
        beta.MoveTo step
        isClose 1e-12 $"at step {step}" (estimate bound).Value (estimate (Elbo.weighed (float (step - 1)) 1)).Value

let private capacity (draw: Draw) =
    let _, estimate, kl = setUp draw
    let elbo = estimate (Elbo.bound 1)
    let beta, held = draw.Float(1.0, 100.0), draw.Float(0.0, 3.0)
    let loss = estimate (Elbo.capacity beta (fun () -> held) 1)
    isClose 1e-10 "reconstruction - β |KL - C|" loss.Value (elbo["reconstruction"] - (kl - held).abs() * beta)

    for example, exact in Array.indexed (numbers kl) do
        let held = (estimate (Elbo.capacity beta (fun () -> exact) 1)).Value
        let reconstruction = elbo["reconstruction"]
        isClose 1e-8 "with C = KL the reconstruction" (held[example]) (reconstruction[example])

[<Tests>]
let tests =
    testList
        "ELBO with a weighed KL"
        [ holds "β is asked for at each estimate" 2 asked; holds "capacity holds the KL" 5 capacity ]

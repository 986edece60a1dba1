// Schedules that are tables: log SNR at 1/T, 2/T, ..., 1 from the β of discrete diffusions, and what is between.
// NoiseSchedule.linear, cosine, sigmoid and ofBetas are such.
namespace Functional

open System
open Functional.Tensors

/// Log SNR at 1/T, 2/T, ..., 1, between which it is linear. Before 1/T the noise-to-signal ratio is: there log SNR begins at infinity.
module internal TableSchedule =

    let private position (steps: int) (t: Tensor) = t * float steps

    // The knot before each position, from 0 to T - 1.
    let private knot (steps: int) (position: Tensor) =
        position.noDiff().floor().clamp(low = 0.0, high = float (steps - 1))

    let private pick (table: Constants) (knot: Tensor) : Tensor =
        ((table.Like knot).indexSelect(0, (knot.view -1).cast Dtype.Int64)).view knot.shape

    let private ofLogSnrs (name: string) (formula: string) (source: string) (logSnrs: float[]) : NoiseSchedule =
        let steps = logSnrs.Length
        // at knot 0, where it is infinite, whatever the straight line of the first interval is not asked for
        let first = logSnrs[0]
        let before = Array.append [| first |] logSnrs[.. steps - 2]
        let starts, rises = Constants before, Constants(Array.map2 (-) logSnrs before)

        let onTable (early: Tensor -> Tensor) (later: Tensor -> Tensor -> Tensor) (t: Tensor) =
            let position = position steps t
            let knot = knot steps position
            let isEarly = knot.lt 1.0
            dsharp.where (isEarly, early (dsharp.where (isEarly, position, position.scalarLike 1.0)), later position knot)

        let logSnr =
            onTable (fun position -> first - position.log ()) (fun position knot ->
                pick starts knot + pick rises knot * (position - knot))

        let slope = onTable (fun position -> -float steps / position) (fun _ knot -> pick rises knot * float steps)

        let rate (t: Tensor) =
            let early (position: Tensor) = float steps / (position + exp first)

            let later (_: Tensor) (knot: Tensor) =
                pick rises knot * float -steps * (-(logSnr t)).sigmoid()

            onTable early later t

        LogSnrSchedule(name, formula, source, [], logSnr, slope, rate)

    /// α²(i/T) = Π_{j ≤ i} (1 - β_j). Raises ArgumentException for a β outside of (0, 1).
    let ofBetas (name: string) (formula: string) (source: string) (betas: float[]) : NoiseSchedule =
        for beta in betas do
            if not (beta > 0.0 && beta < 1.0) then
                raise (Errors.Argument.option "betas" "between 0 and 1" beta)

        let logSignals = betas |> Array.scan (fun sum beta -> sum + Double.LogP1 -beta) 0.0 |> Array.tail
        let logSnrs = logSignals |> Array.map (fun sum -> sum - log (-(Double.ExpM1 sum)))
        ofLogSnrs name formula source logSnrs

    /// β_i = 1 - s(i/T)/s((i-1)/T), which is kept from being 1.
    let betas (steps: int) (largest: float) (signalSquared: float -> float) =
        Array.init steps (fun i ->
            min largest (1.0 - signalSquared (float (i + 1) / float steps) / signalSquared (float i / float steps)))

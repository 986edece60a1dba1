// Grids of times: where the steps of a sampler lie.
// SamplerOptions name one; the laws hold each to falling from the start to 0, on every schedule.
namespace Functional

open System

/// The times that a sampler goes through.
type TimeGrid =
    {
        Name: string
        /// The i-th time of N + 1, counted from 0.
        Formula: string
        /// Where it comes from.
        Source: string
        /// N + 1 times from the first one given down to 0, for a schedule.
        Times: NoiseSchedule -> float -> int -> float[]
    }

/// Grids of times.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module TimeGrid =

    /// t_i = 1 - i/N.
    let uniform: TimeGrid =
        { Name = "uniform"
          Formula = "t_i = 1 - i/N"
          Source = "Ho, Jain & Abbeel, arXiv:2006.11239, algorithm 2"
          Times = fun _ start steps -> Array.init (steps + 1) (fun i -> start * (1.0 - float i / float steps)) }

    /// t_i = (1 - i/N)²: more steps where there is little noise.
    let quadratic: TimeGrid =
        { Name = "quadratic"
          Formula = "t_i = (1 - i/N)²"
          Source = "Song, Meng & Ermon, arXiv:2010.02502, appendix D.2"
          Times = fun _ start steps -> Array.init (steps + 1) (fun i -> start * Math.Pow(1.0 - float i / float steps, 2.0)) }

    /// The noise-to-signal ratio ρ = σ/α falls as ρ_i = (a + i/(N-1) (b - a))^p, a^p the largest and b^p the smallest ratio, as far as the schedule
    /// goes; the last time is 0. Where the schedule's ratio at the start is above the largest, the first time is an earlier one.
    /// Raises ArgumentException where power and ratios are not positive, or the smallest is above the largest.
    /// Source: Karras, Aittala, Aila & Laine, arXiv:2206.00364, equation 5.
    let karrasOf (power: float) (smallest: float) (largest: float) : TimeGrid =
        if not (power > 0.0) then
            raise (Errors.Argument.option (nameof power) "positive" power)

        if not (smallest > 0.0) then
            raise (Errors.Argument.option (nameof smallest) "positive" smallest)

        if not (largest >= smallest) then
            raise (Errors.Argument.option (nameof largest) "at least the smallest" largest)

        let times (schedule: NoiseSchedule) (start: float) (steps: int) =
            let ratio (time: float) =
                let level = schedule.At [ time ] |> Array.head
                exp (-0.5 * level.LogSnr)

            let root (value: float) = Math.Pow(value, 1.0 / power)
            let first = root (min largest (ratio start))
            // a start with less noise than the smallest ratio is where all steps are
            let last = min first (root (max smallest (ratio 0.0)))

            let logSnr i =
                -2.0 * power * log (first + float i / float (max 1 (steps - 1)) * (last - first))

            Array.append (schedule.TimesOf(Array.init steps logSnr)) [| 0.0 |]

        { Name = $"karras {power}"
          Formula = "σ/α = (a + i/(N-1) (b - a))^p"
          Source = "Karras et al., arXiv:2206.00364, equation 5"
          Times = times }

    /// `karrasOf` with its authors' settings: power 7, from 80 down to 0.002.
    let karras: TimeGrid = karrasOf 7.0 0.002 80.0

    /// All of them.
    let all = [ uniform; quadratic; karras ]

// Schedules that are learned: log SNR falls along a line or a monotone network, between end points that are learned as well.
// NoiseSchedule.learnedLinear and learned are these; bounds train them.
namespace Functional

open System
open Functional.Tensors

// log SNR(t) = l₀ - r m(t), m rising from 0 to 1.
type private Learned(name, formula, source, ends, inside, logSnr: Tensor -> Tensor, slope: Tensor -> Tensor) =
    inherit LogSnrSchedule(name, formula, source, ends @ inside, logSnr, slope, (fun t -> -(slope t) * (-(logSnr t)).sigmoid()))
    override _.Inside = inside

module internal LearnedSchedule =

    let private kingma = "Kingma, Salimans, Poole & Ho, arXiv:2107.00630"

    // log SNR at 0, and the logarithm of how far it falls.
    let private ends (atData: float) (atNoise: float) =
        if not (atNoise < atData) then
            raise (Errors.Argument.option (nameof atNoise) "below the one at the data" atNoise)

        Parameter.trained "start" (dsharp.scalar atData), Parameter.trained "logRange" (dsharp.scalar (log (atData - atNoise)))

    let private falling (name: string) formula (start: Parameter, logRange: Parameter) inside share shareSlope =
        let logSnr t : Tensor =
            start.Value - logRange.Value.exp () * (share t: Tensor)

        let slope t : Tensor =
            -(logRange.Value.exp ()) * (shareSlope t: Tensor)

        let like (f: Tensor -> Tensor) (t: Tensor) = (f t).cast t.dtype
        let source = $"{kingma}, section 4.1 and appendix H"
        Learned(name, formula, source, [ start; logRange ], inside, like logSnr, like slope) :> NoiseSchedule

    /// log SNR = l₀ - r t.
    let linear (atData: float) (atNoise: float) : NoiseSchedule =
        let formula = "log SNR = l₀ - r t, l₀ and r > 0 learned"
        falling "learned linear" formula (ends atData atNoise) [] id _.onesLike()

    /// log SNR = l₀ - r (m(t) - m(0)) / (m(1) - m(0)), m(t) = w t + Σ_j h_j S(s_j (t - c_j)).
    let network (units: int) (atData: float) (atNoise: float) : NoiseSchedule =
        let softplusOf (value: float) = log (Double.ExpM1 value)

        let full (value: float) =
            dsharp.full ([ units ], softplusOf value)

        let slope = Parameter.trained "slope" (dsharp.full ([ 1 ], softplusOf 1.0))
        let heights, steepness = Parameter.trained "heights" (full (0.1 / float units)), Parameter.trained "steepness" (full 10.0)
        let centres = Parameter.trained "centres" ((dsharp.arange units + 0.5) / float units)

        let units (t: Tensor) =
            ((t.unsqueeze -1) - centres.Value) * steepness.Value.softplus ()

        let rising (t: Tensor) =
            t * slope.Value.softplus () + (heights.Value.softplus () * (units t).sigmoid()).sum -1

        let risingSlope (t: Tensor) =
            let share = (units t).sigmoid()

            slope.Value.softplus ()
            + (heights.Value.softplus () * steepness.Value.softplus () * share * (1.0 - share)).sum -1

        let bounds () =
            let ends = rising (centres.Value.noDiff().arangeLike 2.0)
            ends[0], ends[1] - ends[0]

        let share t =
            let low, range = bounds ()
            (rising t - low) / range

        let inside = [ slope; heights; steepness; centres ]
        let formula = "log SNR = l₀ - r (m(t) - m(0)) / (m(1) - m(0)), m(t) = w t + Σ_j h_j S(s_j (t - c_j)), all learned"
        falling "learned" formula (ends atData atNoise) inside share (fun t -> risingSlope t / snd (bounds ()))

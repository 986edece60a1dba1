// Noise levels from coarse to fine, at which the score of noised data is learned and followed back to the data.
// Noise-conditional score matching draws its levels from one, annealed Langevin dynamics climbs down it.
namespace Functional

open System
open Functional.Tensors

/// Standard deviations σ₁ > ... > σ_L > 0 of Gaussian noise on data.
[<Sealed>]
type NoiseLadder internal (levels: float list) =
    do
        let falls = levels |> List.pairwise |> List.forall (fun (high, low) -> high > low)

        if levels.IsEmpty || not (falls && List.last levels > 0.0 && Double.IsFinite levels.Head) then
            raise (Errors.Score.ladder levels)

    let constants = Constants(Array.ofList levels)

    /// σ₁, ..., σ_L, falling.
    member _.Levels: float list = levels

    /// σ₁, about the largest distance between data points, so that noised data are one cloud.
    member _.Highest: float = levels.Head

    /// σ_L, a noise that nobody sees.
    member _.Lowest: float = List.last levels

    /// One level for each row, of shape [n], drawn uniformly.
    member _.Draw(rows: Tensor) : Tensor =
        let places = rows.randintLike (0, levels.Length, [ rows.shape[0] ], dtype = Dtype.Int64)
        (constants.Like rows).indexSelect(0, places)

    /// Where noise is between the ends, on a logarithmic scale: 0 at σ_L, 1 at σ₁. What a network that knows times between 0 and 1 is told.
    member this.Position(noise: Tensor) : Tensor =
        let range = log (this.Highest / this.Lowest)
        if range = 0.0 then noise.zerosLike () else (noise / this.Lowest).log() / range

    override _.ToString() =
        $"NoiseLadder({levels.Head} to {List.last levels}, {levels.Length} levels)"

/// Makes noise ladders.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module NoiseLadder =

    /// These standard deviations. Raises ArgumentException unless they are positive and fall.
    let ofLevels (levels: float list) : NoiseLadder = NoiseLadder levels

    /// σ_i = highest (lowest/highest)^{(i-1)/(L-1)}: the same ratio from each level to the next. In many dimensions d a ratio of about
    /// 1 + 3/√(2d) lets the noised clouds of neighbouring levels overlap; in few, any does.
    /// Raises ArgumentException unless highest > lowest > 0 and there are at least two levels.
    /// Source: Song & Ermon, arXiv:1907.05600, section 3.1; for the ratio arXiv:2006.09011, section 3.2.
    let geometric (highest: float) (lowest: float) (count: int) : NoiseLadder =
        if count < 2 then
            raise (Errors.Score.fewLevels count)

        let ratio = log (lowest / highest) / float (count - 1)
        NoiseLadder [ for i in 0 .. count - 1 -> if i = count - 1 then lowest else highest * exp (ratio * float i) ]

// Parameters of one's own for every datum: tables whose rows a plate's indices pick.
// Guides of local draws where no network amortizes them.
namespace Functional

open Functional.Tensors

/// q(z_i) = N(z_i; m_i, diag σ_i²) for each of N data, as tables [N; event] of means and of log-scales. In a minibatch only the
/// rows present have a gradient, which the plate's N / B makes unbiased.
[<Sealed>]
type PerDatum internal (name: string, location: Parameter, logScale: Parameter) =

    let rank = location.Value.dim - 1

    let rows (indices: Tensor) (parameter: Parameter) : Tensor =
        parameter.Value.indexSelect (0, indices)

    /// What fitting changes: `NAME.location` and `NAME.logScale`.
    member _.Parameters: Parameter list =
        [ for parameter in [ location; logScale ] -> { parameter with Name = $"{name}.{parameter.Name}" } ]

    /// The distributions of those data, a batch as long as the indices: what a guide draws inside `plateAt`.
    member _.At(indices: Tensor) : Distribution =
        let normal = Normal.OfLogScale(rows indices location, rows indices logScale)
        if rank = 0 then normal else Independent(normal, rank)

    interface IHoldsTensors with
        member _.Tensors = [ location.Value; logScale.Value ]

/// Makes tables of parameters.
[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module PerDatum =

    /// A normal distribution over arrays of that shape for each of `count` data, with mean 0 and that scale to begin with.
    let normal (name: string) (count: int) (eventShape: seq<int>) (scale: float) : PerDatum =
        if count < 1 then
            raise (Errors.Argument.option "count" "at least 1" count)

        if not (scale > 0.0) then
            raise (Errors.Argument.option "scale" "positive" scale)

        let table (name: string) (value: float) : Parameter =
            dsharp.full ([ yield count; yield! eventShape ], value) |> Parameter.trained name

        PerDatum(name, table "location" 0.0, table "logScale" (log scale))

// How tensors print: how many elements, how many digits. Set by dsharp.config.
// Read by Format alone.
namespace Functional.Tensors

/// How a tensor prints.
[<RequireQualifiedAccess>]
type Printer =
    /// Axes of up to seven elements whole, six digits after the point of a float32 and ten of a float64.
    | Default
    /// Axes of up to four elements whole, two digits.
    | Short
    /// Every element, the digits of Default.
    | Full
    /// Axes longer than the threshold show that many elements of each end, with so many digits.
    | Custom of threshold: int * edgeItems: int * precision: int

    /// The longest axis that is shown whole.
    member this.threshold =
        match this with
        | Default -> 7
        | Short -> 4
        | Full -> System.Int32.MaxValue
        | Custom(threshold, _, _) -> threshold

    /// How many elements of each end are shown of a longer one.
    member this.edgeItems =
        match this with
        | Default -> 3
        | Short -> 2
        | Full -> System.Int32.MaxValue / 2
        | Custom(_, edgeItems, _) -> edgeItems

    /// The most digits after the point; a float64 printed by Default or Full has four more.
    member this.precision =
        match this with
        | Default
        | Full -> 6
        | Short -> 2
        | Custom(_, _, precision) -> precision

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Printer =

    /// How tensors print unless told otherwise; set by dsharp.config.
    let mutable Default = Printer.Default

// What a program asks its handler: the sites where it draws, observes, adds a factor or names a value, and the plates they stand in.
// Handlers rewrite sites, interpreters answer them.
namespace Functional

open Functional.Tensors

/// Independent copies along one axis: all of them, or a random part that stands for all.
[<CustomEquality; NoComparison>]
type Plate =
    {
        /// Its name.
        Name: string
        /// How many copies there are, N.
        Size: int
        /// Its axis among the batch axes, counted from the right: 1 is the last.
        Axis: int
        /// Which copies are present, B of them (Int32): 0 to N - 1 without subsampling.
        Indices: Tensor
    }

    /// How many copies are present, B.
    member this.Count: int = this.Indices.shape[0]

    /// N / B, by which log-densities inside are multiplied.
    member this.Scale: float = float this.Size / float this.Count

    override this.Equals(other: obj) =
        match other with
        | :? Plate as other -> this.Name = other.Name && this.Size = other.Size && this.Axis = other.Axis
        | _ -> false

    override this.GetHashCode() = hash this.Name

    override this.ToString() =
        if this.Count = this.Size then
            $"{this.Name}({this.Size})"
        else
            $"{this.Name}({this.Count} of {this.Size})"

/// What a site is.
[<RequireQualifiedAccess>]
type SiteKind =
    /// A draw.
    | Latent
    /// A value that is known.
    | Observed
    /// A number added to the log-density.
    | Factor
    /// A value that follows from others, and is given a name.
    | Deterministic

    override this.ToString() =
        match this with
        | Latent -> "latent"
        | Observed -> "observed"
        | Factor -> "factor"
        | Deterministic -> "deterministic"

/// One named place of a program, on its way from the program to whoever answers it.
[<NoEquality; NoComparison>]
type Site =
    {
        /// Its name, unique in a program.
        Name: string
        /// What it is.
        Kind: SiteKind
        /// Its distribution, expanded to the plates it stands in.
        Distribution: Distribution
        /// Its value, if that is given.
        Value: Tensor option
        /// The plates it stands in, the innermost first: its axis is the leftmost of theirs.
        Plates: Plate list
        /// What handlers multiply its log-density by; the plates' N/B is not in it.
        Scale: float
        /// The axis of its values among the batch axes, counted from the right, if all of them are summed over.
        Enumeration: int option
        /// Whether axes of length 1 of its batch are stretched, as they are where some site is enumerated.
        Stretches: bool
    }

    /// The batch axes that are the plates'.
    member this.PlateShape: Shape = [| for plate in this.Plates -> plate.Count |]

    /// A draw whose value nobody has given yet.
    member this.IsOpen: bool = this.Kind = SiteKind.Latent && this.Value.IsNone

module internal Sites =

    // [1; 3] and [2; 1] -> [2; 3]; None where two lengths differ and neither is 1.
    let private tryStretch (a: Shape) (b: Shape) : Shape option =
        let rank = max a.Length b.Length

        let padded (shape: Shape) =
            Array.append (Array.create (rank - shape.Length) 1) shape

        let pairs = Array.zip (padded a) (padded b)

        if pairs |> Array.forall (fun (a, b) -> a = b || a = 1 || b = 1) then
            Some(pairs |> Array.map (fun (a, b) -> if a = 1 then b else a))
        else
            None

    let private repeat (batch: Shape) (distribution: Distribution) : Distribution =
        if batch = distribution.BatchShape then distribution
        elif Shape.endsWith distribution.BatchShape batch then distribution.Expand batch
        else Expanded(distribution, batch)

    /// The distribution repeated over the plates. Raises ArgumentException naming the site when its batch axes are not theirs.
    let expand (name: string) (stretches: bool) (plates: Plate list) (distribution: Distribution) : Distribution =
        if plates.IsEmpty then
            distribution
        else
            let shape = [| for plate in plates -> plate.Count |]
            let batch = distribution.BatchShape

            let target = if stretches then tryStretch batch shape else Shapes.tryLineUp batch shape

            match target with
            | Some target when Shape.endsWith shape target -> repeat target distribution
            | _ -> raise (Errors.Program.plates name batch [ for plate in plates -> plate.ToString() ] shape)

    let private named (site: Site) (density: unit -> Tensor) : Tensor =
        try
            density ()
        with :? System.ArgumentException as error ->
            raise (Errors.Program.site site.Name error)

    /// log p(value) of a site, of shape [leading axes; plates], before any scale. What it has drawn itself is not checked.
    let logDensity (site: Site) (value: Tensor) : Tensor =
        named site (fun () ->
            if site.Value.IsNone then
                site.Distribution.LogDensity value
            elif site.Stretches then
                let distribution = site.Distribution
                let rank = distribution.EventShape.Length

                match tryStretch distribution.BatchShape (Shapes.leading rank value.shape) with
                | Some batch ->
                    let wide = repeat batch distribution
                    wide.LogProb(value.expand (Array.append batch distribution.EventShape))
                | None -> distribution.LogProb value
            else
                site.Distribution.LogProb value)

    /// logDensity summed over the plates, in one pass where the family has one.
    let summedLogDensity (site: Site) (value: Tensor) : Tensor =
        if site.Stretches || site.Plates.IsEmpty then
            logDensity site value |> Shapes.sumLast site.Plates.Length
        elif site.Value.IsNone then
            named site (fun () -> site.Distribution.SummedLogDensity(value, site.Plates.Length))
        else
            named site (fun () -> site.Distribution.SummedLogProb(value, site.Plates.Length))

// Random programs with their log-joints written by hand, for the laws of programs.
// ProgramLaws tests every one of them; add a program here and it is tested.
module internal Functional.Tests.Programs

open Functional
open Functional.Tensors
open Functional.Tests.Testing

/// A program, and its log-joint as a formula of the values of its sites.
type ProgramEntry =
    {
        Name: string
        Program: Program<unit>
        /// From each site's value and each plate's indices.
        Joint: (string -> Tensor) -> (string -> Tensor) -> Tensor
        /// Plates whose sums stand for more copies than are present.
        Subsampled: bool
    }

let private number = float64 >> fun (tensor: Tensor) -> tensor
let normal (mean: Tensor, scale: float) : Distribution = Normal(mean, number scale)

/// The rows of a table, by a tensor of indices of any shape.
let pick (table: Tensor) (indices: Tensor) : Tensor =
    table.indexSelect(0, indices.view -1).view(Array.append indices.shape table.shape[1..])

let private standard = Scope.keep (Normal(number 0.0, number 1.0))

let private hierarchical (draw: Draw) =
    let groups = draw.Int(2, 5)
    let y = draw.Tensor([| groups |], -2.0, 2.0)

    let theta (mean: Tensor) (scale: Tensor) : Distribution = Normal(mean, scale)

    { Name = "hierarchical normal"
      Subsampled = false
      Program =
        program {
            let! mean = sample "mean" (normal (number 0.5, 2.0))
            let! scale = sample "scale" (LogNormal(number 0.0, number 0.5))

            do!
                plate "groups" groups (fun _ ->
                    program {
                        let! theta = sample "theta" (theta mean scale)
                        do! observe "y" (normal (theta, 0.7)) y
                    })
        }
      Joint =
        fun value _ ->
            (normal (number 0.5, 2.0)).LogProb(value "mean")
            + (LogNormal(number 0.0, number 0.5)).LogProb(value "scale")
            + ((theta (value "mean") (value "scale")).LogProb(value "theta")).sum()
            + ((normal (value "theta", 0.7)).LogProb(y)).sum() }

let private nested (draw: Draw) =
    let rows, columns = draw.Int(2, 4), draw.Int(2, 4)
    let x = draw.Tensor([| columns; rows |], -2.0, 2.0)
    let rate: Tensor = draw.Tensor([| rows |], 0.5, 2.0)
    let gamma: Distribution = Gamma(number 2.0, rate)

    { Name = "nested plates"
      Subsampled = false
      Program =
        program {
            let! a = sample "a" standard

            do!
                plate "rows" rows (fun _ ->
                    program {
                        let! b = sample "b" (normal (a, 1.5))

                        do!
                            plate "columns" columns (fun _ ->
                                program {
                                    let! c = sample "c" gamma
                                    let! product = deterministic "product" (b * c)
                                    do! observe "x" (normal (product, 1.0)) x
                                })
                    })
        }
      Joint =
        fun value _ ->
            standard.LogProb(value "a")
            + ((normal (value "a", 1.5)).LogProb(value "b")).sum()
            + (gamma.LogProb(value "c")).sum()
            + ((normal (value "b" * value "c", 1.0)).LogProb x).sum() }

let private mixture (draw: Draw) =
    let kinds, count = draw.Int(2, 3), draw.Int(2, 4)
    let x = draw.Tensor([| count |], -2.0, 2.0)
    let concentration = draw.Tensor([| kinds |], 0.5, 3.0)

    { Name = "mixture with plates"
      Subsampled = false
      Program =
        program {
            let! weights = sample "weights" (Dirichlet concentration)
            let! means = plate "kinds" kinds (fun _ -> sample "means" standard)

            do!
                plate "data" count (fun _ ->
                    program {
                        let! z = sample "z" (Categorical.FromProbabilities weights)
                        do! observe "x" (normal (pick means z, 0.8)) x
                    })
        }
      Joint =
        fun value _ ->
            (Dirichlet concentration).LogProb(value "weights")
            + (standard.LogProb(value "means")).sum()
            + ((pick (value "weights") (value "z")).log().sum())
            + ((normal (pick (value "means") (value "z"), 0.8)).LogProb x).sum() }

let private regression (draw: Draw) =
    let count, features = draw.Int(4, 8), draw.Int(1, 3)
    let present = draw.Int(1, count - 1)
    let x = draw.Tensor([| count; features |], -2.0, 2.0)
    let y = draw.Tensor([| count |], -2.0, 2.0)
    let prior = Normal.diagonal (draw.Tensor([| features |], -1.0, 1.0)) (draw.Tensor([| features |], 0.5, 2.0))

    { Name = "regression with subsampling"
      Subsampled = true
      Program =
        program {
            let! w = sample "w" prior

            do!
                plateOf "data" count present (fun indices ->
                    observe "y" (normal ((pick x indices * w).sum -1, 0.9)) (pick y indices))
        }
      Joint =
        fun value indices ->
            let i = indices "data"

            prior.LogProb(value "w")
            + ((normal ((pick x i * value "w").sum -1, 0.9)).LogProb(pick y i)).sum() * (float count / float present) }

let private chain (draw: Draw) =
    let states, length = draw.Int(2, 3), draw.Int(2, 4)
    let first = draw.Tensor([| states |], -1.0, 1.0)
    let transitions = draw.Tensor([| states; states |], -1.0, 1.0)
    let means = draw.Tensor([| states |], -2.0, 2.0)
    let x = draw.Floats(length, -2.0, 2.0)

    { Name = "discrete chain"
      Subsampled = false
      Program =
        program {
            let mutable state = None

            for t in 0 .. length - 1 do
                let logits = state |> Option.map (pick transitions) |> Option.defaultValue first
                let! z = sample $"z{t}" (Categorical.FromLogits logits)
                do! observe $"x{t}" (normal (pick means z, 1.0)) (number x[t])
                state <- Some z
        }
      Joint =
        fun value _ ->
            let z t = value $"z{t}"

            [ for t in 0 .. length - 1 do
                  let logits = if t = 0 then first else pick transitions (z (t - 1))
                  (logits.logsoftmax -1).gather(-1, (z t).unsqueeze -1).squeeze -1
                  (normal (pick means (z t), 1.0)).LogProb(number x[t]) ]
            |> List.reduce (+) }

let private changed (draw: Draw) =
    let count = draw.Int(2, 4)
    let x = draw.Tensor([| count |], -2.0, 2.0)
    let there = (draw.Tensor([| count |], -1.0, 1.0)).gt 0.0
    let weight = draw.Float(0.2, 2.0)
    let squashed: Distribution = Transformed(standard, TanhTransform())

    let masked z =
        plate "data" count (fun _ -> observe "x" (normal (z, 1.0)) x) |> Program.mask there

    { Name = "scale, mask, factor and transform"
      Subsampled = false
      Program =
        program {
            let! z = sample "z" squashed |> Program.scale weight
            do! masked z
            do! factor "f" (z * 3.0)
        }
      Joint =
        fun value _ ->
            let z = value "z"
            let density = (normal (z, 1.0)).LogProb x
            squashed.LogProb z * weight + (dsharp.where (there, density, number 0.0)).sum() + z * 3.0 }

let programs: (Draw -> ProgramEntry) list = [ hierarchical; nested; mixture; regression; chain; changed ]

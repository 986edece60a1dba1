// The registry of distribution families that the laws are tested on: all groups, and each family of numbers under Independent.
// Used by the law suites.
module internal Functional.Tests.Families

open Functional
open Functional.Tensors
open Functional.Tests.Testing

/// The families as they are.
let plain: FamilyEntry list =
    ContinuousFamilies.all
    @ DiscreteFamilies.all
    @ MultivariateFamilies.all
    @ RelaxedFamilies.all
    @ StructuralFamilies.all

// Enough of each kind for what a wrapper can do wrong: a density of its own, one that is summed in one pass, an interval, labels.
let private wrapped: FamilyEntry list =
    [ for family in plain do
          if List.contains family.Name [ "Normal"; "Uniform"; "Bernoulli from logits"; "Categorical from logits" ] then
              family ]

// Few elements, so that a grid over all of them can be summed.
let private eventShapes = [ [ [||] ]; [ [| 1 |]; [| 2 |]; [| 0 |] ]; [ [| 1; 2 |]; [| 2; 1 |]; [| 0; 2 |] ] ]

let private independent (rank: int) (family: FamilyEntry) : FamilyEntry =
    let start (sizes: Draw) =
        let event = sizes.Pick eventShapes[rank]
        let next = family.Start sizes
        fun draw batch -> next draw (Array.append batch event)

    let deepen (tensor: Tensor) =
        List.fold (fun (tensor: Tensor) _ -> tensor.unsqueeze 1) tensor [ 1..rank ]

    let extremes () =
        [ for parameters, value in family.Extremes() -> List.map deepen parameters, deepen value ]

    { family with
        Name = $"Independent {rank} of {family.Name}"
        Start = start
        OfParameters = fun parameters -> Independent(family.OfParameters parameters, rank)
        Extremes = extremes }

/// Some of them under Independent, by the rank.
let independents (rank: int) : FamilyEntry list = List.map (independent rank) wrapped

/// Every family that the laws are tested on.
let all: FamilyEntry list = plain @ List.collect independents [ 0; 1; 2 ]

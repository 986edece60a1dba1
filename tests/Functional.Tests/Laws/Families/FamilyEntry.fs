// What the laws need to know of a family: how to make random instances of it. An entry in the files beside this one has every law tested.
// Used by the law suites; whoever adds a family adds its entry to its group.
[<AutoOpen>]
module internal Functional.Tests.FamilyEntries

open Functional
open Functional.Tensors
open Functional.Tests.Testing

/// A family, and where its random instances come from.
type FamilyEntry =
    {
        Name: string
        /// Fixes what instances that belong together share (event shape, number of categories). The function that it returns makes
        /// random float64 parameters for a batch shape, each with all of its axes.
        Start: Draw -> (Draw -> Shape -> Tensor list)
        OfParameters: Tensor list -> Distribution
        /// Parameters of batch shape [n] and values that are easy to get wrong; a float32 can hold each, and its log-density.
        Extremes: unit -> (Tensor list * Tensor) list
        /// Where a density of one number is not smooth, between the ends of its support: the pieces are integrated apart.
        Breaks: Distribution -> Tensor list
        /// By how much the tolerances of quadrature are wider than elsewhere, and why.
        Tolerance: float * string
        /// Laws that do not hold, by a part of their names, each with the reason.
        Without: (string * string) list
        /// The parameters, by place, in which nothing is differentiated: counts.
        Constants: int list
        /// Whether its laws take long: fewer random instances are looked at.
        IsSlow: bool
    }

/// A random distribution with what it was made from.
type Instance = { Parameters: Tensor list; Distribution: Distribution }

let instanceOf (family: FamilyEntry) (parameters: Tensor list) : Instance =
    { Parameters = parameters; Distribution = family.OfParameters parameters }

/// A random instance of that batch shape.
let instance (family: FamilyEntry) (draw: Draw) (batch: Shape) : Instance =
    instanceOf family (family.Start draw draw batch)

// ---- making entries ----

/// An entry without extremes and breaks.
let family
    (name: string)
    (start: Draw -> Draw -> Shape -> Tensor list)
    (ofParameters: Tensor list -> Distribution)
    : FamilyEntry =
    { Name = name
      Start = start
      OfParameters = ofParameters
      Extremes = fun () -> []
      Breaks = fun _ -> []
      Tolerance = 1.0, ""
      Without = []
      Constants = []
      IsSlow = false }

let withExtremes (extremes: unit -> (Tensor list * Tensor) list) (family: FamilyEntry) = { family with Extremes = extremes }

let withBreaks (breaks: Distribution -> Tensor list) (family: FamilyEntry) = { family with Breaks = breaks }

/// Quadrature is less exact, by a factor, for a reason.
let withTolerance (factor: float) (reason: string) (family: FamilyEntry) =
    { family with Tolerance = factor, reason }

/// A law, named by a part of its name, that does not hold, for a reason.
let withoutLaw (law: string) (reason: string) (family: FamilyEntry) =
    { family with Without = (law, reason) :: family.Without }

/// A family that is slow to draw or to integrate.
let slow (family: FamilyEntry) = { family with IsSlow = true }

/// Parameters, by place, that are counts: nothing is differentiated in them.
let withConstants (places: int list) (family: FamilyEntry) = { family with Constants = places }

let one (make: Tensor -> Distribution) (parameters: Tensor list) = make parameters[0]
let two (make: Tensor -> Tensor -> Distribution) (parameters: Tensor list) = make parameters[0] parameters[1]

let three (make: Tensor -> Tensor -> Tensor -> Distribution) (parameters: Tensor list) =
    make parameters[0] parameters[1] parameters[2]

/// Parameters that each have the batch shape.
let elementwise (parameters: (Draw -> Shape -> Tensor) list) (_: Draw) (draw: Draw) (batch: Shape) : Tensor list =
    [ for parameter in parameters -> parameter draw batch ]

/// Numbers between two bounds.
let between (low: float) (high: float) (draw: Draw) (batch: Shape) = draw.Tensor(batch, low, high)

/// Positive numbers, even on a logarithmic scale.
let positiveBetween (low: float) (high: float) (draw: Draw) (batch: Shape) : Tensor =
    (between (log low) (log high) draw batch).exp()

/// Every pair of a parameter and a value, as one batch.
let crossed (parameters: float list) (values: float list) =
    let pairs = List.allPairs parameters values
    [ [ float64 (List.map fst pairs) ], float64 (List.map snd pairs) ]

/// The distribution of one element, behind all wrappers.
let rec element (distribution: Distribution) : Distribution =
    match distribution with
    | :? Independent as wrapper -> element wrapper.Base
    | distribution -> distribution

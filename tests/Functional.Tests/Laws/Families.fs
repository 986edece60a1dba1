// The registry of distribution families: how to make random instances of each. An entry here has every law tested.
// Used by the law suites; whoever adds a family adds its entry.
module internal Functional.Tests.Families

open Functional
open Functional.Tensors
open Functional.Tests.Testing

/// A family, and where its random instances come from.
type Family =
    {
        Name: string
        /// Fixes what instances that belong together share (event shape, number of categories). The function that it returns makes
        /// random float64 parameters for a batch shape, each with all of its axes.
        Start: Draw -> (Draw -> Shape -> Tensor list)
        OfParameters: Tensor list -> Distribution
        /// Parameters of batch shape [n] and values that are easy to get wrong; a float32 can hold each, and its log-density.
        Extremes: unit -> (Tensor list * Tensor) list
    }

/// A random distribution with what it was made from.
type Instance = { Parameters: Tensor list; Distribution: Distribution }

let instanceOf (family: Family) (parameters: Tensor list) : Instance =
    { Parameters = parameters; Distribution = family.OfParameters parameters }

/// A random instance of that batch shape.
let instance (family: Family) (draw: Draw) (batch: Shape) : Instance =
    instanceOf family (family.Start draw draw batch)

// ---- families of numbers ----

let private two (make: Tensor -> Tensor -> Distribution) (parameters: Tensor list) = make parameters[0] parameters[1]

let private elementwise (parameters: (Draw -> Shape -> Tensor) list) (_: Draw) (draw: Draw) (batch: Shape) : Tensor list =
    [ for parameter in parameters -> parameter draw batch ]

let private between (low: float) (high: float) (draw: Draw) (batch: Shape) = draw.Tensor(batch, low, high)

/// Every pair of a parameter and a value, as one batch.
let private crossed (parameters: float list) (values: float list) =
    let pairs = List.allPairs parameters values
    [ [ float64 (List.map fst pairs) ], float64 (List.map snd pairs) ]

let private normal =
    { Name = "Normal"
      Start = elementwise [ between -3.0 3.0; (fun draw batch -> (between -1.5 1.0 draw batch).exp()) ]
      OfParameters = two (fun mean scale -> Normal(mean, scale))
      Extremes =
        fun () ->
            let scales = [ 1.0; 0.125; 1e-8; 1e4 ] |> List.map (fun scale -> float (float32 scale))
            let points = List.allPairs [ 0.0; 1e4 ] (List.allPairs scales [ -1e4; 0.0; 1e4 ])
            let mean, scale = points |> List.map fst, points |> List.map (snd >> fst)
            [ [ float64 mean; float64 scale ], float64 (points |> List.map (snd >> snd)) ] }

let private uniform (name: string) (low: float * float) (high: float * float) =
    { Name = name
      Start = elementwise [ between (fst low) (snd low); between (fst high) (snd high) ]
      OfParameters = two (fun low high -> Uniform(low, high))
      Extremes =
        fun () ->
            let low, high, value = [ -1e4; 0.0; 1.0; 0.0 ], [ 1e4; 1e-10; 1.0 + 1.0 / 1024.0; 1.0 ], [ 1e4; 0.0; 1.0; 1.0 ]
            let single = List.map (fun (x: float) -> float (float32 x)) >> float64
            [ [ single low; single high ], single value ] }

let private bernoulliFromLogits =
    { Name = "Bernoulli from logits"
      Start = elementwise [ between -3.0 3.0 ]
      OfParameters = fun parameters -> Bernoulli.FromLogits parameters[0]
      Extremes = fun () -> crossed [ -1e4; -100.0; -20.0; -1e-3; 0.0; 20.0; 100.0; 1e4 ] [ 0.0; 1.0 ] }

let private bernoulliFromProbabilities =
    let nearOne = 1.0 - 1.0 / 16777216.0

    { Name = "Bernoulli from probabilities"
      Start = elementwise [ between 0.05 0.95 ]
      OfParameters = fun parameters -> Bernoulli.FromProbabilities parameters[0]
      Extremes =
        fun () -> crossed [ float 1e-30f; 0.5; nearOne ] [ 0.0; 1.0 ] @ [ [ float64 [ 0.0; 1.0 ] ], float64 [ 0.0; 1.0 ] ] }

let private categories (draw: Draw) (next: int -> Draw -> Shape -> Tensor) =
    let count = draw.Int(2, 5)
    fun (draw: Draw) (batch: Shape) -> [ next count draw (Array.append batch [| count |]) ]

let private categoricalFromLogits =
    { Name = "Categorical from logits"
      Start = fun draw -> categories draw (fun _ -> between -2.0 2.0)
      OfParameters = fun parameters -> Categorical.FromLogits parameters[0]
      Extremes =
        fun () ->
            // At 20, say, a log-softmax in float32 is right to 1e-7, not relative to a log-probability of -2e-9.
            [ for size in [ 5.0; 100.0; 1e4 ] do
                  [ float64 [ for _ in 1..3 -> [ size; -size; 0.0 ] ] ], float64 [ 0.0; 1.0; 2.0 ] ] }

let private categoricalFromProbabilities =
    { Name = "Categorical from probabilities"
      Start = fun draw -> categories draw (fun _ draw shape -> (between -2.0 2.0 draw shape).softmax -1)
      OfParameters = fun parameters -> Categorical.FromProbabilities parameters[0]
      Extremes =
        fun () ->
            [ [ float64 [ [ 1.0; 0.0; 0.0 ]; [ 0.5; 0.0; 0.5 ] ] ], float64 [ 0.0; 2.0 ]
              [ float64 [ [ 1.0; float 1e-30f ] ] ], float64 [ 1.0 ] ] }

/// The families of single numbers.
let numbersOnly: Family list =
    [ normal
      uniform "Uniform" (-1.0, 0.0) (0.2, 1.2)
      uniform "Uniform on wide intervals" (-3.0, -1.1) (1.3, 3.0)
      bernoulliFromLogits
      bernoulliFromProbabilities
      categoricalFromLogits
      categoricalFromProbabilities ]

// ---- wrappers ----

// Few elements, so that a grid over all of them can be summed.
let private eventShapes = [ [ [||] ]; [ [| 1 |]; [| 2 |]; [| 0 |] ]; [ [| 1; 2 |]; [| 2; 1 |]; [| 0; 2 |] ] ]

let private independent (rank: int) (family: Family) : Family =
    { Name = $"Independent {rank} of {family.Name}"
      Start =
        fun sizes ->
            let event = sizes.Pick eventShapes[rank]
            let next = family.Start sizes
            fun draw batch -> next draw (Array.append batch event)
      OfParameters = fun parameters -> Independent(family.OfParameters parameters, rank)
      Extremes =
        fun () ->
            let deepen (tensor: Tensor) =
                List.fold (fun (tensor: Tensor) _ -> tensor.unsqueeze 1) tensor [ 1..rank ]

            [ for parameters, value in family.Extremes() -> List.map deepen parameters, deepen value ] }

/// Every family that the laws are tested on.
let all: Family list =
    [ yield! numbersOnly
      for rank in [ 0; 1; 2 ] do
          yield! List.map (independent rank) numbersOnly ]

/// The distribution of one element, behind all wrappers.
let rec element (distribution: Distribution) : Distribution =
    match distribution with
    | :? Independent as wrapper -> element wrapper.Base
    | distribution -> distribution

// The registry of transforms that the laws are tested on: how to make random instances of each.
// Every entry has all laws of TransformLaws tested; whoever adds a transform adds its entry here.
module internal Functional.Tests.Transforms

open Functional
open Functional.Tensors
open Functional.Tests.Testing

/// A transform, and where its random instances come from.
type TransformEntry =
    {
        Name: string
        /// Random float64 parameters for a batch shape, each with all of its axes.
        Parameters: Draw -> Shape -> Tensor list
        OfParameters: Tensor list -> Transform
        /// The shape of one x.
        Event: Shape
        /// Whether each element of y depends on none of the elements of x behind its own.
        IsTriangular: bool
        /// Whether the log-determinant is finite in float32 for every |x| up to 1e4.
        IsFiniteAtExtremes: bool
    }

let private entry (name: string) (event: Shape) (parameters: (Draw -> Shape -> Tensor) list) (make: Tensor list -> Transform) =
    { Name = name
      Parameters = fun draw batch -> [ for parameter in parameters -> parameter draw batch ]
      OfParameters = make
      Event = event
      IsTriangular = false
      IsFiniteAtExtremes = true }

/// Without parameters.
let private fixed' (name: string) (event: Shape) (make: unit -> Transform) = entry name event [] (fun _ -> make ())

let private triangular (entry: TransformEntry) = { entry with IsTriangular = true }

let private overflowing (entry: TransformEntry) =
    { entry with IsFiniteAtExtremes = false }

let private both low high : Draw -> Shape -> Tensor =
    fun draw shape -> draw.Tensor(shape, low, high)

let private affine (parameters: Tensor list) : Transform =
    AffineTransform(parameters[0], parameters[1])

let private numbers: TransformEntry list =
    [ entry "affine" [||] [ both -2.0 2.0; both 0.3 2.0 ] affine
      entry "affine, decreasing" [||] [ both -2.0 2.0; both -2.0 -0.3 ] affine
      fixed' "exp" [||] (fun () -> ExpTransform())
      fixed' "log" [||] (fun () -> LogTransform())
      entry "power" [||] [ both 0.3 3.0 ] (fun parameters -> PowerTransform parameters[0])
      entry "power, decreasing" [||] [ both -2.0 -0.3 ] (fun parameters -> PowerTransform parameters[0])
      fixed' "sigmoid" [||] (fun () -> SigmoidTransform())
      fixed' "logit" [||] (fun () -> (SigmoidTransform(): Transform).Inverted)
      entry "interval" [||] [ both -2.0 0.0; both 0.3 2.0 ] (fun parameters -> IntervalTransform(parameters[0], parameters[1]))
      fixed' "tanh" [||] (fun () -> TanhTransform())
      fixed' "inverse of tanh" [||] (fun () -> (TanhTransform(): Transform).Inverted)
      fixed' "softplus" [||] (fun () -> SoftplusTransform())
      fixed' "inverse of softplus" [||] (fun () -> (SoftplusTransform(): Transform).Inverted)
      fixed' "identity" [||] (fun () -> IdentityTransform())
      entry "affine, tanh, affine" [||] [ both -1.0 1.0; both 0.3 1.2; both -2.0 2.0; both -2.0 -0.3 ] (fun parameters ->
          affine parameters[..1] --> TanhTransform() --> affine parameters[2..])
      entry "affine, sigmoid, log, affine" [||] [ both -1.0 1.0; both 0.3 1.2 ] (fun parameters ->
          Transform.compose [ affine parameters; SigmoidTransform(); LogTransform(); affine parameters ])
      |> overflowing
      entry "softplus, power" [||] [ both 0.3 1.5 ] (fun parameters -> SoftplusTransform() --> PowerTransform parameters[0])
      |> overflowing
      entry "affine, log" [||] [ both -2.0 2.0; both 0.3 2.0 ] (fun parameters -> affine parameters --> LogTransform())
      entry "to numbers above a bound" [||] [ both -2.0 2.0 ] (fun parameters ->
          Transform.toSupport (Support.AtLeast parameters[0]))
      entry "to numbers below a bound" [||] [ both -2.0 2.0 ] (fun parameters ->
          Transform.toSupport (Support.Interval(parameters[0].fullLike -infinity, parameters[0]))) ]

let private lengthened (event: Shape) (parameter: Draw -> Shape -> Tensor) : Draw -> Shape -> Tensor =
    fun draw batch -> parameter draw (Array.append batch event)

let private arrays: TransformEntry list =
    [ fixed' "softmax" [| 3 |] (fun () -> SoftmaxTransform())
      fixed' "softmax of nothing" [| 0 |] (fun () -> SoftmaxTransform())
      fixed' "log-ratios" [| 4 |] (fun () -> (SoftmaxTransform(): Transform).Inverted)
      fixed' "stick-breaking" [| 3 |] (fun () -> StickBreakingTransform()) |> triangular
      fixed' "stick-breaking of one" [| 1 |] (fun () -> StickBreakingTransform()) |> triangular
      fixed' "stick-breaking of nothing" [| 0 |] (fun () -> StickBreakingTransform())
      fixed' "inverse of stick-breaking" [| 4 |] (fun () -> (StickBreakingTransform(): Transform).Inverted)
      fixed' "lower Cholesky" [| 6 |] (fun () -> LowerCholeskyTransform()) |> triangular
      fixed' "lower Cholesky of one" [| 1 |] (fun () -> LowerCholeskyTransform()) |> triangular
      fixed' "inverse of lower Cholesky" [| 2; 2 |] (fun () -> (LowerCholeskyTransform(): Transform).Inverted)
      fixed' "Cholesky product" [| 3; 3 |] (fun () -> CholeskyProductTransform())
      fixed' "Cholesky factor" [| 3; 3 |] (fun () -> (CholeskyProductTransform(): Transform).Inverted)
      |> overflowing
      fixed' "to positive-definite matrices" [| 6 |] (fun () -> Transform.toSupport Support.PositiveDefinite)
      |> overflowing
      fixed' "correlation Cholesky" [| 6 |] (fun () -> CorrelationCholeskyTransform()) |> triangular
      fixed' "correlation Cholesky of one" [| 0 |] (fun () -> CorrelationCholeskyTransform())
      fixed' "inverse of correlation Cholesky" [| 3; 3 |] (fun () -> (CorrelationCholeskyTransform(): Transform).Inverted)
      fixed' "ordered" [| 4 |] (fun () -> OrderedTransform()) |> triangular
      fixed' "ordered of one" [| 1 |] (fun () -> OrderedTransform()) |> triangular
      fixed' "differences' logarithms" [| 3 |] (fun () -> (OrderedTransform(): Transform).Inverted) |> triangular
      fixed' "cumulative sum" [| 4 |] (fun () -> CumulativeSumTransform()) |> triangular
      fixed' "differences" [| 3 |] (fun () -> (CumulativeSumTransform(): Transform).Inverted) |> triangular
      fixed' "permutation" [| 4 |] (fun () -> PermuteTransform [ 2; 0; 3; 1 ])
      fixed' "reshape" [| 6 |] (fun () -> ReshapeTransform([ 6 ], [ 2; 3 ]))
      fixed' "reshape to a number" [| 1; 1 |] (fun () -> ReshapeTransform([ 1; 1 ], []))
      fixed' "identity of probabilities" [| 3 |] (fun () -> IdentityTransform Support.Simplex)
      entry "independent affine" [| 3 |] (List.map (lengthened [| 3 |]) [ both -2.0 2.0; both 0.3 2.0 ]) (fun parameters ->
          IndependentTransform(affine parameters, 1))
      |> triangular
      fixed' "independent exp over matrices" [| 2; 2 |] (fun () -> IndependentTransform(ExpTransform(), 2))
      |> triangular
      fixed' "independent ordered" [| 2; 3 |] (fun () -> IndependentTransform(OrderedTransform(), 1))
      entry "affine, stick-breaking" [| 2 |] (List.map (lengthened [| 2 |]) [ both -1.0 1.0; both 0.3 2.0 ]) (fun parameters ->
          affine parameters --> StickBreakingTransform())
      |> triangular
      fixed' "cumulative sum, softplus" [| 3 |] (fun () -> CumulativeSumTransform() --> SoftplusTransform())
      |> triangular
      fixed' "permutation, reshape, independent tanh" [| 4 |] (fun () ->
          Transform.compose
              [ PermuteTransform [ 3; 1; 0; 2 ]
                ReshapeTransform([ 4 ], [ 2; 2 ])
                IndependentTransform(TanhTransform(), 2) ])
      entry "blocks" [| 8 |] [ both -1.0 1.0; both 0.3 2.0 ] (fun parameters ->
          BlockTransform
              [ ExpTransform() :> Transform, 2
                StickBreakingTransform(), 2
                AffineTransform(parameters[0].unsqueeze -1, (parameters[1].unsqueeze -1)), 1
                OrderedTransform(), 3 ])
      fixed' "blocks of real numbers" [| 4 |] (fun () ->
          BlockTransform [ CumulativeSumTransform() :> Transform, 3; IdentityTransform(), 1 ])
      |> triangular
      entry "stack of numbers" [| 3 |] [ both 0.3 2.0 ] (fun parameters ->
          StackTransform [ ExpTransform(); SigmoidTransform(); AffineTransform(parameters[0], parameters[0]) ])
      |> triangular
      fixed' "stack of vectors" [| 2; 3 |] (fun () -> StackTransform [ OrderedTransform(); CumulativeSumTransform() ])
      fixed' "stack onto simplices" [| 2; 2 |] (fun () -> StackTransform [ SoftmaxTransform(); StickBreakingTransform() ])
      fixed' "inverse of blocks" [| 5 |] (fun () ->
          (BlockTransform [ ExpTransform() :> Transform, 2; SoftmaxTransform(), 2 ]: Transform).Inverted) ]

/// The supports that toSupport is tested on, and the shape of one value.
let supports: (string * Shape * (unit -> Support)) list =
    let low () = float64 [ -1.0; 0.5; 2.0 ]
    let high () = float64 [ 1.0; 0.75; 7.0 ]

    let infinite () =
        float64 [ infinity; infinity; infinity ]

    [ "real numbers", [||], (fun () -> Support.Real)
      "logarithms of weights", [||], (fun () -> Support.LogWeight)
      "positive numbers", [||], (fun () -> Support.Positive)
      "non-negative numbers", [||], (fun () -> Support.NonNegative)
      "numbers above bounds", [||], (fun () -> Support.AtLeast(low ()))
      "the unit interval", [||], (fun () -> Support.UnitInterval)
      "intervals", [||], (fun () -> Support.Interval(low (), high ()))
      "intervals without upper bounds", [||], (fun () -> Support.Interval(low (), infinite ()))
      "intervals without lower bounds", [||], (fun () -> Support.Interval(-(infinite ()), high ()))
      "intervals without bounds", [||], (fun () -> Support.Interval(-(infinite ()), infinite ()))
      "the simplex", [| 4 |], (fun () -> Support.Simplex)
      "increasing vectors", [| 4 |], (fun () -> Support.Ordered)
      "Cholesky factors", [| 3; 3 |], (fun () -> Support.LowerCholesky)
      "positive-definite matrices", [| 3; 3 |], (fun () -> Support.PositiveDefinite)
      "Cholesky factors of correlations", [| 3; 3 |], (fun () -> Support.CorrelationCholesky)
      "real vectors", [| 2 |], (fun () -> Support.RealVector)
      "real matrices", [| 2; 3 |], (fun () -> Support.RealMatrix)
      "positive vectors", [| 2 |], (fun () -> Support.Elementwise(Support.Positive, 1))
      "rows of simplices", [| 2; 3 |], (fun () -> Support.Elementwise(Support.Simplex, 1))
      "pieces",
      [| 6 |],
      (fun () -> Support.Concatenated [ Support.Positive, [| 2 |]; Support.Simplex, [| 3 |]; Support.UnitInterval, [||] ])
      "pieces of which one is a matrix",
      [| 6 |],
      (fun () -> Support.Concatenated [ Support.Positive, [| 2 |]; Support.LowerCholesky, [| 2; 2 |] ])
      "stacks", [| 2; 3 |], (fun () -> Support.Stacked [ Support.Ordered; Support.Elementwise(Support.Positive, 1) ]) ]

let private ofSupport (name: string, shape: Shape, make: unit -> Support) : TransformEntry =
    let event = (Transform.toSupport (make ())).InverseShape shape
    fixed' $"to {name}" event (fun () -> Transform.toSupport (make ()))

/// Every transform that the laws are tested on. (Bounds of supports have batch axes of their own: their laws are at the end of TransformLaws.)
let all: TransformEntry list =
    let bounded = [ "numbers above bounds"; "intervals"; "pieces of which" ]

    numbers
    @ arrays
    @ [ for name, shape, make in supports do
            if not (bounded |> List.exists (fun prefix -> name.StartsWith prefix)) && name <> "positive-definite matrices" then
                ofSupport (name, shape, make) ]

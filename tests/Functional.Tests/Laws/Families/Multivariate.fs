// Families of vectors and matrices: how the laws make random instances of each.
// Every entry has all laws tested; FamilyEntry says what an entry is.
module internal Functional.Tests.MultivariateFamilies

open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private dirichlet =
    let start (sizes: Draw) =
        let count = sizes.Int(2, 3)
        fun (draw: Draw) (batch: Shape) -> [ positiveBetween 1.2 5.0 draw (Array.append batch [| count |]) ]

    family "Dirichlet" start (one (fun concentration -> Dirichlet concentration))
    |> withExtremes (fun () ->
        let small, tiny = float 1e-3f, float 1e-30f

        [ [ float64 [ [ small; small; small ]; [ 1e6; 1e6; 2e6 ]; [ 1e6; 1e6; 2e6 ]; [ small; 1e6; 1e6 ]; [ 1.0; 2.0; 3.0 ] ] ],
          float64
              [ [ tiny; 0.5; 0.5 ]
                [ 0.25; 0.25; 0.5 ]
                [ 0.25; 0.2509765625; 0.4990234375 ]
                [ tiny; 0.5; 0.5 ]
                [ 0.25; 0.25; 0.5 ] ] ])

/// Vectors and matrices of one size, which is chosen once for instances that belong together.
let private sized (sizes: int list) (parameters: int -> (Draw -> Shape -> Tensor) list) (draw: Draw) =
    let parameters = parameters (draw.Pick sizes)
    fun (draw: Draw) (batch: Shape) -> [ for parameter in parameters -> parameter draw batch ]

let private array (event: Shape) (next: Draw -> Shape -> Tensor) (draw: Draw) (batch: Shape) =
    next draw (Array.append batch event)

/// Lower triangular with a positive diagonal.
let private triangle (size: int) (draw: Draw) (batch: Shape) : Tensor =
    let identity = dsharp.eye (size, dtype = Dtype.Float64)
    let diagonal = array [| size; 1 |] (positiveBetween 0.5 1.5) draw batch
    let whole = array [| size; size |] (between -0.8 0.8) draw batch
    whole.tril () * (1.0 - identity) + diagonal * identity

let private definite (size: int) (draw: Draw) (batch: Shape) : Tensor =
    let factor = triangle size draw batch
    factor.matmul (factor.transpose (-2, -1))

let private location (size: int) = array [| size |] (between -2.0 2.0)

let private matrices (make: float -> float list list) (parameters: float list) : Tensor =
    float64 [ for parameter in parameters -> make parameter ]

let private multivariateNormals =
    [ family
          "MultivariateNormal from scale-tril"
          (sized [ 1; 2 ] (fun size -> [ location size; triangle size ]))
          (two (fun location scaleTril -> MultivariateNormal.FromScaleTril(location, scaleTril)))
      |> withExtremes (fun () ->
          let scales = [ 1.0; 1024.0; 1.0 / 1024.0; 1.0 ]
          let values = [ [ 0.5; -1e4 ]; [ 1e4; 1e4 ]; [ 1e4; 1.0 ]; [ 1e4; -1e4 ] ]
          let factor = scales |> matrices (fun scale -> [ [ scale; 0.0 ]; [ 0.5; 1.0 / scale ] ])
          [ [ float64 [ for _ in scales -> [ 0.0; 0.25 ] ]; factor ], float64 values ])
      family
          "MultivariateNormal from covariance"
          (sized [ 1; 2 ] (fun size -> [ location size; definite size ]))
          (two (fun location covariance -> MultivariateNormal.FromCovariance(location, covariance)))
      family
          "MultivariateNormal from precision"
          (sized [ 1; 2 ] (fun size -> [ location size; definite size ]))
          (two (fun location precision -> MultivariateNormal.FromPrecision(location, precision))) ]

let private lowRank =
    let start (sizes: Draw) =
        let rank = sizes.Int(1, 2)

        sizes
        |> sized [ 1; 2 ] (fun size ->
            [ location size; array [| size; rank |] (between -1.0 1.0); array [| size |] (positiveBetween 0.3 2.0) ])

    family
        "LowRankMultivariateNormal"
        start
        (three (fun location factor diagonal -> LowRankMultivariateNormal(location, factor, diagonal)))

let private studentT =
    family
        "MultivariateStudentT"
        (sized [ 1; 2 ] (fun size -> [ between 3.0 9.0; location size; triangle size ]))
        (three (fun freedom location scaleTril -> MultivariateStudentT(freedom, location, scaleTril)))

let private wisharts =
    let entry (name: string) (sizes: int list) (matrix: int -> Draw -> Shape -> Tensor) (make: Tensor -> Tensor -> Distribution) =
        family
            $"Wishart from {name}"
            (sized sizes (fun size -> [ between (float size + 2.0) (float size + 6.0); matrix size ]))
            (two make)
        |> withTolerance 20.0 "a grid over three coordinates is coarse"

    // Grids over 2 × 2 matrices take long.
    [ entry "scale-tril" [ 1; 2 ] triangle (fun freedom scaleTril -> Wishart.FromScaleTril(freedom, scaleTril))
      entry "covariance" [ 1; 1; 2 ] definite (fun freedom covariance -> Wishart.FromCovariance(freedom, covariance))
      entry "precision" [ 1; 1; 2 ] definite (fun freedom precision -> Wishart.FromPrecision(freedom, precision)) ]

let private lkj (dimension: int) =
    family
        $"LKJCholesky of {dimension} rows"
        (elementwise [ between 1.0 4.0 ])
        (one (fun concentration -> LKJCholesky(dimension, concentration)))

let all: FamilyEntry list =
    dirichlet :: multivariateNormals @ [ lowRank; studentT ] @ List.map slow wisharts @ [ lkj 2; slow (lkj 3) ]

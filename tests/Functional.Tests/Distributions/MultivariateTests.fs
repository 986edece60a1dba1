// Tests of what the distribution laws do not say of families of vectors and matrices: that parameterizations agree, and special cases.
// Run with the whole suite.
module internal Functional.Tests.MultivariateTests

open System
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private triangle (draw: Draw) (batch: Shape) (size: int) : Tensor =
    let identity = dsharp.eye (size, dtype = Dtype.Float64)
    let lower = (draw.Tensor(Array.append batch [| size; size |], -0.8, 0.8)).tril() * (1.0 - identity)
    lower + (draw.Tensor(Array.append batch [| size; 1 |], 0.5, 1.5)) * identity

let private gram (factor: Tensor) =
    factor.matmul (factor.transpose (-2, -1))

let private parameterizationsAgree (draw: Draw) =
    let size = draw.Int(1, 5)
    let location, factor = draw.Tensor([| 3; size |], -2.0, 2.0), triangle draw [| 3 |] size
    let covariance = gram factor
    let first = MultivariateNormal.FromScaleTril(location, factor)

    for other in
        [ MultivariateNormal.FromCovariance(location, covariance)
          MultivariateNormal.FromPrecision(location, covariance.inv ()) ] do
        let values = draw.Tensor([| 4; 3; size |], -3.0, 3.0)
        isClose 1e-9 "LogProb" (other.LogProb values) (first.LogProb values)
        isClose 1e-9 "Entropy" (other.Entropy()) (first.Entropy())
        isClose 1e-9 "Variance" other.Variance first.Variance
        isClose 1e-9 "ScaleTril" other.ScaleTril factor
        isClose 1e-9 "Covariance" other.Covariance covariance
        isClose 1e-9 "Precision" other.Precision first.Precision

        let natural (distribution: MultivariateNormal) =
            (distribution :> IExponentialFamily).NaturalForm

        for (found, _), (wanted, _) in List.zip (natural other).Parameters (natural first).Parameters do
            isClose 1e-9 "a natural parameter" found wanted

let private lowRankIsDense (draw: Draw) =
    let size, rank = draw.Int(1, 5), draw.Int(1, 3)
    let location, factor = draw.Tensor([| 2; size |], -2.0, 2.0), draw.Tensor([| 2; size; rank |], -1.0, 1.0)
    let diagonal = draw.Tensor([| 2; size |], 0.1, 2.0)
    let low = LowRankMultivariateNormal(location, factor, diagonal)
    let covariance = gram factor + diagonal.unsqueeze -1 * dsharp.eye (size, dtype = Dtype.Float64)
    let dense = MultivariateNormal.FromCovariance(location, covariance)
    let values = draw.Tensor([| 4; 2; size |], -3.0, 3.0)
    isClose 1e-9 "LogProb" (low.LogProb values) (dense.LogProb values)
    isClose 1e-9 "Entropy" (low.Entropy()) (dense.Entropy())
    isClose 1e-9 "Covariance" low.Covariance dense.Covariance
    isClose 1e-9 "Precision" low.Precision dense.Precision
    isClose 1e-9 "ScaleTril" low.ScaleTril dense.ScaleTril

let private diagonalIsNormal (draw: Draw) =
    let mean, scale = draw.Tensor([| 4; 3 |], -2.0, 2.0), draw.Tensor([| 4; 3 |], 0.5, 2.0)
    let factor = scale.unsqueeze -1 * dsharp.eye (3, dtype = Dtype.Float64)
    let values = draw.Tensor([| 2; 4; 3 |], -3.0, 3.0)

    isClose
        1e-11
        "LogProb"
        (MultivariateNormal.FromScaleTril(mean, factor).LogProb values)
        ((Normal.diagonal mean scale).LogProb values)

// One factor for many locations, and the other way round.
let private factorsBroadcast (draw: Draw) =
    let factor = triangle draw [||] 3
    let locations = draw.Tensor([| 2; 4; 3 |], -2.0, 2.0)
    let shared = MultivariateNormal.FromScaleTril(locations, factor)
    let whole = MultivariateNormal.FromScaleTril(locations, factor.expand [| 2; 4; 3; 3 |])
    let values = draw.Tensor([| 5; 2; 4; 3 |], -2.0, 2.0)
    isClose 1e-12 "LogProb" (shared.LogProb values) (whole.LogProb values)

    let sample (distribution: MultivariateNormal) =
        Random.withSeed 1 (fun () -> distribution.Sample [ 5 ])

    isClose 1e-12 "Sample" (sample shared) (sample whole)

let private studentOfManyDegreesIsNormal (draw: Draw) =
    let location, factor = draw.Tensor([| 2 |], -2.0, 2.0), triangle draw [||] 2
    let student = MultivariateStudentT(float64 1e8, location, factor)
    let values = draw.Tensor([| 5; 2 |], -3.0, 3.0)
    isClose 1e-5 "LogProb" (student.LogProb values) (MultivariateNormal.FromScaleTril(location, factor).LogProb values)

let private studentWithoutMoments () =
    let student = MultivariateStudentT(float64 [ 0.5; 1.5; 3.0 ], float64 [ 1.0; 2.0 ], dsharp.eye (2, dtype = Dtype.Float64))
    Expect.equal (student.Mean.isnan().sum(-1).toArray1D<int64>()) [| 2L; 0L; 0L |] "no mean"
    Expect.equal (student.Variance.isnan().sum(-1).toArray1D<int64>()) [| 2L; 0L; 0L |] "no variance"
    Expect.equal (student.Variance.isinf().sum(-1).toArray1D<int64>()) [| 0L; 2L; 0L |] "an infinite variance"
    isClose 1e-12 "the variance" student.Variance[2] (float64 [ 3.0; 3.0 ])

// The sum of outer products of as many normal vectors.
let private wishartIsScatter (draw: Draw) =
    let factor = triangle draw [||] 2
    let wishart = Wishart.FromScaleTril(float64 4.0, factor)
    let normals = MultivariateNormal.FromScaleTril(float64 [ 0.0; 0.0 ], factor).Sample [ 20000; 4 ]
    let scatter = (normals.transpose (-2, -1)).matmul normals
    let mean, error = meanAndError scatter
    isWithin "the mean" mean error wishart.Mean
    let mean, error = meanAndError ((scatter - wishart.Mean).square())
    isWithin "the variance" mean error wishart.Variance
    let mean, error = meanAndError (wishart.LogProb scatter)
    isWithin "the entropy" mean error (-wishart.Entropy())

let private wishartsAgree (draw: Draw) =
    let factor = triangle draw [| 2 |] 3
    let covariance = gram factor
    let freedom = float64 [ 3.5; 7.0 ]
    let first = Wishart.FromScaleTril(freedom, factor)
    let values = first.Sample [ 5 ]

    for other in [ Wishart.FromCovariance(freedom, covariance); Wishart.FromPrecision(freedom, covariance.inv ()) ] do
        isClose 1e-8 "LogProb" (other.LogProb values) (first.LogProb values)
        isClose 1e-9 "Entropy" (other.Entropy()) (first.Entropy())
        isClose 1e-9 "Mean" other.Mean first.Mean
        isClose 1e-9 "Variance" other.Variance first.Variance

// At 2 × 2, (L_21 + 1)/2 has a Beta distribution of both parameters η; at η = 1 the correlation is uniform.
let private lkjOfTwo (draw: Draw) =
    let concentration = draw.Float(0.3, 5.0)
    let correlations = draw.Tensor([| 5 |], -0.95, 0.95)
    let zero = correlations * 0.0

    let rows =
        [ Tensor.stack ([ zero + 1.0; zero ], -1)
          Tensor.stack ([ correlations; (1.0 - correlations.square ()).sqrt() ], -1) ]

    let found = LKJCholesky(2, float64 concentration).LogProb(Tensor.stack (rows, -2))
    let c = float64 concentration
    let share = (correlations + 1.0) / 2.0
    let logBeta = c.lgamma () * 2.0 - (c * 2.0).lgamma()
    isClose 1e-10 "LogProb" found ((c - 1.0) * (share.log () + (1.0 - share).log()) - logBeta - log 2.0)

// Every correlation of LKJ(η) in d dimensions is a scaled Beta of η + d/2 - 1: its variance is 1/(2η + d - 1). (torch 1.13's sampler is not so.)
let private lkjMarginals (draw: Draw) =
    let size, concentration = draw.Int(2, 5), draw.Float(0.5, 4.0)
    let factors = LKJCholesky(size, float64 concentration).Sample [ 20000 ]
    let correlations = gram factors
    let mean, error = meanAndError (correlations.square ())
    let identity = dsharp.eye (size, dtype = Dtype.Float64)
    isWithin "the squares of correlations" mean error (identity + (1.0 - identity) / (2.0 * concentration + float size - 1.0))

let private smallLkj () =
    let lkj = LKJCholesky(3, dsharp.tensor ([ 1e-3; 1e-2 ], dtype = Dtype.Float32))
    let value, logDensity = lkj.SampleAndLogProb [ 1000 ]
    Expect.isFalse (value.hasinfnan ()) "samples are finite"
    Expect.isFalse (logDensity.hasinfnan ()) "densities are finite"

let private singularWishart () =
    let identity = dsharp.eye (3, dtype = Dtype.Float32)
    let value, logDensity = Wishart.FromScaleTril(dsharp.tensor 2.001f, identity).SampleAndLogProb [ 1000 ]
    Expect.isFalse (value.hasinfnan ()) "samples are finite"
    Expect.isFalse (logDensity.hasinfnan ()) "densities are finite, though a sample may be rounded to a singular matrix"

let private refusals: (string * (unit -> Distribution) * string list) list =
    let vector (n: int) = float64 (List.replicate n 0.0)
    let identity (n: int) = dsharp.eye (n, dtype = Dtype.Float64)

    [ "a factor of another size",
      (fun () -> MultivariateNormal.FromScaleTril(vector 2, identity 3)),
      [ "location has shape [2]"; "scaleTril [3; 3]" ]
      "a covariance that is not definite",
      (fun () -> MultivariateNormal.FromCovariance(vector 2, float64 [ [ 1.0; 2.0 ]; [ 2.0; 1.0 ] ])),
      [ "covariance must be symmetric and positive definite" ]
      "a covariance that is not symmetric",
      (fun () -> MultivariateNormal.FromCovariance(vector 2, float64 [ [ 1.0; 0.5 ]; [ 0.0; 1.0 ] ])),
      [ "covariance must be symmetric" ]
      "a factor with something above its diagonal",
      (fun () -> MultivariateNormal.FromScaleTril(vector 2, float64 [ [ 1.0; 0.5 ]; [ 0.0; 1.0 ] ])),
      [ "scaleTril must be lower-triangular" ]
      "a location without axes",
      (fun () -> MultivariateNormal.FromScaleTril(float64 0.0, identity 1)),
      [ "location"; "1 event axes" ]
      "a diagonal of another length",
      (fun () -> LowRankMultivariateNormal(vector 2, identity 2, float64 [ 1.0; 1.0; 1.0 ])),
      [ "LowRankMultivariateNormal"; "diagonal" ]
      "too few degrees of freedom",
      (fun () -> Wishart.FromScaleTril(float64 1.0, identity 2)),
      [ "degreesOfFreedom - (p - 1)"; "positive" ]
      "a scale that is not square",
      (fun () -> Wishart.FromCovariance(float64 3.0, dsharp.ones ([ 2; 3 ], dtype = Dtype.Float64))),
      [ "square" ]
      "correlations of one variable", (fun () -> LKJCholesky(1, float64 1.0)), [ "at least 2 rows, not 1" ] ]

[<Tests>]
let tests =
    testList
        "Multivariate distributions"
        [ holds "MultivariateNormal is the same from each of its three parameterizations" 5 parameterizationsAgree
          holds "LowRankMultivariateNormal is the dense one" 5 lowRankIsDense
          holds "MultivariateNormal with a diagonal factor is Normal" 3 diagonalIsNormal
          holds "one factor serves a batch of locations" 3 factorsBroadcast
          holds "MultivariateStudentT with many degrees of freedom is MultivariateNormal" 3 studentOfManyDegreesIsNormal
          testCase "MultivariateStudentT with few degrees of freedom lacks moments" studentWithoutMoments
          holds "Wishart is the scatter of normal vectors" 2 wishartIsScatter
          holds "Wishart is the same from each of its three parameterizations" 3 wishartsAgree
          holds "LKJCholesky of two rows is a scaled Beta" 5 lkjOfTwo
          holds "LKJCholesky's correlations have the variance that theory gives" 4 lkjMarginals
          testCase "LKJCholesky of small concentrations is finite in float32" smallLkj
          testCase "Wishart of few degrees of freedom is finite in float32" singularWishart
          for name, make, parts in refusals do
              testCase $"{name} is refused" (fun () -> says (messageOf<ArgumentException, _> make) parts) ]

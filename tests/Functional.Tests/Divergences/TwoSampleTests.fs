// Two-sample tests: exact where they claim to be, calibrated where p = q, and able to tell p from q.
// Run with the whole suite.
module internal Functional.Tests.TwoSampleTests

open System
open System.Threading
open Expecto
open Functional
open Functional.Tensors
open Functional.Tests.Testing

let private samples (draw: Draw) : Tensor * Tensor =
    let d = draw.Int(1, 4)
    draw.Tensor([| draw.Int(4, 9); d |], -2.0, 2.0), draw.Tensor([| draw.Int(4, 9); d |], -1.0, 3.0)

let private normals (n: int) (d: int) : Tensor =
    dsharp.randn ([ n; d ], dtype = Dtype.Float64)

// ---- kernels ----

let private multiScale (draw: Draw) =
    let x, y = samples draw
    let bandwidth = Mmd.medianDistance x y
    let h = bandwidth.toDouble ()
    let apart = Kernel.OverScales((fun s -> Kernel.Gaussian(s * h)), [ 0.25; 0.5; 1.0; 2.0; 4.0 ])
    isClose 1e-12 "the matrix" (Kernel.MultiScale(bandwidth).Matrix(x, y)) (apart.Matrix(x, y))

// ---- the energy distance ----

let private energyLoops (draw: Draw) =
    let x, y = samples draw
    let rows (t: Tensor) = t.unstack () |> Array.map numbers

    let mean (a: float[][]) (b: float[][]) =
        Seq.allPairs a b
        |> Seq.averageBy (fun (x, y) -> sqrt (Seq.sum (Array.map2 (fun x y -> (x - y) * (x - y)) x y)))

    let x', y' = rows x, rows y
    isClose 1e-7 "biased" (EnergyDistance.biased x y) (float64 (2.0 * mean x' y' - mean x' x' - mean y' y'))

    let whole (sample: float[][]) =
        float sample.Length / float (sample.Length - 1)

    isClose
        1e-7
        "unbiased"
        (EnergyDistance.unbiased x y)
        (float64 (2.0 * mean x' y' - whole x' * mean x' x' - whole y' * mean y' y'))

    Expect.isGreaterThan ((EnergyDistance.biased x y).toDouble()) 0.0 "never negative"
    // A row's distance from itself is the root of rounding, which differences see.
    let value (inputs: Tensor list) =
        EnergyDistance.biased inputs[0] inputs[1]

    isClose 1e-3 "the gradient" (gradientIn 0 value [ x; y ]) (differenceIn 0 value [ x; y ])

// E|x - y| of two normal numbers is the mean of a folded normal one.
let private expectedDistance (mean: float) (variance: float) =
    let s = sqrt variance

    s * sqrt (2.0 / Math.PI) * exp (-mean * mean / (2.0 * variance))
    + mean * MathNet.Numerics.SpecialFunctions.Erf(mean / (s * sqrt 2.0))

let private energyOfNormals (draw: Draw) =
    let mean, scale = draw.Float(-1.0, 1.0), draw.Float(0.5, 2.0)

    let exact =
        2.0 * expectedDistance mean (1.0 + scale * scale)
        - expectedDistance 0.0 2.0
        - expectedDistance 0.0 (2.0 * scale * scale)

    let estimates = Tensor.stack [ for _ in 1..400 -> EnergyDistance.unbiased (normals 20 1) (normals 15 1 * scale + mean) ]

    let value, error = meanAndError estimates
    isWithin "the mean of estimates" value error (float64 exact)

// ---- Wasserstein distances ----

// Each row of x as often as y has rows, and the other way round: samples of one size, matched in order.
let private matched (x: float[]) (y: float[]) =
    let repeated (times: int) (values: float[]) =
        values |> Array.collect (Array.replicate times) |> Array.sort

    Array.map2 (fun a b -> abs (a - b)) (repeated y.Length x) (repeated x.Length y) |> Array.average

let private isTransport (draw: Draw) =
    let x, y = draw.Tensor([| draw.Int(1, 8) |], -2.0, 2.0), draw.Tensor([| draw.Int(1, 8) |], -1.0, 3.0)
    isClose 1e-12 "matched in order" (Wasserstein.ofNumbers x y) (float64 (matched (numbers x) (numbers y)))
    let shift = draw.Float(-3.0, 3.0)
    isClose 1e-12 "of a shift" (Wasserstein.ofNumbers x (x + shift)) (float64 (abs shift))
    // exactly, in any precision: F - G is counted in whole numbers
    isClose 0.0 "with ties" (Wasserstein.ofNumbers x (Tensor.cat [ x; x; x ])) (float64 0.0)
    let wide = (draw.Tensor([| 700 |], -1.0, 1.0) * 1e6).cast Dtype.Float32
    isClose 0.0 "with ties, in float32" (Wasserstein.ofNumbers wide (Tensor.cat [ wide; wide; wide ])) (dsharp.tensor 0.0f)
    differentiates "W₁" (fun inputs -> Wasserstein.ofNumbers inputs[0] inputs[1]) [ x; y ]

// The mean of |θ·c| over directions θ is |c| Γ(d/2) / (√π Γ((d+1)/2)).
let private isSliced (draw: Draw) =
    let x, y = draw.Tensor([| 7; 1 |], -2.0, 2.0), draw.Tensor([| 5; 1 |], -1.0, 3.0)
    isClose 1e-12 "in one dimension" (Wasserstein.sliced 3 x y) (Wasserstein.ofNumbers (x.squeeze ()) (y.squeeze ()))
    let d = draw.Int(2, 5)
    let x, c = draw.Tensor([| 6; d |], -2.0, 2.0), draw.Tensor([| d |], -1.0, 1.0)
    let gamma = MathNet.Numerics.SpecialFunctions.Gamma
    let share = gamma (float d / 2.0) / (sqrt Math.PI * gamma ((float d + 1.0) / 2.0))
    let each = Tensor.stack [ for _ in 1..2000 -> Wasserstein.sliced 1 x (x + c) ]
    let value, error = meanAndError each
    isWithin "of a shift" value error (c.norm () * share)

// ---- permutations ----

// All divisions of a few rows, by hand: the share of those whose statistic is as large as that observed.
let rec private choose (count: int) (from: int list) : int list list =
    match count, from with
    | 0, _ -> [ [] ]
    | _, [] -> []
    | _, first :: rest -> (choose (count - 1) rest |> List.map (fun others -> first :: others)) @ choose count rest

let private isExact (draw: Draw) =
    let x, y = draw.Tensor([| 4; 2 |], -1.0, 1.0), draw.Tensor([| 3; 2 |], -0.5, 2.0)
    let kernel, pooled = Kernel.Gaussian 1.0, Tensor.cat [ x; y ]

    let pick (places: int list) =
        pooled.indexSelect (0, dsharp.tensor (places, dtype = Dtype.Int64))

    let value (places: int list) =
        (Mmd.unbiased kernel (pick places) (pick (List.except places [ 0..6 ]))).toDouble()

    let observed = value [ 0..3 ]
    let divisions = choose 4 [ 0..6 ]
    let share = divisions |> List.averageBy (fun places -> if value places >= observed - 1e-12 then 1.0 else 0.0)
    let count = 20_000
    let error = sqrt (share * (1.0 - share) / float count) + 1.0 / float count

    for name, permutations, test in
        [ "one matrix", count, PermutationTest.mmd count kernel
          "any statistic", 2_000, PermutationTest.run 2_000 (Mmd.unbiased kernel) ] do
        let result = test x y
        isClose 1e-10 $"{name}: the statistic" (float64 result.Statistic) (float64 observed)
        let scale = sqrt (float count / float permutations)
        isWithin $"{name}: the p-value" (float64 result.PValue) (float64 (error * scale)) (float64 share)

/// p-values of a test where p = q: uniform on 1/(1+B), 2/(1+B), ..., 1, so that each level is kept.
let private isCalibrated (repeats: int) (permutations: int) (test: int -> TestResult) =
    let values = [| for i in 1..repeats -> (test i).PValue |]
    let n = float repeats
    let step = 1.0 / float (permutations + 1)
    let deviation = sqrt ((1.0 - step * step) / 12.0)
    let mean = Array.average values
    Expect.isLessThan (abs (mean - (1.0 + step) / 2.0)) (5.0 * deviation / sqrt n) $"the mean p-value, {mean}"

    for level in [ 0.1; 0.2; 0.5 ] do
        let share = values |> Array.averageBy (fun p -> if p <= level + 1e-9 then 1.0 else 0.0)
        Expect.isLessThan (abs (share - level)) (5.0 * sqrt (level * (1.0 - level) / n)) $"rejected at {level}: {share}"

let private calibrated (test: Tensor -> Tensor -> TestResult) (_: Draw) =
    isCalibrated 300 49 (fun _ -> Scope.run (fun () -> test (normals 12 2) (normals 9 2)))

let private powerful (test: Tensor -> Tensor -> TestResult) (_: Draw) =
    let result = test (normals 80 2) (normals 60 2 + 1.0)
    Expect.isTrue (result.Rejects 0.01) $"a shift of one standard deviation is seen: {result.PValue}"
    Expect.isFalse (result.Rejects 0.001) "the least p-value is 1/(1+B)"
    let wide = test (normals 150 2) (normals 150 2 * 2.0)
    Expect.isTrue (wide.Rejects 0.01) $"twice the spread is seen: {wide.PValue}"

let private byMedian (permutations: int) (x: Tensor) (y: Tensor) =
    PermutationTest.mmd permutations (Kernel.Gaussian(Mmd.medianDistance x y)) x y

let private byScales (permutations: int) (x: Tensor) (y: Tensor) =
    PermutationTest.mmd permutations (Kernel.MultiScale(Mmd.medianDistance x y)) x y

let private bySlices (permutations: int) (x: Tensor) (y: Tensor) =
    let statistic (x: Tensor) (y: Tensor) =
        Random.withSeed 1 (fun () -> Wasserstein.sliced 20 x y)

    PermutationTest.run permutations statistic x y

let private permutationTests: (string * (int -> Tensor -> Tensor -> TestResult)) list =
    [ "MMD, median bandwidth", byMedian
      "MMD, several scales", byScales
      "energy distance", PermutationTest.energy
      "sliced Wasserstein distance", bySlices ]

let private chunked () =
    // more permutations than are held at once
    Random.withSeed 1 (fun () ->
        let x, y = normals 100 1, normals 100 1
        let result = PermutationTest.energy 30_000 x y
        let again = PermutationTest.energy 3_000 x y
        Expect.isLessThan (abs (result.PValue - again.PValue)) 0.06 "the p-value")

// ---- classifiers ----

let private quick =
    { ClassifierTest.defaults with
        Classifier = fun d -> mlp [ d; 16 ] --> output 1
        Training =
            { ClassifierTest.defaults.Training with
                Epochs = 10
                Optimizer = Optimizer.adam 1e-2 } }

let private repeatable () =
    Random.withSeed 2 (fun () ->
        let x, y = normals 60 2, normals 50 2 + 0.5
        let first, again = ClassifierTest.run quick x y, ClassifierTest.run quick x y
        Expect.equal again first "the same seed, the same result"
        let before = Random.state Device.CPU
        ClassifierTest.run quick x y |> ignore
        Expect.equal (Random.state Device.CPU) before "the caller's random numbers are left alone"
        let others = [ for seed in 1..3 -> (ClassifierTest.run { quick with Seed = seed } x y).Statistic ]
        Expect.isGreaterThan (List.distinct (first.Statistic :: others)).Length 1 "other seeds, other splits")

let private classifierPower () =
    Random.withSeed 3 (fun () ->
        let x = normals 300 2
        let result = ClassifierTest.run quick x (normals 400 2 * 2.5)
        Expect.isTrue (result.Rejects 0.01) $"a wider sample is told apart: {result}"
        let heldOut = 300.0
        let right = int (round (result.Statistic * heldOut))
        let p = 1.0 - MathNet.Numerics.Distributions.Binomial.CDF(0.5, int heldOut, float (right - 1))
        isClose 1e-9 "the binomial p-value" (float64 result.PValue) (float64 p))

// Under the hypothesis the p-values are no smaller than uniform ones; those of discrete statistics are larger.
let private classifierLevel () =
    Random.withSeed 4 (fun () ->
        let values =
            [| for seed in 1..60 -> (ClassifierTest.run { quick with Seed = seed } (normals 60 2) (normals 60 2)).PValue |]

        for level in [ 0.1; 0.3 ] do
            let share = values |> Array.averageBy (fun p -> if p <= level then 1.0 else 0.0)
            Expect.isLessThan share (level + 4.0 * sqrt (level * (1.0 - level) / 60.0)) $"rejected at {level}: {share}"

        Expect.isGreaterThan (Array.average values) 0.35 "the mean p-value")

/// Columns that say nothing: constant, and constant in the rows that it is trained on up to rounding.
let private constantColumns () =
    Random.withSeed 5 (fun () ->
        let constant (n: int) =
            dsharp.full ([ n; 1 ], 1234.567, dtype = Dtype.Float64)

        let almost (n: int) = (normals n 1) * 1e-9 + 0.1

        let withConstants (x: Tensor) =
            Tensor.cat ([ x; constant x.shape[0]; almost x.shape[0] ], 1)

        let x, y = withConstants (normals 300 2), withConstants (normals 300 2 + 1.0)
        let result = ClassifierTest.run quick x y
        Expect.isTrue (result.Rejects 1e-6) $"a shift is seen beside constant columns: {result}"
        // One row in which the constant is a little off must not be all that the classifier looks at.
        let odd = Tensor.cat ([ normals 300 2; constant 300 * 1.0001; almost 300 ], 1)
        let mixed = ClassifierTest.run quick x (Tensor.cat [ y[..298]; odd[..0] ])
        Expect.isTrue (mixed.Rejects 1e-6) $"nor does an odd row change that: {mixed}")

// ---- errors and memory ----

/// A row that is no number makes every statistic none: not a result, and not the least p-value.
let private notNumbers () =
    let x, y = normals 6 2, normals 5 2

    let bad (value: float) =
        Tensor.cat [ x[..4]; float64 [ [ value; 0.0 ] ] ]

    for value in [ nan; infinity ] do
        for name, test in
            [ "PermutationTest.mmd", PermutationTest.mmd 19 (Kernel.Gaussian 1.0)
              "PermutationTest.mmd", PermutationTest.energy 19
              "PermutationTest.run", PermutationTest.run 19 (fun x y -> (x.mean 0 - y.mean 0).norm()) ] do
            says (messageOf<ArgumentException, _>(fun () -> test (bad value) y)) [ name; "not a finite number"; "NaN" ]
            says (messageOf<ArgumentException, _>(fun () -> test y (bad value))) [ name; "rows" ]

/// A sample in float32 is tested with the digits that its numbers have.
let private inSingle () =
    let x, y = normals 20 2 * 1e-3 + 1.0, normals 20 2 * 1e-3 + 1.001
    let single (t: Tensor) = t.cast Dtype.Float32

    let result (x: Tensor) (y: Tensor) =
        Random.withSeed 1 (fun () -> PermutationTest.mmd 49 (Kernel.Gaussian 1e-3) x y)

    let again (x: Tensor) = (single x).cast Dtype.Float64
    Expect.equal (result (single x) (single y)) (result (again x) (again y)) "the same test"

let private refused () =
    let x = normals 5 2
    let message (action: unit -> TestResult) = messageOf<ArgumentException, _> action
    says (message (fun () -> PermutationTest.energy 0 x x)) [ "at least one"; "999" ]
    says (message (fun () -> PermutationTest.energy 9 x (normals 5 3))) [ "[5; 2]"; "[5; 3]" ]
    says (message (fun () -> PermutationTest.energy 9 x[..0] x)) [ "at least 2 rows" ]
    says (message (fun () -> ClassifierTest.run quick x[..2] x)) [ "0.5"; "3 rows" ]

    for statistic, shape in
        [ (fun (x: Tensor) (y: Tensor) -> x.mean 0 - y.mean 0), "[2]"
          (fun x y -> x.unsqueeze 0 * y.sum ()), "[1; 5; 2]"
          (fun x _ -> x), "[5; 2]" ] do
        says (message (fun () -> PermutationTest.run 9 statistic x x)) [ "PermutationTest.run"; shape; "one number" ]

    let training = { quick.Training with Checkpoint = Some "/tmp/there.safetensors" }

    says
        (message (fun () -> ClassifierTest.run { quick with Training = training } (normals 40 2) (normals 40 2)))
        [ "ClassifierTest"; "/tmp/there.safetensors"; "other samples" ]

    says (messageOf<ArgumentException, _>(fun () -> Wasserstein.ofNumbers x x)) [ "[5; 2]"; "Wasserstein.sliced" ]
    says (messageOf<ArgumentException, _>(fun () -> Wasserstein.sliced 0 x x)) [ "at least 1"; "it is 0" ]
    let normal = Normal(float64 0.0, float64 1.0)
    says (messageOf<ArgumentException, _>(fun () -> Kl.estimate 1 normal normal)) [ "at least two draws"; "there are 1" ]

/// Both tests stop where they are asked to, and not a step later.
let private cancelled () =
    let x, y = normals 40 2, normals 40 2
    use source = new CancellationTokenSource()
    let mutable evaluated = 0

    let statistic (x: Tensor) (y: Tensor) =
        evaluated <- evaluated + 1

        if evaluated = 7 then
            source.Cancel()

        (x.mean 0 - y.mean 0).norm()

    let result = PermutationTest.runUntil source.Token 3 statistic x y
    Expect.equal evaluated 4 "the samples and three divisions of them"
    Expect.isGreaterThan result.PValue 0.0 "a test that nobody stops has its result"

    Expect.throwsT<OperationCanceledException>
        (fun () -> PermutationTest.runUntil source.Token 999 statistic x y |> ignore)
        "it is stopped"

    Expect.equal evaluated 7 "at once"
    let mutable steps = 0
    use source = new CancellationTokenSource()

    let training =
        { quick.Training with
            Cancellation = source.Token
            OnStep =
                fun step ->
                    steps <- step

                    if step = 5 then
                        source.Cancel() }

    Expect.throwsT<OperationCanceledException>
        (fun () -> ClassifierTest.run { quick with Training = training } x y |> ignore)
        "no verdict of a classifier that was not trained to its end"

    Expect.equal steps 5 "at once"

let private frugal () =
    let x, y = normals 20 2, normals 20 2
    leavesNothing (fun () -> PermutationTest.energy 99 x y |> ignore)
    leavesNothing (fun () -> PermutationTest.run 9 (Wasserstein.sliced 3) x y |> ignore)

[<Tests>]
let tests =
    testList
        "two-sample tests"
        [ holds "the kernel of several scales is the sum of its Gaussians" 3 multiScale
          holds "the energy distance is that of double loops" 5 energyLoops
          holds "the energy distance of normals is met on average" 2 energyOfNormals
          holds "W₁ of numbers is the cost of matching them in order" 10 isTransport
          holds "sliced W₁ is the mean over directions" 3 isSliced
          holds "permutation p-values are those of all divisions" 3 isExact

          for name, test in permutationTests do
              holds $"{name}: p-values are uniform where p = q" 1 (calibrated (test 49))
              holds $"{name}: differences are seen" 2 (powerful (test 199))

          testCase "many permutations are taken in chunks" chunked
          testCase "the classifier test is a function of its seed" repeatable
          testCase "the classifier test sees a wider sample, with a binomial p-value" classifierPower
          testCase "the classifier test keeps its level" classifierLevel
          testCase "the classifier test is not led astray by constant columns" constantColumns
          testCase "samples with NaN or infinite numbers are refused" notNumbers
          testCase "samples in float32 are tested in float64" inSingle
          testCase "what does not fit is refused" refused
          testCase "tests can be cancelled" cancelled
          testCase "nothing is left behind" frugal ]

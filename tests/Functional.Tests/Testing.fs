// What the laws and the tests of the modelling layer share: random instances from seeds, comparisons, the count of live tensors.
// Used by every suite above the tensor layer; a law that fails names its seed.
module internal Functional.Tests.Testing

open System
open System.IO
open Expecto
open Functional
open Functional.Tensors

// ---- random instances ----

/// Random sizes and numbers from a seed. Tensors made of them are float64.
type Draw(seed: int) =
    let random = Random(seed * 7919 + 17)

    member _.Seed = seed

    /// Both ends included.
    member _.Int(low: int, high: int) = random.Next(low, high + 1)

    member _.Float(low: float, high: float) =
        low + (high - low) * random.NextDouble()

    member this.Floats(count: int, low: float, high: float) =
        Array.init count (fun _ -> this.Float(low, high))

    member _.Pick(choices: 'T list) : 'T = choices[random.Next choices.Length]

    /// A tensor of numbers between two bounds.
    member this.Tensor(shape: Shape, low: float, high: float) : Tensor =
        dsharp.tensor(this.Floats(Shape.nelement shape, low, high), dtype = Dtype.Float64).view shape

    /// No axes, an empty one, one or two.
    member this.Batch() : Shape =
        this.Pick [ [||]; [| 0 |]; [| 1 |]; [| 3 |]; [| 2; 3 |]; [| 3; 1 |] ]

    /// A batch with something in it.
    member this.FullBatch() : Shape =
        this.Pick [ [||]; [| 1 |]; [| 4 |]; [| 2; 3 |] ]

/// Where the seeds of this run begin: 0, or what FUNCTIONAL_TEST_SEED says, to look at other random instances.
let private firstSeed =
    match Int32.TryParse(Environment.GetEnvironmentVariable "FUNCTIONAL_TEST_SEED") with
    | true, seed -> seed
    | _ -> 0

/// A test of what holds for random instances, for so many seeds; the tensors of each are freed.
let holds (name: string) (seeds: int) (law: Draw -> unit) : Test =
    testCase name (fun () ->
        for seed in firstSeed + 1 .. firstSeed + seeds do
            try
                Random.withSeed seed (fun () -> Scope.run (fun () -> law (Draw seed)))
            with
            | :? AssertException as failure -> failtest $"With seed {seed}: {failure.Message}"
            | error -> raise (Exception($"With seed {seed}: {error.Message}", error)))

/// A float64 tensor of .NET numbers.
let float64 (value: obj) : Tensor =
    dsharp.tensor (value, dtype = Dtype.Float64)

/// Runs `body` with float64 as the type of new tensors: networks made inside are in double precision.
let inFloat64 (body: unit -> 'T) : 'T =
    let before = Dtype.Default
    Dtype.Default <- Dtype.Float64

    try
        body ()
    finally
        Dtype.Default <- before

// ---- comparisons ----

let numbers (tensor: Tensor) : float[] =
    tensor.noDiff().cast(Dtype.Float64).toArray1D<float>()

let private compare (message: string) (actual: Tensor) (expected: Tensor) (agree: int -> float -> float -> bool) =
    Expect.equal actual.shape expected.shape $"{message}: the shape"

    Array.zip (numbers actual) (numbers expected)
    |> Array.iteri (fun i (actual, expected) ->
        if not (actual = expected || agree i actual expected) then
            failtest $"{message}: expected {expected} at position {i}, was {actual}")

/// |actual - expected| ≤ tolerance · (1 + |expected|) everywhere; infinities agree with themselves, NaN with nothing.
let isClose (tolerance: float) (message: string) (actual: Tensor) (expected: Tensor) =
    compare message actual expected (fun _ actual expected ->
        Double.IsFinite expected && abs (actual - expected) <= tolerance * (1.0 + abs expected))

/// How many standard errors a statistical law allows.
let standardErrors = 5.0

/// |actual - expected| ≤ bias + 5 standard errors everywhere, beside rounding: of an estimate that is off by at most the bias.
let isWithinBias (bias: float) (message: string) (actual: Tensor) (error: Tensor) (expected: Tensor) =
    let error = numbers error

    compare message actual expected (fun i actual expected ->
        abs (actual - expected) <= bias + standardErrors * error[i] + 1e-9 * (1.0 + abs expected))

/// |actual - expected| ≤ 5 standard errors everywhere, beside rounding.
let isWithin (message: string) (actual: Tensor) (error: Tensor) (expected: Tensor) =
    isWithinBias 0.0 message actual error expected

/// The mean over the first axis, and its standard error.
let meanAndError (samples: Tensor) : Tensor * Tensor =
    samples.mean 0, samples.std 0 / sqrt (float samples.shape[0])

/// The message of the exception that `action` raises.
let messageOf<'Error, 'T when 'Error :> exn> (action: unit -> 'T) : string =
    let outcome =
        try
            action () |> ignore
            Error "nothing was raised"
        with
        | :? 'Error as error -> Ok error.Message
        | error -> Error $"{error.GetType().Name} was raised: {error.Message}"

    match outcome with
    | Ok message -> message
    | Error found -> failtest $"Expected {typeof<'Error>.Name}; {found}"

/// Each part occurs in the text.
let says (text: string) (parts: string list) =
    for part in parts do
        Expect.stringContains text part "the message"

// ---- differentiation ----

/// The gradient of f in the input at that place, by automatic differentiation.
let gradientIn (place: int) (f: Tensor list -> Tensor) (inputs: Tensor list) : Tensor =
    dsharp.grad (fun input -> f (List.updateAt place input inputs)) inputs[place]

/// The same by central differences.
let differenceIn (place: int) (f: Tensor list -> Tensor) (inputs: Tensor list) : Tensor =
    let input = inputs[place]
    let values = numbers input

    let at (i: int) (value: float) =
        let moved = (float64 (Array.updateAt i value values)).view input.shape
        Scope.run (fun () -> (f (List.updateAt place moved inputs)).toDouble())

    let slopes =
        values
        |> Array.mapi (fun i value ->
            let slope step =
                (at i (value + step) - at i (value - step)) / (2.0 * step)

            let step = 1e-4 * (1.0 + abs value)
            // Richardson's extrapolation: what is left is of the fourth order
            (4.0 * slope (step / 2.0) - slope step) / 3.0)

    (float64 slopes).view input.shape

/// Automatic differentiation agrees with finite differences in every input.
let differentiates (message: string) (f: Tensor list -> Tensor) (inputs: Tensor list) =
    Validation.off (fun () ->
        for place in 0 .. inputs.Length - 1 do
            isClose 2e-6 $"{message}, input {place}" (gradientIn place f inputs) (differenceIn place f inputs))

// ---- memory ----

/// Runs the finalizers of everything unreachable.
let collect () =
    for _ in 1..3 do
        GC.Collect()
        GC.WaitForPendingFinalizers()

/// How many native tensors are alive once everything unreachable has gone.
let liveTensors () : int64 =
    collect ()
    Scope.liveTensors ()

/// `action` leaves no more tensors alive than there were. (Fewer there may be: what earlier tests left is collected when it is.)
let leavesNothing (action: unit -> unit) =
    let before = liveTensors ()
    action ()
    Expect.isLessThanOrEqual (liveTensors ()) before "live tensors"

/// By the time `action` returns it has freed all that it made but the tensors in its result: nothing waits for the collector,
/// which is not asked meanwhile. What is made once and kept is made by a first call.
let freesAllButResult (what: string) (action: unit -> 'T) =
    action () |> ignore
    let before = liveTensors ()
    let result = action ()
    let alive = Scope.liveTensors () - before
    let kept = Held.tensors (box result) |> Seq.length
    Expect.isLessThanOrEqual alive (int64 kept) $"{what}: live tensors, of which {kept} are its result"

// ---- places ----

/// The top of the repository.
let repository: string =
    let rec up (folder: DirectoryInfo) =
        if isNull folder then failwith "No folder above the tests holds Functional.sln."
        elif File.Exists(Path.Combine(folder.FullName, "Functional.sln")) then folder.FullName
        else up folder.Parent

    up (DirectoryInfo AppContext.BaseDirectory)

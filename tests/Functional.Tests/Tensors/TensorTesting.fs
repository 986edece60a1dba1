// What the tests of the tensor layer share: plain arrays to compare with, generators of shapes and values, counts of live tensors.
// Used by the tests in this folder.
module internal Functional.Tests.TensorTesting

open System
open System.Runtime.CompilerServices
open Expecto
open FsCheck
open FsCheck.FSharp
open Functional.Tensors

/// A tensor without libtorch: elements in row-major order and a shape. Reference implementations are loops over these.
type Plain = { Shape: int[]; Values: float[] }

module Plain =

    let size (shape: int[]) = Array.fold (*) 1 shape

    /// The place in row-major order of an index.
    let offset (shape: int[]) (index: int[]) =
        Array.fold2 (fun place length position -> place * length + position) 0 shape index

    /// Every index of a shape, in row-major order.
    let indexes (shape: int[]) : seq<int[]> =
        let rec from axis =
            if axis = shape.Length then
                Seq.singleton []
            else
                seq {
                    for position in 0 .. shape[axis] - 1 do
                        for rest in from (axis + 1) -> position :: rest
                }

        from 0 |> Seq.map List.toArray

    let init (shape: int[]) (element: int[] -> float) =
        { Shape = shape; Values = indexes shape |> Seq.map element |> Seq.toArray }

    let at (plain: Plain) (index: int[]) = plain.Values[offset plain.Shape index]

    let map (f: float -> float) (plain: Plain) =
        { plain with Values = Array.map f plain.Values }

    /// The shape that two shapes broadcast to, or None.
    let broadcastShape (a: int[]) (b: int[]) : int[] option =
        let rank = max a.Length b.Length

        let padded (shape: int[]) =
            Array.append (Array.create (rank - shape.Length) 1) shape

        let fits = Array.forall2 (fun x y -> x = y || x = 1 || y = 1) (padded a) (padded b)
        if fits then Some(Array.map2 max (padded a) (padded b)) else None

    /// The elements of a shape's broadcast to a larger one.
    let broadcast (shape: int[]) (plain: Plain) =
        init shape (fun index ->
            index
            |> Array.skip (shape.Length - plain.Shape.Length)
            |> Array.map2 (fun length position -> if length = 1 then 0 else position) plain.Shape
            |> at plain)

    let map2 (f: float -> float -> float) (a: Plain) (b: Plain) =
        let shape = broadcastShape a.Shape b.Shape |> Option.get
        let a, b = broadcast shape a, broadcast shape b
        { Shape = shape; Values = Array.map2 f a.Values b.Values }

    /// The elements along an axis, for every index of the others.
    let lanes (axis: int) (plain: Plain) : Plain * float[][] =
        let rest = Array.removeAt axis plain.Shape

        let lane index =
            [| for position in 0 .. plain.Shape[axis] - 1 -> at plain (Array.insertAt axis position index) |]

        { Shape = rest; Values = [||] }, indexes rest |> Seq.map lane |> Seq.toArray

    /// A reduction along an axis, which stays with length 1 when it is kept.
    let reduce (axis: int) (keep: bool) (f: float[] -> float) (plain: Plain) =
        let rest, lanes = lanes axis plain

        { Shape = (if keep then Array.insertAt axis 1 rest.Shape else rest.Shape)
          Values = Array.map f lanes }

/// The float64 tensor of a plain one.
let tensor (plain: Plain) : Tensor =
    dsharp.tensor(plain.Values, dtype = Dtype.Float64).view plain.Shape

/// A float64 vector.
let vector (values: float seq) : Tensor =
    dsharp.tensor (Seq.toArray values, dtype = Dtype.Float64)

/// A float64 number.
let number (value: float) : Tensor =
    dsharp.scalar (value, dtype = Dtype.Float64)

let plain (tensor: Tensor) : Plain =
    { Shape = tensor.shape; Values = tensor.toArray1D<float>() }

module Generate =

    let uniform (low: float) (high: float) =
        Gen.choose (0, 1_000_000) |> Gen.map (fun i -> low + (high - low) * float i / 1e6)

    let shapeOfRank (rank: int) =
        Gen.arrayOfLength rank (Gen.choose (1, 4))

    let shape (lowestRank: int) (highestRank: int) =
        Gen.choose (lowestRank, highestRank) |> Gen.bind shapeOfRank

    let filled (low: float) (high: float) (shape: int[]) =
        Gen.arrayOfLength (Plain.size shape) (uniform low high)
        |> Gen.map (fun values -> { Shape = shape; Values = values })

    /// Any plain tensor of up to four axes with elements between -3 and 3.
    let plain = shape 0 4 |> Gen.bind (filled -3.0 3.0)

    let plainOfRank rank =
        shapeOfRank rank |> Gen.bind (filled -3.0 3.0)

    /// A plain tensor with at least one axis, and one of its axes.
    let withAxis =
        gen {
            let! value = shape 1 4 |> Gen.bind (filled -3.0 3.0)
            let! axis = Gen.choose (0, value.Shape.Length - 1)
            return value, axis
        }

    /// Two shapes that broadcast: axes of a common one shortened to 1 or, in front, left out.
    let broadcastable =
        gen {
            let! common = shape 0 4

            let shorten =
                gen {
                    let! dropped = Gen.choose (0, common.Length)
                    let! ones = Gen.arrayOfLength common.Length (Gen.elements [ true; false; false ])
                    return Array.map2 (fun length one -> if one then 1 else length) common ones |> Array.skip dropped
                }

            let! a = shorten
            let! b = shorten
            let! a = filled -3.0 3.0 a
            let! b = filled -3.0 3.0 b
            return a, b
        }

/// A property of generated inputs; its tensors are freed after each.
let property (name: string) (inputs: Gen<'T>) (check: 'T -> unit) =
    testProperty name (Prop.forAll (Arb.fromGen inputs) (fun input -> Scope.run (fun () -> check input)))

/// The same, for slow properties.
let propertyOf (count: int) (name: string) (inputs: Gen<'T>) (check: 'T -> unit) =
    testPropertyWithConfig
        { FsCheckConfig.defaultConfig with maxTest = count }
        name
        (Prop.forAll (Arb.fromGen inputs) (fun input -> Scope.run (fun () -> check input)))

let private near (tolerance: float) (actual: float) (expected: float) =
    actual = expected
    || (Double.IsNaN actual && Double.IsNaN expected)
    || abs (actual - expected) <= tolerance * (1.0 + abs expected)

/// Shapes are equal and elements within tolerance · (1 + |expected|); NaN and infinities match themselves.
let expectClose (tolerance: float) (actual: Tensor) (expected: Plain) (what: string) =
    Expect.equal actual.shape expected.Shape $"{what}: shape"

    Array.zip (actual.toArray1D<float>()) expected.Values
    |> Array.iteri (fun i (actual, expected) ->
        if not (near tolerance actual expected) then
            failtest $"{what}: element {i} is {actual}, not {expected} within {tolerance}.")

/// Shapes and elements are equal.
let expectSame (actual: Tensor) (expected: Plain) (what: string) = expectClose 0.0 actual expected what

/// The message of the exception, which must be of exactly that type.
let messageOf<'E when 'E :> exn> (body: unit -> unit) : string =
    let mutable message = null

    Expect.throwsC body (fun error ->
        Expect.equal (error.GetType()) typeof<'E> $"the type of: {error.Message}"
        message <- error.Message)

    message

/// The exception is of that type and its message has every one of these parts.
let expectError<'E when 'E :> exn> (parts: string list) (body: unit -> unit) =
    let message = messageOf<'E> body

    for part in parts do
        Expect.stringContains message part "the message"

/// Frees what is unreachable, so that the count of live tensors stands still.
let collect () =
    for _ in 1..2 do
        GC.Collect()
        GC.WaitForPendingFinalizers()

/// How many tensors are alive once the unreachable ones have gone.
let settledCount () =
    collect ()
    Scope.liveTensors ()

/// How many more tensors live after the action than before it, not counting what its first run sets up for good.
[<MethodImpl(MethodImplOptions.NoInlining)>]
let growth (action: unit -> unit) : int64 =
    action ()
    let before = settledCount ()
    action ()
    Scope.liveTensors () - before

[<MethodImpl(MethodImplOptions.NoInlining)>]
let private apart (action: unit -> unit) = action ()

/// How many more tensors live after the action than before it, once the unreachable ones have gone.
let settledGrowth (action: unit -> unit) : int64 =
    apart action
    let before = settledCount ()
    apart action
    settledCount () - before

/// An elementwise function, what computes it without libtorch, and where to try it: away from kinks and poles.
type Function =
    { Name: string
      Apply: Tensor -> Tensor
      Reference: float -> float
      Low: float
      High: float }

module Function =
    open MathNet.Numerics

    let private entry name low high apply reference =
        { Name = name; Apply = apply; Reference = reference; Low = low; High = high }

    let private normalCdf x =
        0.5 * SpecialFunctions.Erfc(-x / sqrt 2.0)

    /// Those with a derivative other than zero.
    let smooth =
        [ entry "abs" 0.1 3.0 _.abs() abs
          entry "abs of negatives" -3.0 -0.1 _.abs() abs
          entry "acos" -0.9 0.9 _.acos() acos
          entry "asin" -0.9 0.9 _.asin() asin
          entry "atan" -3.0 3.0 _.atan() atan
          entry "cos" -3.0 3.0 _.cos() cos
          entry "cosh" -3.0 3.0 _.cosh() cosh
          entry "exp" -3.0 3.0 _.exp() exp
          entry "log" 0.1 5.0 _.log() log
          entry "log10" 0.1 5.0 _.log10() log10
          entry "neg" -3.0 3.0 _.neg() (~-)
          entry "sin" -3.0 3.0 _.sin() sin
          entry "sinh" -3.0 3.0 _.sinh() sinh
          entry "sqrt" 0.1 5.0 _.sqrt() sqrt
          entry "tan" -1.2 1.2 _.tan() tan
          entry "tanh" -3.0 3.0 _.tanh() tanh
          entry "square" -3.0 3.0 _.square() (fun x -> x * x)
          entry "log1p" -0.9 5.0 _.log1p() (fun x -> log (1.0 + x))
          entry "expm1" -3.0 3.0 _.expm1() (fun x -> exp x - 1.0)
          entry "sigmoid" -5.0 5.0 _.sigmoid() SpecialFunctions.Logistic
          entry "logsigmoid" -5.0 5.0 _.logsigmoid() (SpecialFunctions.Logistic >> log)
          entry "relu" 0.1 3.0 _.relu() (max 0.0)
          entry "relu of negatives" -3.0 -0.1 _.relu() (max 0.0)
          entry "leakyRelu" 0.1 3.0 _.leakyRelu() id
          entry "leakyRelu of negatives" -3.0 -0.1 _.leakyRelu() (fun x -> 0.01 * x)
          entry "leakyRelu with a slope" -3.0 -0.1 _.leakyRelu(0.3) (fun x -> 0.3 * x)
          entry "silu" -5.0 5.0 _.silu() (fun x -> x * SpecialFunctions.Logistic x)
          entry "gelu" -4.0 4.0 _.gelu() (fun x -> x * normalCdf x)
          entry "elu" 0.1 3.0 _.elu() id
          entry "elu of negatives" -3.0 -0.1 _.elu() (fun x -> exp x - 1.0)
          entry "softplus" -5.0 5.0 _.softplus() (fun x -> log (1.0 + exp x))
          entry "lgamma" 0.1 8.0 _.lgamma() SpecialFunctions.GammaLn
          entry "digamma" 0.2 8.0 _.digamma() SpecialFunctions.DiGamma
          entry "erf" -3.0 3.0 _.erf() SpecialFunctions.Erf
          entry "erfinv" -0.9 0.9 _.erfinv() SpecialFunctions.ErfInv
          entry "clone" -3.0 3.0 _.clone() id
          entry "clamp inside its bounds" -0.9 0.9 (fun t -> t.clamp (-1.0, 1.0)) id
          entry "a power" 0.1 3.0 (fun t -> t ** 2.5) (fun x -> x ** 2.5)
          entry "a negative integer power" 0.3 3.0 (fun t -> t ** -3) (fun x -> 1.0 / (x * x * x))
          entry "a power of a number" -3.0 3.0 (fun t -> Tensor.Pow(2.0, t)) (fun x -> 2.0 ** x)
          entry "a number divided by it" 0.3 3.0 (fun t -> 3.0 / t) (fun x -> 3.0 / x)
          entry "a number less it" -3.0 3.0 (fun t -> 3.0 - t) (fun x -> 3.0 - x) ]

    /// Those whose derivative is zero wherever it exists.
    let steps =
        [ entry "ceil" 0.1 0.9 _.ceil() ceil
          entry "floor" 0.1 0.9 _.floor() floor
          entry "round" 0.6 1.4 _.round() (fun x -> Math.Round(x, MidpointRounding.ToEven))
          entry "sign" -3.0 -0.1 _.sign() (fun x -> float (sign x))
          entry "clamp outside its bounds" 1.1 3.0 (fun t -> t.clamp (-1.0, 1.0)) (min 1.0) ]

    let all = smooth @ steps

    /// A tensor of any shape inside the function's domain.
    let inputs (f: Function) =
        Generate.shape 0 3 |> Gen.bind (Generate.filled f.Low f.High)

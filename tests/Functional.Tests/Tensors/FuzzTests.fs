// 100,000 random calls with wrong shapes, axes, dtypes and values: each ends in a result or a .NET exception, never in a crash.
// Run with the whole suite; FUNCTIONAL_TEST_SEED draws other calls, FUNCTIONAL_FUZZ_TRACE names each call before it is made.
module Functional.Tests.FuzzTests

open System
open System.Collections.Generic
open Expecto
open Functional.Tensors
open Functional.Tests.TensorTesting

/// Sizes whose product no memory holds; alone, one of them would be a request that a large machine can serve.
let private huge = [ 2_147_483_647; 1_000_000_007 ]

let private dtypes = [ Dtype.Bool; Dtype.Byte; Dtype.Int8; Dtype.Int16; Dtype.Float16; Dtype.BFloat16 ]

let private traced = not (String.IsNullOrEmpty(Environment.GetEnvironmentVariable "FUNCTIONAL_FUZZ_TRACE"))

/// The arguments of one call, drawn and noted down.
type private Arguments(random: Random) =
    let notes = List<obj>()

    let note (value: 'T) : 'T =
        notes.Add(box value)
        value

    let chance percent = random.Next 100 < percent
    let between low high = random.Next(low, high + 1)
    let pick (choices: 'T list) = choices[random.Next choices.Length]

    let dtype () =
        pick (Dtype.Float64 :: Dtype.Float32 :: Dtype.Float32 :: Dtype.Int64 :: Dtype.Int32 :: dtypes)

    let length () =
        if chance 10 then 0 else pick [ 1; 1; 2; 2; 3; 3; 4 ]

    let element () =
        if chance 90 then random.NextDouble() * 4.0 - 2.0
        elif chance 60 then float (between -3 300)
        else pick [ nan; infinity; -infinity; 0.0; -0.0; 1e300; -1e300; 1e-300; 5e-324 ]

    let made (shape: int[]) (dtype: Dtype) =
        let values = Array.init (Plain.size shape) (fun _ -> element ())
        let t = dsharp.tensor(values, dtype = Dtype.Float64).view(shape).cast dtype

        if dtype.IsFloatingPoint && chance 10 then
            Gradient.record (if t.dim > 1 && chance 30 then t.clone () else t) |> ignore

        // Not every tensor is contiguous.
        let t = if t.dim > 1 && chance 10 then t.transpose (0, -1) else t

        if chance 2 then
            t.Dispose()

        t

    let mutable last: Tensor = null

    let given (shape: int[]) (dtype: Dtype) =
        let t = made shape dtype
        last <- t

        if traced then
            eprintfn $"    {t}"

        notes.Add(if t.isDisposed then "freed" else t.summary ())
        t

    /// What the call was given.
    member _.Notes = notes |> Seq.map (fun value -> $"%A{value}") |> String.concat "; "

    member _.Flag() = note (chance 50)
    member _.Pick(choices: 'T list) = note (pick choices)

    member _.Optional(draw: unit -> 'T) : 'T option =
        if chance 50 then Some(draw ()) else None

    member _.Dtype() = note (dtype ())
    member _.Float() = note (element ())
    member _.Axis() = note (between -8 8)

    /// A small number, below zero too.
    member _.Int() =
        note (if chance 5 then pick [ Int32.MinValue; -1000 ] else between -3 8)

    /// A number of any size, for where it costs no memory.
    member _.AnyInt() =
        note (if chance 20 then pick (Int32.MinValue :: huge) else between -3 8)

    member _.Scalar() : scalar =
        note (
            match between 0 9 with
            | 0 -> between -3 300 :> scalar
            | 1 -> int64 (between -3 3) * 4_000_000_000_000L :> scalar
            | 2 -> chance 50 :> scalar
            | 3 -> float32 (element ()) :> scalar
            | 4 -> decimal (between -3 3) :> scalar
            | 5 ->
                pick
                    [ "2" :> scalar
                      "two" :> scalar
                      'c' :> scalar
                      DateTime.UnixEpoch :> scalar
                      3uy :> scalar
                      UInt64.MaxValue :> scalar ]
            | _ -> element () :> scalar
        )

    /// Any shape: fitting nothing, with lengths below zero, or too large for any memory.
    member _.Shape() : int[] =
        note (
            if chance 6 then [| yield! huge; for _ in 1 .. between 0 2 -> pick huge |]
            elif chance 10 then Array.init (between 0 7) (fun _ -> between -2 3)
            else Array.init (between 0 6) (fun _ -> length ())
        )

    member _.Ints() : int[] =
        note (Array.init (between 0 6) (fun _ -> between -3 6))

    member _.Axes() : int[] =
        note (
            match between 0 2 with
            | 0 when not (isNull last) && not last.isDisposed -> Array.init last.dim id |> Array.sortBy (fun _ -> random.Next())
            | 1 -> Array.init (between 0 6) (fun _ -> between -8 8)
            | _ -> Array.init (between 0 4) (fun _ -> between -2 2)
        )

    /// Any tensor, now and then one that has been freed.
    member _.Tensor() : Tensor =
        given (Array.init (between 0 6) (fun _ -> length ())) (dtype ())

    /// A tensor of a handful of elements, for what is slow.
    member _.Small() : Tensor =
        given (Array.init (between 0 2) (fun _ -> length ())) (if chance 70 then Dtype.Float64 else dtype ())

    /// Likely to fit the tensor before it, by its shape and its dtype.
    member _.Other() : Tensor =
        if isNull last || last.isDisposed || chance 30 then
            given (Array.init (between 0 6) (fun _ -> length ())) (dtype ())
        else
            let shape =
                if chance 70 then
                    last.shape
                else
                    last.shape |> Array.map (fun length -> if chance 30 then 1 else length)

            given shape (if chance 70 then last.dtype else dtype ())

    /// Whole numbers that may be indices.
    member _.Indices() : Tensor =
        let shape =
            if isNull last || last.isDisposed || chance 50 then
                Array.init (between 0 2) (fun _ -> length ())
            else
                last.shape

        let values = Array.init (Plain.size shape) (fun _ -> if chance 3 then pick huge else between -1 3)
        note (dsharp.tensor(values).view(shape).cast(pick [ Dtype.Int32; Dtype.Int64; Dtype.Int64; dtype () ]))

    /// A batch of matrices, or of signals, images and volumes.
    member _.Ranked(rank: int) : Tensor =
        given
            (Array.init (if chance 90 then rank else between 0 6) (fun _ -> if chance 4 then 0 else pick [ 1; 2; 2; 3; 4; 5 ]))
            (if chance 85 then Dtype.Float32 else dtype ())

    /// Square matrices mostly.
    member _.Matrix() : Tensor =
        let n = length ()

        given
            [| if chance 30 then
                   length ()
               n
               if chance 80 then n else length () |]
            (if chance 85 then Dtype.Float64 else dtype ())

/// A function to differentiate; some of them fail.
let private functions: (string * (Tensor -> Tensor)) list =
    [ "sum of squares", (fun x -> (x * x).sum())
      "exp", exp
      "number", (fun x -> x.sum () * 2.0)
      "same", id
      "constant", (fun _ -> dsharp.tensor [ 1.0; 2.0 ])
      "step", _.sign()
      "cast", (fun x -> x.cast Dtype.Int32)
      "first", (fun x -> x[0])
      "product", (fun x -> x.matmul x)
      "norm", (fun x -> x.norm ())
      "own derivative", (fun x -> dsharp.grad (fun y -> (y * y * x).sum()) x)
      "detached", _.noDiff()
      "failure", (fun _ -> raise (InvalidOperationException "on purpose")) ]

let private ignored (tensors: Tensor * Tensor) : obj = box tensors

let private elementwise: (string * (Arguments -> obj)) list =
    let unary: (string * (Tensor -> Tensor)) list =
        [ "abs", _.abs()
          "acos", _.acos()
          "asin", _.asin()
          "atan", _.atan()
          "ceil", _.ceil()
          "cos", _.cos()
          "cosh", _.cosh()
          "exp", _.exp()
          "floor", _.floor()
          "log", _.log()
          "log10", _.log10()
          "neg", _.neg()
          "round", _.round()
          "sin", _.sin()
          "sinh", _.sinh()
          "sqrt", _.sqrt()
          "tan", _.tan()
          "tanh", _.tanh()
          "sign", _.sign()
          "square", _.square()
          "log1p", _.log1p()
          "expm1", _.expm1()
          "sigmoid", _.sigmoid()
          "logsigmoid", _.logsigmoid()
          "relu", _.relu()
          "silu", _.silu()
          "gelu", _.gelu()
          "elu", _.elu()
          "softplus", _.softplus()
          "lgamma", _.lgamma()
          "digamma", _.digamma()
          "i0e", _.i0e()
          "i1e", _.i1e()
          "erf", _.erf()
          "erfc", _.erfc()
          "erfinv", _.erfinv()
          "isnan", _.isnan()
          "isinf", _.isinf()
          "isfinite", _.isfinite()
          "logicalNot", _.logicalNot()
          "clone", _.clone()
          "noDiff", _.noDiff() ]

    let binary: (string * (Tensor -> Tensor -> Tensor)) list =
        [ "+", (fun a b -> a + b)
          "-", (fun a b -> a - b)
          "*", (fun a b -> a * b)
          "/", (fun a b -> a / b)
          "pow", (fun a b -> a.pow b)
          "eq", (fun a b -> a.eq b)
          "ne", (fun a b -> a.ne b)
          "lt", (fun a b -> a.lt b)
          "le", (fun a b -> a.le b)
          "gt", (fun a b -> a.gt b)
          "ge", (fun a b -> a.ge b)
          "max", (fun a b -> a.max b)
          "min", (fun a b -> a.min b)
          "logicalAnd", (fun a b -> a.logicalAnd b)
          "logicalOr", (fun a b -> a.logicalOr b)
          "xlogy", (fun a b -> a.xlogy b)
          "xlog1py", (fun a b -> a.xlog1py b)
          "logaddexp", (fun a b -> a.logaddexp b) ]

    let beside: (string * (Tensor -> scalar -> Tensor)) list =
        [ "+ number", (fun a b -> a + b)
          "- number", (fun a b -> a - b)
          "number -", (fun a b -> b - a)
          "* number", (fun a b -> a * b)
          "/ number", (fun a b -> a / b)
          "number /", (fun a b -> b / a)
          "pow number", (fun a b -> a.pow b)
          "number pow", (fun a b -> Tensor.Pow(b, a))
          "eq number", (fun a b -> a.eq b)
          "lt number", (fun a b -> a.lt b)
          "max number", (fun a b -> a.max b)
          "min number", (fun a b -> a.min b)
          "fullLike", (fun a b -> a.fullLike b)
          "scalarLike", (fun a b -> a.scalarLike b) ]

    [ for name, apply in unary do
          name, (fun (a: Arguments) -> box (apply (a.Tensor())))
      for name, apply in binary do
          name, (fun a -> box (apply (a.Tensor()) (a.Other())))
      for name, apply in beside do
          name, (fun a -> box (apply (a.Tensor()) (a.Scalar())))
      "polygamma", (fun a -> box (a.Tensor().polygamma(a.AnyInt())))
      "leakyRelu", (fun a -> box (a.Tensor().leakyRelu(a.Float())))
      "clamp", (fun a -> box (a.Tensor().clamp(?low = a.Optional a.Scalar, ?high = a.Optional a.Scalar)))
      "safelog", (fun a -> box (a.Tensor().safelog(a.Float())))
      "where", (fun a -> box (dsharp.where (a.Tensor(), a.Other(), a.Other())))
      "where of a condition", (fun a -> box (dsharp.where (a.Tensor().gt 0.0, a.Other(), a.Other())))
      "equals", (fun a -> box (a.Tensor().Equals(a.Other())))
      "compareTo", (fun a -> box ((a.Small() :> IComparable).CompareTo(a.Other())))
      "hash", (fun a -> box (a.Tensor().GetHashCode()))
      "allclose", (fun a -> box (a.Tensor().allclose(a.Other(), a.Float(), a.Float()))) ]

let private reductions: (string * (Arguments -> obj)) list =
    let along: (string * (Tensor -> int -> Tensor)) list =
        [ "softmax", (fun t dim -> t.softmax dim)
          "logsoftmax", (fun t dim -> t.logsoftmax dim)
          "cumsum", (fun t dim -> t.cumsum dim)
          "cumprod", (fun t dim -> t.cumprod dim)
          "logcumsumexp", (fun t dim -> t.logcumsumexp dim) ]

    let keeping: (string * (Tensor -> int -> bool -> Tensor)) list =
        [ "sum along", (fun t dim keep -> t.sum (dim, keepDim = keep))
          "mean along", (fun t dim keep -> t.mean (dim, keepDim = keep))
          "var along", (fun t dim keep -> t.var (dim, keepDim = keep))
          "std along", (fun t dim keep -> t.std (dim, keepDim = keep, unbiased = false))
          "logsumexp", (fun t dim keep -> t.logsumexp (dim, keepDim = keep))
          "max along", (fun t dim keep -> t.max (dim, keepDim = keep))
          "min along", (fun t dim keep -> t.min (dim, keepDim = keep))
          "argmax along", (fun t dim keep -> t.argmax (dim, keepDim = keep))
          "argmin along", (fun t dim keep -> t.argmin (dim, keepDim = keep)) ]

    [ for name, apply in along do
          name, (fun (a: Arguments) -> box (apply (a.Tensor()) (a.Axis())))
      for name, apply in keeping do
          name, (fun a -> box (apply (a.Tensor()) (a.Axis()) (a.Flag())))
      "sum", (fun a -> box (a.Tensor().sum(?dtype = a.Optional a.Dtype)))
      "sum over axes", (fun a -> box (a.Tensor().sum(a.Axes(), keepDim = a.Flag())))
      "mean", (fun a -> box (a.Tensor().mean()))
      "mean over axes", (fun a -> box (a.Tensor().mean(a.Axes(), keepDim = a.Flag())))
      "var", (fun a -> box (a.Tensor().var(unbiased = a.Flag())))
      "std", (fun a -> box (a.Tensor().std()))
      "max of all", (fun a -> box (a.Tensor().max()))
      "min of all", (fun a -> box (a.Tensor().min()))
      "argmax", (fun a -> box (a.Tensor().argmax()))
      "argmin", (fun a -> box (a.Tensor().argmin()))
      "all", (fun a -> box (a.Tensor().all()))
      "any", (fun a -> box (a.Tensor().any()))
      "hasinfnan", (fun a -> box (a.Tensor().hasinfnan()))
      "sumToSize", (fun a -> box (a.Tensor().sumToSize(a.Shape(), ?dtype = a.Optional a.Dtype)))
      "sort", (fun a -> ignored (a.Tensor().sort(?dim = a.Optional a.Axis, descending = a.Flag())))
      "argsort", (fun a -> box (a.Tensor().argsort(?dim = a.Optional a.Axis)))
      "topk", (fun a -> ignored (a.Tensor().topk(a.AnyInt(), ?dim = a.Optional a.Axis, largest = a.Flag())))
      "norm", (fun a -> box (a.Tensor().norm(order = a.Float(), ?dim = a.Optional a.Axis, keepDim = a.Flag())))
      "cov",
      (fun a ->
          let weight () = a.Indices()
          let t = a.Small()
          box (t.cov (int64 (a.Int()), ?fweights = a.Optional weight, ?aweights = a.Optional a.Small)))
      "corrcoef", (fun a -> box (a.Small().corrcoef()))
      "normalize", (fun a -> box (a.Tensor().normalize()))
      "standardize", (fun a -> box (a.Tensor().standardize())) ]

let private views: (string * (Arguments -> obj)) list =
    let bounds (a: Arguments) =
        Array2D.init (a.Pick [ 0..7 ]) (a.Pick [ 3; 3; 3; 3; 2; 0 ]) (fun _ column ->
            if column = 2 then a.Pick [ 0; 1; 0; 1; 7 ] else a.AnyInt())

    let edge (a: Arguments) = a.Optional a.AnyInt

    [ "view", (fun a -> box (a.Tensor().view(a.Shape())))
      "viewAs", (fun a -> box (a.Tensor().viewAs(a.Other())))
      "expand", (fun a -> box (a.Tensor().expand(a.Shape())))
      "expandAs", (fun a -> box (a.Tensor().expandAs(a.Other())))
      "transpose", (fun a -> box (a.Tensor().transpose(a.Axis(), a.Axis())))
      "transpose of a matrix", (fun a -> box (a.Tensor().transpose()))
      "permute", (fun a -> box (a.Tensor().permute(a.Axes())))
      "unsqueeze", (fun a -> box (a.Tensor().unsqueeze(a.Axis())))
      "unsqueezeAs", (fun a -> box (a.Tensor().unsqueezeAs(a.Other())))
      "squeeze", (fun a -> box (a.Tensor().squeeze(?dim = a.Optional a.Axis)))
      "flatten", (fun a -> box (a.Tensor().flatten(?startDim = a.Optional a.Axis, ?endDim = a.Optional a.Axis)))
      "unflatten", (fun a -> box (a.Tensor().unflatten(a.Axis(), a.Shape())))
      "split", (fun a -> box (a.Tensor().split(a.Ints(), ?dim = a.Optional a.Axis)))
      "unstack", (fun a -> box (a.Tensor().unstack(?dim = a.Optional a.Axis)))
      "gather", (fun a -> box (a.Tensor().gather(a.Axis(), a.Indices())))
      "indexSelect", (fun a -> box (a.Tensor().indexSelect(a.Axis(), a.Indices())))
      "flip", (fun a -> box (a.Tensor().flip(a.Axes())))
      "repeat", (fun a -> box (a.Tensor().repeat(a.Axis(), a.Int())))
      "tile", (fun a -> box (a.Small().tile(a.Shape())))
      "cat", (fun a -> box (Tensor.cat ([ a.Tensor(); a.Other(); a.Other() ], ?dim = a.Optional a.Axis)))
      "stack", (fun a -> box (Tensor.stack ([ a.Tensor(); a.Other() ], ?dim = a.Optional a.Axis)))
      "cat of none", (fun a -> box (Tensor.cat ([], ?dim = a.Optional a.Axis)))
      "index", (fun a -> box (a.Tensor().[Array.init (a.Pick [ 0..7 ]) (fun _ -> a.AnyInt())]))
      "slice of bounds", (fun a -> box (a.Tensor().GetSlice(bounds a)))
      "slice", (fun a -> box (a.Tensor().GetSlice(edge a, edge a)))
      "slice of two axes", (fun a -> box (a.Tensor().GetSlice(a.AnyInt(), edge a, edge a)))
      "slice of three axes", (fun a -> box (a.Tensor().GetSlice(edge a, edge a, a.AnyInt(), edge a, edge a)))
      "pad", (fun a -> box (a.Tensor().pad(a.Ints())))
      "dilate", (fun a -> box (a.Small().dilate(a.Ints())))
      "undilate", (fun a -> box (a.Tensor().undilate(Array.map abs (a.Ints()))))
      "addSlice", (fun a -> box (a.Tensor().addSlice(a.Ints(), a.Other())))
      "scatter", (fun a -> box (a.Tensor().scatter(a.Axis(), a.Indices(), a.Shape()))) ]

let private linear: (string * (Arguments -> obj)) list =
    let equations =
        [ "ij,jk->ik"
          "bij,bjk->bik"
          "ii->i"
          "i,i->"
          "ij->ji"
          "..."
          "...ij,...jk"
          ""
          ","
          "->"
          "ij,jk->iz"
          "i1,é->"
          "ijklmn->" ]

    let geometry (a: Arguments) = a.Optional a.AnyInt
    let width (a: Arguments) = a.Optional a.Int
    let each (a: Arguments) : seq<int> option = a.Optional a.Ints |> Option.map seq

    [ "matmul", (fun a -> box (a.Tensor().matmul(a.Other())))
      "matmul of matrices", (fun a -> box (a.Matrix().matmul(a.Matrix())))
      "dot", (fun a -> box (a.Ranked(1).dot(a.Other())))
      "bmm", (fun a -> box (a.Ranked(3).bmm(a.Other())))
      "outer", (fun a -> box (a.Tensor().outer(a.Other())))
      "trace", (fun a -> box (a.Matrix().trace()))
      "diagonal", (fun a -> box (a.Tensor().diagonal(a.AnyInt(), a.Axis(), a.Axis())))
      "det", (fun a -> box (a.Matrix().det()))
      "inv", (fun a -> box (a.Matrix().inv()))
      "solve", (fun a -> box (a.Matrix().solve(a.Other())))
      "cholesky", (fun a -> box (a.Matrix().cholesky()))
      "tril", (fun a -> box (a.Tensor().tril()))
      "qr", (fun a -> ignored (a.Matrix().qr()))
      "eigh", (fun a -> ignored (a.Matrix().eigh()))
      "svd", (fun a -> box (a.Matrix().svd(a.Flag())))
      "slogdet", (fun a -> ignored (a.Matrix().slogdet()))
      "logdet", (fun a -> box (a.Matrix().logdet()))
      "triangularSolve", (fun a -> box (a.Matrix().triangularSolve(a.Other(), upper = a.Flag(), unitDiagonal = a.Flag())))
      "einsum", (fun a -> box (dsharp.einsum (a.Pick equations, a.Small())))
      "einsum of two", (fun a -> box (dsharp.einsum (a.Pick equations, a.Matrix(), a.Other())))
      "conv1d", (fun a -> box (a.Ranked(3).conv1d(a.Ranked 3, ?stride = geometry a, ?padding = width a, ?dilation = geometry a)))
      "conv2d", (fun a -> box (a.Ranked(4).conv2d(a.Ranked 4, ?strides = each a, ?padding = width a, ?dilation = geometry a)))
      "conv3d", (fun a -> box (a.Ranked(5).conv3d(a.Ranked 5, ?stride = geometry a, ?paddings = each a)))
      "convTranspose1d",
      (fun a -> box (a.Ranked(3).convTranspose1d(a.Ranked 3, ?stride = width a, ?padding = width a, ?outputPadding = width a)))
      "convTranspose2d",
      (fun a -> box (a.Ranked(4).convTranspose2d(a.Ranked 4, ?stride = width a, ?dilation = width a, ?outputPaddings = each a)))
      "maxpool1d", (fun a -> box (a.Ranked(3).maxpool1d(a.AnyInt(), ?stride = geometry a, ?padding = width a)))
      "maxpool2d", (fun a -> box (a.Ranked(4).maxpool2d(?kernelSize = geometry a, ?strides = each a, ?padding = width a)))
      "maxpool3di", (fun a -> ignored (a.Ranked(5).maxpool3di(?kernelSizes = each a, ?stride = geometry a)))
      "avgpool1d", (fun a -> box (a.Ranked(3).avgpool1d(a.AnyInt(), ?stride = geometry a, ?padding = width a)))
      "avgpool2d", (fun a -> box (a.Ranked(4).avgpool2d(?kernelSize = geometry a, ?paddings = each a)))
      "maxunpool1d", (fun a -> box (a.Ranked(3).maxunpool1d(a.Indices(), a.Int(), ?stride = width a, ?outputSize = each a)))
      "maxunpool2d", (fun a -> box (a.Ranked(4).maxunpool2d(a.Indices(), ?kernelSize = width a, ?outputSize = each a))) ]

let private creation: (string * (Arguments -> obj)) list =
    let values: (Arguments -> obj) list =
        [ fun a -> box [ a.Float(); a.Float() ]
          fun a -> box [ [ a.Float() ]; [] ]
          fun a -> box [ box (a.Tensor()); box (a.Other()) ]
          fun a -> box (a.Tensor(), a.Float())
          fun _ -> box "text"
          fun _ -> box 'c'
          fun _ -> null
          fun _ -> box [ null ]
          fun _ -> box DateTime.UnixEpoch
          fun _ -> box 3m
          fun _ -> box [ 1UL; 2UL ]
          fun _ -> box [ box 1; box true; box 2.5; box 'c' ]
          fun _ -> box [ Int64.MaxValue; 1L ]
          fun _ -> box [ box UInt64.MaxValue; box 1 ]
          fun _ -> box [| 1n; 2n |]
          fun a -> box (a.Scalar())
          fun _ -> box (Array4D.zeroCreate<float32> 2 0 1 3) ]

    [ for i, value in List.indexed values do
          $"tensor of value {i}", (fun (a: Arguments) -> box (dsharp.tensor (value a, ?dtype = a.Optional a.Dtype)))
      "scalar", (fun a -> box (dsharp.scalar (a.Scalar(), ?dtype = a.Optional a.Dtype)))
      "zeros", (fun a -> box (dsharp.zeros (a.Shape(), dtype = a.Dtype())))
      "ones", (fun a -> box (dsharp.ones (a.Shape(), dtype = a.Dtype())))
      "full", (fun a -> box (dsharp.full (a.Shape(), a.Scalar(), dtype = a.Dtype())))
      "empty", (fun a -> box (dsharp.empty (a.Shape(), dtype = a.Dtype())))
      "arange", (fun a -> box (dsharp.arange (float (a.Int() % 100), startVal = float (a.Int() % 100), dtype = a.Dtype())))
      "arange to anywhere",
      (fun a ->
          box (dsharp.arange (a.Pick [ nan; infinity; 1e300; 7.0 ], step = a.Pick [ 1e300; 0.3; 256.0; nan ], dtype = a.Dtype())))
      "arange by steps",
      (fun a -> box (dsharp.arange (float (a.Int() % 100), step = a.Pick [ 0.5; 0.0; -1.0; nan; infinity; 1e-300 ])))
      "arange of integers", (fun a -> box (dsharp.arange (a.Int() % 100, startVal = a.Int() % 100, step = a.AnyInt())))
      "linspace", (fun a -> box (dsharp.linspace (a.Float(), a.Float(), a.Int(), dtype = a.Dtype())))
      "logspace", (fun a -> box (dsharp.logspace (a.Float(), a.Float(), a.Int(), baseVal = a.Float())))
      "eye", (fun a -> box (dsharp.eye (a.Int(), ?cols = a.Optional a.Int, dtype = a.Dtype())))
      "eye that fits no memory", (fun a -> box (dsharp.eye (a.Pick huge, cols = a.Pick huge)))
      "onehot", (fun a -> box (dsharp.onehot (a.Int(), a.AnyInt(), dtype = a.Dtype())))
      "rand", (fun a -> box (dsharp.rand (a.Shape(), dtype = a.Dtype())))
      "randn", (fun a -> box (dsharp.randn (a.Shape(), dtype = a.Dtype())))
      "randint", (fun a -> box (dsharp.randint (a.AnyInt(), a.AnyInt(), a.Shape(), dtype = a.Dtype())))
      "randperm", (fun a -> box (dsharp.randperm (a.Int(), dtype = a.Dtype())))
      "create", (fun a -> box (dsharp.create (a.Int()) (a.Float())))
      "zeroCreate", (fun a -> box (dsharp.zeroCreate<int>(a.Int())))
      "zeroCreate of texts", (fun a -> box (dsharp.zeroCreate<string>(a.Int())))
      "init", (fun a -> box (dsharp.init (a.Int()) string))
      "zerosLike", (fun a -> box (a.Tensor().zerosLike(a.Shape(), ?dtype = a.Optional a.Dtype)))
      "randLike", (fun a -> box (a.Tensor().randLike(?dtype = a.Optional a.Dtype)))
      "randintLike", (fun a -> box (a.Tensor().randintLike(a.Int(), a.Int())))
      "like", (fun a -> box (a.Tensor().like(a.Float())))
      "cast", (fun a -> box (a.Tensor().cast(a.Dtype())))
      "cast to texts", (fun a -> box (a.Tensor().cast<string>()))
      "move", (fun a -> box (a.Tensor().move(?dtype = a.Optional a.Dtype)))
      "bernoulli", (fun a -> box (a.Tensor().bernoulli(?dtype = a.Optional a.Dtype)))
      "multinomial", (fun a -> box (a.Small().abs().multinomial(a.Int(), normalize = a.Flag())))
      "dropout", (fun a -> box (a.Tensor().dropout(a.Float())))
      "dropout2d", (fun a -> box (a.Ranked(4).dropout2d(a.Float()))) ]

let private reading: (string * (Arguments -> obj)) list =
    [ "toArray", (fun a -> box (a.Tensor().toArray()))
      "toArray1D of float", (fun a -> box (a.Tensor().toArray1D<float>()))
      "toArray1D of byte", (fun a -> box (a.Tensor().toArray1D<byte>()))
      "toArray1D of bool", (fun a -> box (a.Tensor().toArray1D<bool>()))
      "toArray1D of char", (fun a -> box (a.Tensor().toArray1D<char>()))
      "toArray1D of uint32", (fun a -> box (a.Tensor().toArray1D<uint32>()))
      "toArray1D of texts", (fun a -> box (a.Tensor().toArray1D<string>()))
      "toArray2D", (fun a -> box (a.Matrix().toArray2D<float32>()))
      "toArray3D", (fun a -> box (a.Ranked(3).toArray3D<int>()))
      "toArray4D", (fun a -> box (a.Ranked(4).toArray4D<int64>()))
      "toArray6D", (fun a -> box (a.Ranked(6).toArray6D<int16>()))
      "copyTo", (fun a -> a.Tensor().copyTo(Span(Array.zeroCreate<int>(max 0 (a.Int())))) |> box)
      "ofSpan", (fun a -> box (Tensor.ofSpan (ReadOnlySpan [| 1.0; 2.0 |], a.Shape())))
      "ofSpan of texts", (fun a -> box (Tensor.ofSpan (ReadOnlySpan [| 'a'; 'b' |], a.Shape())))
      "toDouble", (fun a -> box (a.Small().toDouble()))
      "toInt32", (fun a -> box (a.Small().toInt32()))
      "toByte", (fun a -> box (a.Small().toByte()))
      "toBool", (fun a -> box (a.Small().toBool()))
      "convert",
      (fun a -> Convert.ChangeType(a.Small(), a.Pick [ typeof<float>; typeof<char>; typeof<string>; typeof<DateTime> ]))
      "toString", (fun a -> box (a.Tensor().ToString()))
      "summary", (fun a -> box (a.Tensor().summary()))
      "nelement", (fun a -> box (a.Tensor().expand(a.Shape()).nelement))
      "memorySize", (fun a -> box (a.Tensor().expand(a.Shape()).memorySize))
      "image", (fun a -> box (a.Tensor().toImage(pixelMax = a.Float(), normalize = a.Flag(), ?gridCols = a.Optional a.AnyInt)))
      "image as text",
      (fun a -> box (a.Tensor().toImageString(normalize = a.Flag(), ?asciiPalette = a.Optional(fun () -> a.Pick [ ""; "ab" ])))) ]

let private losses: (string * (Arguments -> obj)) list =
    let reduction (a: Arguments) =
        a.Optional(fun () -> a.Pick [ "mean"; "sum"; "none"; "median"; "" ])

    [ "mseLoss", (fun a -> box (a.Tensor().mseLoss(a.Other(), ?reduction = reduction a)))
      "bceLoss", (fun a -> box (a.Small().sigmoid().bceLoss(a.Other(), ?weight = a.Optional a.Small, ?reduction = reduction a)))
      "nllLoss", (fun a -> box (a.Ranked(2).nllLoss(a.Indices(), ?weight = a.Optional a.Small, ?reduction = reduction a)))
      "crossEntropyLoss", (fun a -> box (a.Ranked(2).crossEntropyLoss(a.Indices(), ?reduction = reduction a)))
      "crossEntropyLoss of images", (fun a -> box (a.Ranked(4).crossEntropyLoss(a.Other(), ?reduction = reduction a))) ]

let private derivatives: (string * (Arguments -> obj)) list =
    let f (a: Arguments) = snd (a.Pick functions)

    [ "grad", (fun a -> box (dsharp.grad (f a) (a.Small())))
      "diff", (fun a -> box (dsharp.diff (f a) (a.Small())))
      "diffn", (fun a -> box (dsharp.diffn (a.Pick [ -1; 0; 1; 2; 3 ]) (f a) (a.Small())))
      "gradv", (fun a -> box (dsharp.gradv (f a) (a.Small()) (a.Other())))
      "jacobian", (fun a -> box (dsharp.jacobian (f a) (a.Small())))
      "jacobianv", (fun a -> box (dsharp.jacobianv (f a) (a.Small()) (a.Other())))
      "jacobianTv", (fun a -> box (dsharp.jacobianTv (f a) (a.Small()) (a.Other())))
      "hessian", (fun a -> box (dsharp.hessian (f a) (a.Small())))
      "hessianv", (fun a -> box (dsharp.hessianv (f a) (a.Small()) (a.Other())))
      "laplacian", (fun a -> box (dsharp.laplacian (f a) (a.Small())))
      "curl", (fun a -> box (dsharp.curl (f a) (a.Small())))
      "divergence", (fun a -> box (dsharp.divergence (f a) (a.Small())))
      "gradient of a loss", (fun a -> box (Gradient.ofLoss (f a (a.Small())) [| a.Small() |]))
      "record", (fun a -> box (Gradient.record (a.Tensor())))
      "map", (fun a -> box (dsharp.map (f a) (a.Small())))
      "map2", (fun a -> box (dsharp.map2 (fun x y -> x + y) (a.Small()) (a.Other()))) ]

let private calls = [| elementwise; reductions; views; linear; creation; reading; losses; derivatives |] |> Array.map List.toArray

/// Raised by .NET when a program is wrong, so never what a caller should see of us.
let private isMistake (error: exn) =
    match error with
    | :? IndexOutOfRangeException -> error.Message = IndexOutOfRangeException().Message
    | :? NullReferenceException
    | :? InvalidCastException
    | :? KeyNotFoundException
    | :? MatchFailureException
    | :? DivideByZeroException
    | :? TypeInitializationException
    | :? AccessViolationException -> true
    | _ -> false

// The one conversion whose refusals .NET itself words so: a tensor's number asked for as a date or a letter.
let private isConversion name (error: exn) =
    name = "convert" && error :? InvalidCastException

let private firstSeed =
    match Int32.TryParse(Environment.GetEnvironmentVariable "FUNCTIONAL_TEST_SEED") with
    | true, seed -> seed * 1_000_003
    | _ -> 0

/// Makes one call; what the caller would see, when it is an exception.
let private call (seed: int) : (string * Arguments * exn) option =
    let random = Random(seed)
    let group = calls[random.Next calls.Length]
    let name, body = group[random.Next group.Length]
    let arguments = Arguments random

    if traced then
        eprintfn $"{seed} {name}"

    try
        Scope.run (fun () -> body arguments |> ignore)
        None
    with error ->
        Some(name, arguments, error)

[<Tests>]
let tests =
    testList
        "Fuzz"
        [ testCase "100,000 random calls end in a result or an exception that is meant" (fun () ->
              printfn $"fuzz: the calls with seeds from {firstSeed + 1}"
              let before = settledCount ()
              let failures = Dictionary<string, string>()
              let mutable refused = 0

              Random.withSeed firstSeed (fun () ->
                  for seed in firstSeed + 1 .. firstSeed + 100_000 do
                      match call seed with
                      | Some(name, arguments, error) ->
                          refused <- refused + 1

                          if isMistake error && not (isConversion name error) then
                              failures.TryAdd(name, $"{name}, seed {seed}, of {arguments.Notes}: {error}") |> ignore
                      | None -> ())

              if failures.Count > 0 then
                  let list = String.concat "\n" failures.Values
                  failtest $"{failures.Count} operations let mistakes of their own through:\n{list}"

              // Neither all calls may be refused nor all be granted, and what was refused keeps nothing alive.
              Expect.isTrue (refused > 20_000 && refused < 80_000) $"{refused} calls were refused"
              Expect.equal (settledCount ()) before "live tensors"
              Expect.equal Dtype.Default Dtype.Float32 "the default dtype"

              expectSame
                  (dsharp.grad (fun x -> (x * x).sum()) (vector [ 3.0 ]))
                  { Shape = [| 1 |]; Values = [| 6.0 |] }
                  "a gradient") ]

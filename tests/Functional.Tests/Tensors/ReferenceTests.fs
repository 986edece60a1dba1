// Every operation against PyTorch, NumPy or a hand's computation: the cases of Reference/reference.json, by name.
// Run with the whole suite; Reference/reference.py writes the file and says how.
module internal Functional.Tests.ReferenceTests

open System
open System.IO
open System.Text.Json
open Expecto
open Functional.Tensors
open Functional.Tensors.Compose
open Functional.Tests.TensorTesting

let private dtypes =
    [ Dtype.Bool
      Dtype.Byte
      Dtype.Int8
      Dtype.Int16
      Dtype.Int32
      Dtype.Int64
      Dtype.Float16
      Dtype.BFloat16
      Dtype.Float32
      Dtype.Float64 ]
    |> List.map (fun dtype -> string dtype, dtype)
    |> dict

let private real (value: JsonElement) =
    match value.ValueKind with
    | JsonValueKind.String -> Double.Parse(value.GetString(), Globalization.CultureInfo.InvariantCulture)
    | JsonValueKind.True -> 1.0
    | JsonValueKind.False -> 0.0
    | _ -> value.GetDouble()

let private ints (value: JsonElement) =
    [| for item in value.EnumerateArray() -> item.GetInt32() |]

/// Numbers of a dtype and shape, before they are a tensor.
type private Values = { Dtype: Dtype; Plain: Plain }

let private valuesOf (json: JsonElement) =
    { Dtype = dtypes[json.GetProperty("dtype").GetString()]
      Plain =
        { Shape = ints (json.GetProperty "shape")
          Values = [| for value in json.GetProperty("values").EnumerateArray() -> real value |] } }

let private tensorOf (values: Values) =
    (dsharp.tensor (values.Plain.Values, dtype = Dtype.Float64)).view(values.Plain.Shape).cast values.Dtype

type private Expected =
    | Numbers of Values
    | Text of string

/// A case: the operation's name, its tensors, its other arguments, what it gives.
type private Case =
    { Name: string
      Inputs: Values list
      Options: JsonElement
      Expected: Expected list }

    member private case.Find(name: string, read: JsonElement -> 'T) =
        match case.Options.TryGetProperty name with
        | true, value -> Some(read value)
        | _ -> None

    member case.TryInt name = case.Find(name, _.GetInt32())
    member case.Int name = (case.TryInt name).Value

    member case.Ints name =
        case.Find(name, ints) |> Option.get |> Array.toSeq

    member case.Float name = (case.Find(name, real)).Value
    member case.Flag name = (case.Find(name, _.GetBoolean())).Value
    member case.String name = (case.Find(name, _.GetString())).Value
    member case.Dtype name = dtypes[case.String name]

    /// A number as the script wrote it: 3 is an integer, 3.0 is not.
    member case.Scalar name : scalar =
        let read (value: JsonElement) : scalar =
            match value.TryGetInt32() with
            | true, whole -> whole
            | _ -> value.GetDouble()

        (case.Find(name, read)).Value

let private caseOf (json: JsonElement) =
    let expected (value: JsonElement) =
        match value.TryGetProperty "text" with
        | true, text -> Text(text.GetString())
        | _ -> Numbers(valuesOf value)

    { Name = json.GetProperty("name").GetString()
      Inputs = [ for tensor in json.GetProperty("tensors").EnumerateArray() -> valuesOf tensor ]
      Options = json.GetProperty("options").Clone()
      Expected = [ for value in json.GetProperty("expected").EnumerateArray() -> expected value ] }

let private cases =
    lazy
        (use document = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "reference.json")))
         [ for case in document.RootElement.EnumerateArray() -> caseOf case ])

/// What a call gives: a tensor, several, or a value that becomes one.
let private results (value: obj) : obj list =
    match value with
    | :? Tensor as tensor -> [ tensor ]
    | :? string as text -> [ text ]
    | :? (int[]) as index -> [ dsharp.tensor index ]
    | :? (Tensor[]) as tensors -> [ for tensor in tensors -> box tensor ]
    | :? (Tensor * Tensor) as pair -> [ fst pair; snd pair ]
    | value -> [ dsharp.tensor value ]

type private Call = Case -> Tensor[] -> obj

let private matrixTranspose (t: Tensor) = t.transpose (-1, -2)

let private call (run: Case -> Tensor[] -> 'T) : Call =
    fun case tensors -> box (run case tensors)

/// A function of one tensor, as a member and as a function.
let private unary name (asMember: Tensor -> Tensor) (asFunction: Tensor -> Tensor) =
    name, [ call (fun _ t -> asMember t[0]); call (fun _ t -> asFunction t[0]) ]

let private elementwise =
    [ unary "abs" _.abs() dsharp.abs
      unary "abs" Tensor.Abs abs
      unary "acos" _.acos() dsharp.acos
      unary "acos" Tensor.Acos acos
      unary "asin" _.asin() dsharp.asin
      unary "asin" Tensor.Asin asin
      unary "atan" _.atan() dsharp.atan
      unary "atan" Tensor.Atan atan
      unary "ceil" _.ceil() dsharp.ceil
      unary "ceil" Tensor.Ceiling ceil
      unary "cos" _.cos() dsharp.cos
      unary "cos" Tensor.Cos cos
      unary "cosh" _.cosh() dsharp.cosh
      unary "cosh" Tensor.Cosh cosh
      unary "exp" _.exp() dsharp.exp
      unary "exp" Tensor.Exp exp
      unary "floor" _.floor() dsharp.floor
      unary "floor" Tensor.Floor floor
      unary "log" _.log() dsharp.log
      unary "log" Tensor.Log log
      unary "log10" _.log10() dsharp.log10
      unary "log10" Tensor.Log10 log10
      unary "neg" _.neg() dsharp.neg
      unary "neg" (~-) (~-)
      unary "round" _.round() dsharp.round
      unary "round" Tensor.Round round
      unary "sign" _.sign() dsharp.sign
      unary "sin" _.sin() dsharp.sin
      unary "sin" Tensor.Sin sin
      unary "sinh" _.sinh() dsharp.sinh
      unary "sinh" Tensor.Sinh sinh
      unary "sqrt" _.sqrt() dsharp.sqrt
      unary "sqrt" Tensor.Sqrt sqrt
      unary "tan" _.tan() dsharp.tan
      unary "tan" Tensor.Tan tan
      unary "tanh" _.tanh() dsharp.tanh
      unary "tanh" Tensor.Tanh tanh
      unary "square" _.square() _.square()
      unary "relu" _.relu() dsharp.relu
      unary "sigmoid" _.sigmoid() dsharp.sigmoid
      unary "softplus" _.softplus() dsharp.softplus
      unary "expm1" _.expm1() dsharp.expm1
      unary "log1p" _.log1p() dsharp.log1p
      unary "erf" _.erf() dsharp.erf
      unary "erfinv" _.erfinv() dsharp.erfinv
      unary "lgamma" _.lgamma() dsharp.lgamma
      unary "digamma" _.digamma() dsharp.digamma
      unary "silu" _.silu() dsharp.silu
      unary "gelu" _.gelu() dsharp.gelu
      unary "elu" _.elu() _.elu()
      unary "logsigmoid" _.logsigmoid() _.logsigmoid()
      unary "i0e" _.i0e() dsharp.i0e
      unary "i1e" _.i1e() dsharp.i1e
      unary "safelog" _.safelog() dsharp.safelog
      unary "clone" _.clone() dsharp.clone
      unary "noDiff" _.noDiff() dsharp.noDiff
      unary "isnan" _.isnan() dsharp.isnan
      unary "isinf" _.isinf() dsharp.isinf
      unary "isfinite" _.isfinite() _.isfinite()
      "hasnan", [ call (fun _ t -> t[0].hasnan()); call (fun _ t -> dsharp.hasnan t[0]) ]
      "hasinf", [ call (fun _ t -> t[0].hasinf()); call (fun _ t -> dsharp.hasinf t[0]) ]
      "hasinfnan", [ call (fun _ t -> t[0].hasinfnan()); call (fun _ t -> dsharp.hasinfnan t[0]) ]
      "polygamma", [ call (fun c t -> t[0].polygamma(c.Int "n")); call (fun c t -> dsharp.polygamma (c.Int "n", t[0])) ]
      "leakyRelu",
      [ call (fun c t -> t[0].leakyRelu(c.Float "negativeSlope"))
        call (fun c t -> dsharp.leakyRelu (t[0], c.Float "negativeSlope"))
        call (fun c t -> t[0] |> dsharp.leakyRelu (c.Float "negativeSlope")) ]
      "safelogOf",
      [ call (fun c t -> t[0].safelog(c.Float "epsilon"))
        call (fun c t -> dsharp.safelog (t[0], c.Float "epsilon")) ]
      "clampBoth",
      [ call (fun c t -> t[0].clamp(c.Float "low", c.Float "high"))
        call (fun c t -> dsharp.clamp (t[0], c.Float "low", c.Float "high"))
        call (fun c t -> t[0] |> dsharp.clamp (c.Float "low", c.Float "high")) ]
      "clampLow",
      [ call (fun c t -> t[0].clamp(low = c.Float "low"))
        call (fun c t -> t[0] |> dsharp.clamp (low = c.Float "low")) ]
      "clampHigh",
      [ call (fun c t -> t[0].clamp(high = c.Float "high"))
        call (fun c t -> dsharp.clamp (input = t[0], high = c.Float "high")) ]
      "cast",
      [ call (fun c t -> t[0].cast(c.Dtype "dtype"))
        call (fun c t -> dsharp.cast (t[0], c.Dtype "dtype"))
        call (fun c t -> t[0] |> dsharp.cast (c.Dtype "dtype"))
        call (fun c t -> t[0].move(dtype = c.Dtype "dtype"))
        call (fun c t -> dsharp.move (t[0], dtype = c.Dtype "dtype"))
        call (fun c t -> t[0] |> dsharp.move (dtype = c.Dtype "dtype")) ] ]

let private binary name (asMember: Tensor -> Tensor -> Tensor) (others: (Tensor -> Tensor -> Tensor) list) =
    name, [ for run in asMember :: others -> call (fun _ t -> run t[0] t[1]) ]

let private withScalar name (run: Tensor -> scalar -> Tensor) =
    name, [ call (fun c t -> run t[0] (c.Scalar "value")) ]

let private arithmetic =
    [ binary "add" (fun a b -> a.add b) [ (+); (fun a b -> dsharp.add (a, b)); (fun a b -> a |> dsharp.add b) ]
      binary "sub" (fun a b -> a.sub b) [ (-); (fun a b -> dsharp.sub (a, b)); (fun a b -> a |> dsharp.sub b) ]
      binary "mul" (fun a b -> a.mul b) [ (*); (fun a b -> dsharp.mul (a, b)); (fun a b -> a |> dsharp.mul b) ]
      binary "div" (fun a b -> a.div b) [ (/); (fun a b -> dsharp.div (a, b)); (fun a b -> a |> dsharp.div b) ]
      binary "pow" (fun a b -> a.pow b) [ ( ** ); (fun a b -> dsharp.pow (a, b)); (fun a b -> a |> dsharp.pow b) ]
      binary "eq" (fun a b -> a.eq b) [ (fun a b -> dsharp.eq (a, b)); (fun a b -> a |> dsharp.eq b) ]
      binary "ne" (fun a b -> a.ne b) [ (fun a b -> dsharp.ne (a, b)) ]
      binary "lt" (fun a b -> a.lt b) [ (fun a b -> dsharp.lt (a, b)); (fun a b -> a |> dsharp.lt b) ]
      binary "le" (fun a b -> a.le b) [ (fun a b -> dsharp.le (a, b)); (fun a b -> a |> dsharp.le b) ]
      binary "gt" (fun a b -> a.gt b) [ (fun a b -> dsharp.gt (a, b)); (fun a b -> a |> dsharp.gt b) ]
      binary "ge" (fun a b -> a.ge b) [ (fun a b -> dsharp.ge (a, b)); (fun a b -> a |> dsharp.ge b) ]
      binary "max" (fun a b -> a.max b) [ (fun a b -> dsharp.max (a, b)) ]
      binary "min" (fun a b -> a.min b) [ (fun a b -> dsharp.min (a, b)) ]
      binary "logaddexp" (fun a b -> a.logaddexp b) [ (fun a b -> dsharp.logaddexp (a, b)) ]
      binary "xlogy" (fun a b -> a.xlogy b) [ (fun a b -> dsharp.xlogy (a, b)) ]
      binary "xlog1py" (fun a b -> a.xlog1py b) []
      withScalar "addScalar" (fun a b -> a.add b)
      withScalar "addScalar" (fun a b -> a + b)
      withScalar "subScalar" (fun a b -> a.sub b)
      withScalar "subScalar" (fun a b -> a - b)
      withScalar "mulScalar" (fun a b -> a.mul b)
      withScalar "mulScalar" (fun a b -> a * b)
      withScalar "divScalar" (fun a b -> a.div b)
      withScalar "divScalar" (fun a b -> a / b)
      withScalar "powScalar" (fun a b -> a.pow b)
      withScalar "powScalar" (fun a b -> Tensor.Pow(a, b))
      withScalar "scalarAdd" (fun a b -> b + a)
      withScalar "scalarSub" (fun a b -> b - a)
      withScalar "scalarMul" (fun a b -> b * a)
      withScalar "scalarDiv" (fun a b -> b / a)
      withScalar "scalarPow" (fun a b -> Tensor.Pow(b, a))
      withScalar "eqScalar" (fun a b -> a.eq b)
      withScalar "neScalar" (fun a b -> a.ne b)
      withScalar "ltScalar" (fun a b -> a.lt b)
      withScalar "leScalar" (fun a b -> a.le b)
      withScalar "gtScalar" (fun a b -> a.gt b)
      withScalar "geScalar" (fun a b -> a.ge b)
      withScalar "maxScalar" (fun a b -> a.max b)
      withScalar "minScalar" (fun a b -> a.min b)
      "widen",
      [ call (fun c _ -> dsharp.zero (dtype = (Dtype.widen (c.Dtype "left") (c.Dtype "right")).Value))
        call (fun c _ -> dsharp.zero (dtype = (Dtype.widen (c.Dtype "right") (c.Dtype "left")).Value)) ] ]

let private along name (asMember: Tensor -> int -> Tensor) (others: (Tensor -> int -> Tensor) list) =
    name, [ for run in asMember :: others -> call (fun c t -> run t[0] (c.Int "dim")) ]

let private reducing name (asMember: Tensor -> int -> bool -> Tensor) (others: (Tensor -> int -> bool -> Tensor) list) =
    name, [ for run in asMember :: others -> call (fun c t -> run t[0] (c.Int "dim") (c.Flag "keepDim")) ]

let private spread name (runs: (Tensor -> int -> bool -> bool -> Tensor) list) =
    name, [ for run in runs -> call (fun c t -> run t[0] (c.Int "dim") (c.Flag "keepDim") (c.Flag "unbiased")) ]

let private reductions =
    [ "sum", [ call (fun _ t -> t[0].sum()); call (fun _ t -> dsharp.sum t[0]) ]
      "sumOf", [ call (fun c t -> t[0].sum(dtype = c.Dtype "dtype")) ]
      "mean", [ call (fun _ t -> t[0].mean()); call (fun _ t -> dsharp.mean t[0]) ]
      "max1", [ call (fun _ t -> t[0].max()); call (fun _ t -> dsharp.max t[0]) ]
      "min1", [ call (fun _ t -> t[0].min()); call (fun _ t -> dsharp.min t[0]) ]
      "var", [ call (fun c t -> t[0].var(c.Flag "unbiased")); call (fun c t -> dsharp.var (t[0], c.Flag "unbiased")) ]
      "std", [ call (fun c t -> t[0].std(c.Flag "unbiased")); call (fun c t -> dsharp.std (t[0], c.Flag "unbiased")) ]
      along "softmax" (fun t d -> t.softmax d) [ (fun t d -> dsharp.softmax (t, d)); (fun t d -> t |> dsharp.softmax d) ]
      along
          "logsoftmax"
          (fun t d -> t.logsoftmax d)
          [ (fun t d -> dsharp.logsoftmax (t, d)); (fun t d -> t |> dsharp.logsoftmax d) ]
      along "cumsum" (fun t d -> t.cumsum d) [ (fun t d -> dsharp.cumsum (t, d)) ]
      along "cumprod" (fun t d -> t.cumprod d) [ (fun t d -> dsharp.cumprod (t, d)) ]
      along "logcumsumexp" (fun t d -> t.logcumsumexp d) [ (fun t d -> dsharp.logcumsumexp (t, d)) ]
      reducing "sumDim" (fun t d k -> t.sum (d, k)) [ (fun t d k -> dsharp.sum (t, d, k)); (fun t d k -> t |> dsharp.sum (d, k)) ]
      reducing
          "meanDim"
          (fun t d k -> t.mean (d, k))
          [ (fun t d k -> dsharp.mean (t, d, k)); (fun t d k -> t |> dsharp.mean (d, k)) ]
      reducing "maxDim" (fun t d k -> t.max (d, k)) [ (fun t d k -> dsharp.max (t, d, k)) ]
      reducing "minDim" (fun t d k -> t.min (d, k)) [ (fun t d k -> dsharp.min (t, d, k)) ]
      reducing "argmaxDim" (fun t d k -> t.argmax (d, k)) [ (fun t d k -> dsharp.argmax (t, d, k)) ]
      reducing "argminDim" (fun t d k -> t.argmin (d, k)) [ (fun t d k -> dsharp.argmin (t, d, k)) ]
      reducing
          "logsumexp"
          (fun t d k -> t.logsumexp (d, k))
          [ (fun t d k -> dsharp.logsumexp (t, d, k)); (fun t d k -> t |> dsharp.logsumexp (d, k)) ]
      spread
          "varDim"
          [ (fun t d k u -> t.var (d, k, u))
            (fun t d k u -> dsharp.var (t, d, k, u))
            (fun t d k u -> t |> dsharp.var (d, k, u)) ]
      spread
          "stdDim"
          [ (fun t d k u -> t.std (d, k, u))
            (fun t d k u -> dsharp.std (t, d, k, u))
            (fun t d k u -> t |> dsharp.std (d, k, u)) ]
      "argmax", [ call (fun _ t -> t[0].argmax()); call (fun _ t -> dsharp.argmax t[0]) ]
      "argmin", [ call (fun _ t -> t[0].argmin()); call (fun _ t -> dsharp.argmin t[0]) ]
      "norm", [ call (fun c t -> t[0].norm(c.Float "order")); call (fun c t -> dsharp.norm (t[0], c.Float "order")) ]
      "normDim",
      [ call (fun c t -> t[0].norm(c.Float "order", c.Int "dim", c.Flag "keepDim"))
        call (fun c t -> dsharp.norm (t[0], c.Float "order", c.Int "dim", c.Flag "keepDim")) ]
      "sumToSize", [ call (fun c t -> t[0].sumToSize(Seq.toArray (c.Ints "shape"))) ]
      "allclose", [ call (fun _ t -> t[0].allclose t[1]) ] ]

let private several name (runs: (Case -> Tensor[] -> obj) list) : string * Call list = name, runs

let private shapes =
    [ several
          "view"
          [ call (fun c t -> t[0].view(c.Ints "shape"))
            call (fun c t -> dsharp.view (t[0], c.Ints "shape"))
            call (fun c t -> t[0] |> dsharp.view (c.Ints "shape")) ]
      several
          "viewLength"
          [ call (fun c t -> t[0].view(c.Int "shape"))
            call (fun c t -> dsharp.view (t[0], c.Int "shape"))
            call (fun c t -> t[0] |> dsharp.view (c.Int "shape")) ]
      binary "viewAs" (fun a b -> a.viewAs b) [ (fun a b -> dsharp.viewAs (a, b)); (fun a b -> a |> dsharp.viewAs b) ]
      several
          "expand"
          [ call (fun c t -> t[0].expand(c.Ints "shape"))
            call (fun c t -> dsharp.expand (t[0], c.Ints "shape"))
            call (fun c t -> t[0] |> dsharp.expand (c.Ints "shape")) ]
      binary "expandAs" (fun a b -> a.expandAs b) [ (fun a b -> dsharp.expandAs (a, b)); (fun a b -> a |> dsharp.expandAs b) ]
      unary "transpose2" _.transpose() dsharp.transpose
      several
          "transpose"
          [ call (fun c t -> t[0].transpose(c.Int "dim0", c.Int "dim1"))
            call (fun c t -> dsharp.transpose (t[0], c.Int "dim0", c.Int "dim1"))
            call (fun c t -> t[0] |> dsharp.transpose (c.Int "dim0", c.Int "dim1")) ]
      several
          "permute"
          [ call (fun c t -> t[0].permute(c.Ints "permutation"))
            call (fun c t -> dsharp.permute (t[0], c.Ints "permutation")) ]
      several
          "squeeze"
          [ call (fun _ t -> t[0].squeeze())
            call (fun _ t -> dsharp.squeeze t[0])
            call (fun _ t -> t[0] |> dsharp.squeeze ()) ]
      along "squeezeDim" (fun t d -> t.squeeze d) [ (fun t d -> dsharp.squeeze (t, d)); (fun t d -> t |> dsharp.squeeze d) ]
      along "unsqueeze" (fun t d -> t.unsqueeze d) [ (fun t d -> dsharp.unsqueeze (t, d)); (fun t d -> t |> dsharp.unsqueeze d) ]
      binary
          "unsqueezeAs"
          (fun a b -> a.unsqueezeAs b)
          [ (fun a b -> dsharp.unsqueezeAs (a, b)); (fun a b -> a |> dsharp.unsqueezeAs b) ]
      unary "flatten" _.flatten() dsharp.flatten
      several
          "flattenFrom"
          [ call (fun c t -> t[0].flatten(c.Int "startDim"))
            call (fun c t -> dsharp.flatten (t[0], c.Int "startDim"))
            call (fun c t -> t[0] |> dsharp.flatten (c.Int "startDim")) ]
      several
          "flattenBetween"
          [ call (fun c t -> t[0].flatten(c.Int "startDim", c.Int "endDim"))
            call (fun c t -> t[0] |> dsharp.flatten (c.Int "startDim", c.Int "endDim")) ]
      several
          "unflatten"
          [ call (fun c t -> t[0].unflatten(c.Int "dim", c.Ints "unflattenedShape"))
            call (fun c t -> dsharp.unflatten (t[0], c.Int "dim", c.Ints "unflattenedShape"))
            call (fun c t -> t[0] |> dsharp.unflatten (c.Int "dim", c.Ints "unflattenedShape")) ]
      several
          "flip"
          [ call (fun c t -> t[0].flip(c.Ints "dims"))
            call (fun c t -> dsharp.flip (t[0], c.Ints "dims"))
            call (fun c t -> t[0] |> dsharp.flip (c.Ints "dims")) ]
      several
          "repeat"
          [ call (fun c t -> t[0].repeat(c.Int "dim", c.Int "times"))
            call (fun c t -> dsharp.repeat (t[0], c.Int "dim", c.Int "times"))
            call (fun c t -> t[0] |> dsharp.repeat (c.Int "dim", c.Int "times")) ]
      several
          "gather"
          [ call (fun c t -> t[0].gather(c.Int "dim", t[1]))
            call (fun c t -> dsharp.gather (t[0], c.Int "dim", t[1]))
            call (fun c t -> t[0] |> dsharp.gather (c.Int "dim", t[1])) ]
      several
          "indexSelect"
          [ call (fun c t -> t[0].indexSelect(c.Int "dim", t[1]))
            call (fun c t -> dsharp.indexSelect (t[0], c.Int "dim", t[1])) ]
      several
          "scatter"
          [ call (fun c t -> t[0].scatter(c.Int "dim", t[1], c.Ints "destinationShape"))
            call (fun c t -> dsharp.scatter (t[0], c.Int "dim", t[1], c.Ints "destinationShape"))
            call (fun c t -> t[0] |> dsharp.scatter (c.Int "dim", t[1], c.Ints "destinationShape")) ]
      several
          "cat"
          [ call (fun c t -> Tensor.cat (t, c.Int "dim"))
            call (fun c t -> dsharp.cat (t, c.Int "dim"))
            call (fun c t -> Seq.ofArray t |> dsharp.cat (c.Int "dim")) ]
      several
          "stack"
          [ call (fun c t -> Tensor.stack (t, c.Int "dim"))
            call (fun c t -> dsharp.stack (t, c.Int "dim"))
            call (fun c t -> Seq.ofArray t |> dsharp.stack (c.Int "dim")) ]
      several
          "split"
          [ call (fun c t -> t[0].split(c.Ints "sizes", c.Int "dim"))
            call (fun c t -> dsharp.split (t[0], c.Ints "sizes", c.Int "dim"))
            call (fun c t -> t[0] |> dsharp.split (c.Ints "sizes", c.Int "dim")) ]
      several
          "unstack"
          [ call (fun c t -> t[0].unstack(c.Int "dim"))
            call (fun c t -> dsharp.unstack (t[0], c.Int "dim"))
            call (fun c t -> t[0] |> dsharp.unstack (c.Int "dim")) ]
      several
          "slice"
          [ call (fun c t -> dsharp.slice (t[0], c.Ints "index"))
            call (fun c t -> t[0] |> dsharp.slice (c.Ints "index")) ]
      several
          "getSlice"
          [ call (fun c t ->
                let rows = [ for row in c.Options.GetProperty("bounds").EnumerateArray() -> Array.toList (ints row) ]
                t[0].GetSlice(array2D rows)) ]
      several "addSlice" [ call (fun c t -> t[0].addSlice(c.Ints "location", t[1])) ]
      several
          "pad"
          [ call (fun c t -> t[0].pad(c.Ints "paddings"))
            call (fun c t -> dsharp.pad (t[0], c.Ints "paddings"))
            call (fun c t -> t[0] |> dsharp.pad (c.Ints "paddings")) ]
      several
          "dilate"
          [ call (fun c t -> t[0].dilate(c.Ints "dilations"))
            call (fun c t -> dsharp.dilate (t[0], c.Ints "dilations"))
            call (fun c t -> t[0] |> dsharp.dilate (c.Ints "dilations")) ]
      several
          "undilate"
          [ call (fun c t -> t[0].undilate(c.Ints "dilations"))
            call (fun c t -> dsharp.undilate (t[0], c.Ints "dilations"))
            call (fun c t -> t[0] |> dsharp.undilate (c.Ints "dilations")) ]
      several
          "diagonal"
          [ call (fun c t -> t[0].diagonal(c.Int "offset"))
            call (fun c t -> dsharp.diagonal (t[0], c.Int "offset"))
            call (fun c t -> t[0] |> dsharp.diagonal (c.Int "offset")) ]
      several
          "diagonalOf"
          [ call (fun c t -> t[0].diagonal(c.Int "offset", c.Int "dim1", c.Int "dim2"))
            call (fun c t -> dsharp.diagonal (t[0], c.Int "offset", c.Int "dim1", c.Int "dim2")) ]
      unary "trace" _.trace() dsharp.trace
      unary "tril" _.tril() dsharp.tril
      several "where" [ call (fun _ t -> dsharp.where (t[0], t[1], t[2])) ]
      several "tile" [ call (fun c t -> t[0].tile(c.Ints "times")) ] ]

// The settings of a kernel, as the members name them.
let private stride (c: Case) = c.Int "stride"
let private padding (c: Case) = c.Int "padding"
let private dilation (c: Case) = c.Int "dilation"
let private outputPadding (c: Case) = c.Int "outputPadding"

let private convolutions =
    [ several
          "conv1d"
          [ call (fun c t -> t[0].conv1d(t[1], stride c, padding c, dilation c))
            call (fun c t -> dsharp.conv1d (t[0], t[1], stride c, padding c, dilation c))
            call (fun c t -> t[0] |> dsharp.conv1d (t[1], stride c, padding c, dilation c)) ]
      several
          "conv2d"
          [ call (fun c t -> t[0].conv2d(t[1], stride c, padding c, dilation c))
            call (fun c t -> dsharp.conv2d (t[0], t[1], stride = stride c, padding = padding c, dilation = dilation c))
            call (fun c t -> t[0] |> dsharp.conv2d (t[1], stride = stride c, padding = padding c, dilation = dilation c)) ]
      several
          "conv3d"
          [ call (fun c t -> t[0].conv3d(t[1], stride c, padding c, dilation c))
            call (fun c t -> dsharp.conv3d (t[0], t[1], stride = stride c, padding = padding c, dilation = dilation c))
            call (fun c t -> t[0] |> dsharp.conv3d (t[1], stride = stride c, padding = padding c, dilation = dilation c)) ]
      several
          "convTranspose1d"
          [ call (fun c t -> t[0].convTranspose1d(t[1], stride c, padding c, dilation c, outputPadding c))
            call (fun c t -> dsharp.convTranspose1d (t[0], t[1], stride c, padding c, dilation c, outputPadding c))
            call (fun c t -> t[0] |> dsharp.convTranspose1d (t[1], stride c, padding c, dilation c, outputPadding c)) ]
      several
          "convTranspose2d"
          [ call (fun c t -> t[0].convTranspose2d(t[1], stride c, padding c, dilation c, outputPadding c))
            call (fun c t -> dsharp.convTranspose2d (t[0], t[1], stride c, padding c, dilation c, outputPadding c))
            call (fun c t -> t[0] |> dsharp.convTranspose2d (t[1], stride c, padding c, dilation c, outputPadding c)) ]
      several
          "convTranspose3d"
          [ call (fun c t -> t[0].convTranspose3d(t[1], stride c, padding c, dilation c, outputPadding c))
            call (fun c t -> dsharp.convTranspose3d (t[0], t[1], stride c, padding c, dilation c, outputPadding c))
            call (fun c t -> t[0] |> dsharp.convTranspose3d (t[1], stride c, padding c, dilation c, outputPadding c)) ]
      several
          "conv2dEach"
          [ call (fun c t ->
                t[0].conv2d(t[1], strides = c.Ints "strides", paddings = c.Ints "paddings", dilations = c.Ints "dilations"))
            call (fun c t ->
                dsharp.conv2d (
                    t[0],
                    t[1],
                    strides = c.Ints "strides",
                    paddings = c.Ints "paddings",
                    dilations = c.Ints "dilations"
                )) ]
      several
          "conv3dEach"
          [ call (fun c t ->
                t[0].conv3d(t[1], strides = c.Ints "strides", paddings = c.Ints "paddings", dilations = c.Ints "dilations"))
            call (fun c t ->
                dsharp.conv3d (
                    t[0],
                    t[1],
                    strides = c.Ints "strides",
                    paddings = c.Ints "paddings",
                    dilations = c.Ints "dilations"
                )) ]
      several
          "convTranspose2dEach"
          [ call (fun c t ->
                t[0]
                    .convTranspose2d(
                        t[1],
                        strides = c.Ints "strides",
                        paddings = c.Ints "paddings",
                        dilations = c.Ints "dilations",
                        outputPaddings = c.Ints "outputPaddings"
                    )) ]
      several
          "convTranspose3dEach"
          [ call (fun c t ->
                t[0]
                    .convTranspose3d(
                        t[1],
                        strides = c.Ints "strides",
                        paddings = c.Ints "paddings",
                        dilations = c.Ints "dilations",
                        outputPaddings = c.Ints "outputPaddings"
                    )) ] ]

let private kernel (c: Case) = c.Int "kernelSize"
let private size (c: Case) = c.Ints "outputSize"

let private pooling =
    [ several
          "maxpool1d"
          [ call (fun c t -> t[0].maxpool1di(kernel c, stride c, padding c))
            call (fun c t -> dsharp.maxpool1di (t[0], kernel c, stride c, padding c)) ]
      several
          "maxpool2d"
          [ call (fun c t -> t[0].maxpool2di(kernel c, stride c, padding c))
            call (fun c t -> dsharp.maxpool2di (t[0], kernel c, stride c, padding c)) ]
      several
          "maxpool3d"
          [ call (fun c t -> t[0].maxpool3di(kernel c, stride c, padding c))
            call (fun c t -> dsharp.maxpool3di (t[0], kernel c, stride c, padding c)) ]
      several
          "avgpool1d"
          [ call (fun c t -> t[0].avgpool1d(kernel c, stride c, padding c))
            call (fun c t -> dsharp.avgpool1d (t[0], kernel c, stride c, padding c)) ]
      several
          "avgpool2d"
          [ call (fun c t -> t[0].avgpool2d(kernel c, stride c, padding c))
            call (fun c t -> dsharp.avgpool2d (t[0], kernel c, stride c, padding c)) ]
      several
          "avgpool3d"
          [ call (fun c t -> t[0].avgpool3d(kernel c, stride c, padding c))
            call (fun c t -> dsharp.avgpool3d (t[0], kernel c, stride c, padding c)) ]
      several
          "maxunpool1d"
          [ call (fun c t -> t[0].maxunpool1d(t[1], kernel c, stride c, padding c, size c))
            call (fun c t -> dsharp.maxunpool1d (t[0], t[1], kernel c, stride c, padding c, size c))
            call (fun c t -> t[0] |> dsharp.maxunpool1d (t[1], kernel c, stride c, padding c, size c)) ]
      several
          "maxunpool2d"
          [ call (fun c t -> t[0].maxunpool2d(t[1], kernel c, stride c, padding c, outputSize = size c))
            call (fun c t -> dsharp.maxunpool2d (t[0], t[1], kernel c, stride c, padding c, outputSize = size c))
            call (fun c t -> t[0] |> dsharp.maxunpool2d (t[1], kernel c, stride c, padding c, outputSize = size c)) ]
      several
          "maxunpool3d"
          [ call (fun c t -> t[0].maxunpool3d(t[1], kernel c, stride c, padding c, outputSize = size c))
            call (fun c t -> dsharp.maxunpool3d (t[0], t[1], kernel c, stride c, padding c, outputSize = size c))
            call (fun c t -> t[0] |> dsharp.maxunpool3d (t[1], kernel c, stride c, padding c, outputSize = size c)) ]
      several "maxunpool1dDefault" [ call (fun c t -> t[0].maxunpool1d(t[1], kernel c)) ]
      several "maxunpool2dDefault" [ call (fun c t -> t[0].maxunpool2d(t[1], kernel c)) ]
      several "maxunpool3dDefault" [ call (fun c t -> t[0].maxunpool3d(t[1], kernel c)) ]
      several
          "maxpool2dEach"
          [ call (fun c t ->
                t[0].maxpool2di(kernelSizes = c.Ints "kernelSizes", strides = c.Ints "strides", paddings = c.Ints "paddings")) ]
      several
          "maxpool3dEach"
          [ call (fun c t ->
                t[0].maxpool3di(kernelSizes = c.Ints "kernelSizes", strides = c.Ints "strides", paddings = c.Ints "paddings")) ]
      several
          "avgpool2dEach"
          [ call (fun c t ->
                t[0].avgpool2d(kernelSizes = c.Ints "kernelSizes", strides = c.Ints "strides", paddings = c.Ints "paddings")) ]
      several
          "avgpool3dEach"
          [ call (fun c t ->
                t[0].avgpool3d(kernelSizes = c.Ints "kernelSizes", strides = c.Ints "strides", paddings = c.Ints "paddings")) ] ]

// Eigenvectors and singular vectors have arbitrary signs, so what they make is compared.
let private eigenvalues (values: Tensor, vectors: Tensor) =
    values, (vectors * values.unsqueeze -2).matmul(matrixTranspose vectors)

let private orthogonal (q: Tensor, r: Tensor) =
    q.matmul r, (matrixTranspose q).matmul q

let private singularValues (u: Tensor, s: Tensor, vt: Tensor) = s, (u * s.unsqueeze -2).matmul vt

let private algebra =
    [ binary "matmul" (fun a b -> a.matmul b) [ (fun a b -> dsharp.matmul (a, b)); (fun a b -> a |> dsharp.matmul b) ]
      binary "dot" (fun a b -> a.dot b) [ (fun a b -> dsharp.dot (a, b)); (fun a b -> a |> dsharp.dot b) ]
      binary "outer" (fun a b -> a.outer b) [ (fun a b -> dsharp.outer (a, b)) ]
      binary "bmm" (fun a b -> a.bmm b) [ (fun a b -> dsharp.bmm (a, b)) ]
      binary "solve" (fun a b -> a.solve b) [ (fun a b -> dsharp.solve (a, b)) ]
      unary "det" _.det() dsharp.det
      unary "inv" _.inv() dsharp.inv
      unary "logdet" _.logdet() dsharp.logdet
      unary "cholesky" _.cholesky() dsharp.cholesky
      several "slogdet" [ call (fun _ t -> t[0].slogdet()); call (fun _ t -> dsharp.slogdet t[0]) ]
      several
          "triangularSolve"
          [ call (fun c t -> t[0].triangularSolve(t[1], c.Flag "upper", c.Flag "unitDiagonal"))
            call (fun c t -> dsharp.triangularSolve (t[0], t[1], c.Flag "upper", c.Flag "unitDiagonal")) ]
      several "eigh" [ call (fun _ t -> eigenvalues (t[0].eigh())); call (fun _ t -> eigenvalues (dsharp.eigh t[0])) ]
      several "qr" [ call (fun _ t -> orthogonal (t[0].qr())); call (fun _ t -> orthogonal (dsharp.qr t[0])) ]
      several "svd" [ call (fun _ t -> singularValues (t[0].svd())); call (fun _ t -> singularValues (dsharp.svd t[0])) ]
      several "einsum" [ call (fun c t -> dsharp.einsum (c.String "equation", t)) ] ]

let private correction (c: Case) = int64 (c.Int "correction")
let private reduction (c: Case) = c.String "reduction"

let private statistics =
    [ several
          "cov"
          [ call (fun c t -> t[0].cov(correction c))
            call (fun c t -> dsharp.cov (t[0], correction c))
            call (fun c t -> t[0] |> dsharp.cov (correction c)) ]
      several
          "covWeighted"
          [ call (fun c t -> t[0].cov(correction c, t[1], t[2]))
            call (fun c t -> dsharp.cov (t[0], correction c, t[1], t[2])) ]
      unary "corrcoef" _.corrcoef() dsharp.corrcoef
      several "corrcoef" [ call (fun _ t -> t[0] |> dsharp.corrcoef ()) ]
      unary "normalize" _.normalize() dsharp.normalize
      unary "standardize" _.standardize() dsharp.standardize
      several
          "mseLoss"
          [ call (fun c t -> t[0].mseLoss(t[1], reduction c))
            call (fun c t -> dsharp.mseLoss (t[0], t[1], reduction c)) ]
      several
          "bceLoss"
          [ call (fun c t -> t[0].bceLoss(t[1], reduction = reduction c))
            call (fun c t -> dsharp.bceLoss (t[0], t[1], reduction = reduction c)) ]
      several
          "bceLossWeighted"
          [ call (fun c t -> t[0].bceLoss(t[1], t[2], reduction c))
            call (fun c t -> dsharp.bceLoss (t[0], t[1], t[2], reduction c)) ]
      several
          "nllLoss"
          [ call (fun c t -> t[0].nllLoss(t[1], reduction = reduction c))
            call (fun c t -> dsharp.nllLoss (t[0], t[1], reduction = reduction c)) ]
      several
          "nllLossWeighted"
          [ call (fun c t -> t[0].nllLoss(t[1], t[2], reduction c))
            call (fun c t -> dsharp.nllLoss (t[0], t[1], t[2], reduction c)) ]
      several
          "crossEntropyLoss"
          [ call (fun c t -> t[0].crossEntropyLoss(t[1], reduction = reduction c))
            call (fun c t -> dsharp.crossEntropyLoss (t[0], t[1], reduction = reduction c)) ]
      several
          "crossEntropyLossWeighted"
          [ call (fun c t -> t[0].crossEntropyLoss(t[1], t[2], reduction c))
            call (fun c t -> dsharp.crossEntropyLoss (t[0], t[1], t[2], reduction c)) ]
      several
          "sort"
          [ call (fun c t -> t[0].sort(c.Int "dim", c.Flag "descending"))
            call (fun c t -> dsharp.sort (t[0], c.Int "dim", c.Flag "descending"))
            call (fun c t ->
                let places = t[0].argsort(c.Int "dim", c.Flag "descending")
                t[0].gather(c.Int "dim", places), dsharp.argsort (t[0], c.Int "dim", c.Flag "descending")) ]
      several
          "topk"
          [ call (fun c t -> t[0].topk(c.Int "k", c.Int "dim", c.Flag "largest"))
            call (fun c t -> dsharp.topk (t[0], c.Int "k", c.Int "dim", c.Flag "largest")) ] ]

// A tensor whose dtype is the default one, for the makers that take theirs from it.
let private like () = dsharp.zeros [ 2; 2 ]

let private creation =
    [ several
          "zeros"
          [ call (fun c _ -> dsharp.zeros (c.Ints "shape"))
            call (fun c _ -> (like ()).zerosLike(c.Ints "shape"))
            call (fun c _ -> dsharp.zerosLike (like (), c.Ints "shape"))
            call (fun c _ -> like () |> dsharp.zerosLike (c.Ints "shape")) ]
      several
          "ones"
          [ call (fun c _ -> dsharp.ones (c.Ints "shape"))
            call (fun c _ -> (like ()).onesLike(c.Ints "shape"))
            call (fun c _ -> dsharp.onesLike (like (), c.Ints "shape"))
            call (fun c _ -> like () |> dsharp.onesLike (c.Ints "shape")) ]
      several
          "full"
          [ call (fun c _ -> dsharp.full (c.Ints "shape", c.Scalar "value"))
            call (fun c _ -> (like ()).fullLike(c.Scalar "value", c.Ints "shape"))
            call (fun c _ -> dsharp.fullLike (like (), c.Scalar "value", c.Ints "shape"))
            call (fun c _ -> like () |> dsharp.fullLike (c.Scalar "value", c.Ints "shape")) ]
      several
          "scalar"
          [ call (fun c _ -> dsharp.scalar (c.Scalar "value"))
            call (fun c _ -> (like ()).scalarLike(c.Scalar "value"))
            call (fun c _ -> (like ()).like(c.Scalar "value"))
            call (fun c _ -> dsharp.like (like (), c.Scalar "value"))
            call (fun c _ -> like () |> dsharp.like (box (c.Scalar "value"))) ]
      several
          "zero"
          [ call (fun _ _ -> dsharp.zero ())
            call (fun _ _ -> Tensor.Zero)
            call (fun _ _ -> (like ()).zeroLike())
            call (fun _ _ -> dsharp.zeroLike (like ())) ]
      several
          "one"
          [ call (fun _ _ -> dsharp.one ())
            call (fun _ _ -> Tensor.One)
            call (fun _ _ -> (like ()).oneLike())
            call (fun _ _ -> dsharp.oneLike (like ())) ]
      several
          "eye"
          [ call (fun c _ -> dsharp.eye (c.Int "rows", c.Int "cols"))
            call (fun c _ -> Tensor.eye (c.Int "rows", c.Int "cols")) ]
      several
          "onehot"
          [ call (fun c _ -> dsharp.onehot (c.Int "length", c.Int "hot"))
            call (fun c _ -> (like ()).onehotLike(c.Int "length", c.Int "hot"))
            call (fun c _ -> dsharp.onehotLike (like (), c.Int "length", c.Int "hot"))
            call (fun c _ -> like () |> dsharp.onehotLike (c.Int "length", c.Int "hot")) ]
      several
          "arange"
          [ call (fun c _ -> dsharp.arange (c.Float "endVal", c.Float "startVal", c.Float "step"))
            call (fun c _ -> (like ()).arangeLike(c.Float "endVal", c.Float "startVal", c.Float "step"))
            call (fun c _ -> dsharp.arangeLike (like (), c.Float "endVal", c.Float "startVal", c.Float "step"))
            call (fun c _ -> like () |> dsharp.arangeLike (c.Float "endVal", c.Float "startVal", c.Float "step")) ]
      several
          "arangeInt"
          [ call (fun c _ -> dsharp.arange (c.Int "endVal", c.Int "startVal", c.Int "step"))
            call (fun c _ -> (like ()).arangeLike(c.Int "endVal", c.Int "startVal", c.Int "step"))
            call (fun c _ -> dsharp.arangeLike (like (), c.Int "endVal", c.Int "startVal", c.Int "step"))
            call (fun c _ -> like () |> dsharp.arangeLike (c.Int "endVal", c.Int "startVal", c.Int "step")) ]
      several
          "linspace"
          [ call (fun c _ -> dsharp.linspace (c.Float "startVal", c.Float "endVal", c.Int "steps"))
            call (fun c _ -> (like ()).linspaceLike(c.Float "startVal", c.Float "endVal", c.Int "steps"))
            call (fun c _ -> dsharp.linspaceLike (like (), c.Float "startVal", c.Float "endVal", c.Int "steps"))
            call (fun c _ -> like () |> dsharp.linspaceLike (c.Float "startVal", c.Float "endVal", c.Int "steps")) ]
      several
          "linspaceInt"
          [ call (fun c _ -> dsharp.linspace (c.Int "startVal", c.Int "endVal", c.Int "steps"))
            call (fun c _ -> (like ()).linspaceLike(c.Int "startVal", c.Int "endVal", c.Int "steps"))
            call (fun c _ -> dsharp.linspaceLike (like (), c.Int "startVal", c.Int "endVal", c.Int "steps"))
            call (fun c _ -> like () |> dsharp.linspaceLike (c.Int "startVal", c.Int "endVal", c.Int "steps")) ]
      several
          "logspace"
          [ call (fun c _ -> dsharp.logspace (c.Float "startVal", c.Float "endVal", c.Int "steps", c.Float "baseVal"))
            call (fun c _ -> (like ()).logspaceLike(c.Float "startVal", c.Float "endVal", c.Int "steps", c.Float "baseVal"))
            call (fun c _ ->
                dsharp.logspaceLike (like (), c.Float "startVal", c.Float "endVal", c.Int "steps", c.Float "baseVal"))
            call (fun c _ ->
                like () |> dsharp.logspaceLike (c.Float "startVal", c.Float "endVal", c.Int "steps", c.Float "baseVal")) ]
      several
          "logspaceInt"
          [ call (fun c _ -> dsharp.logspace (c.Int "startVal", c.Int "endVal", c.Int "steps", c.Int "baseVal"))
            call (fun c _ -> (like ()).logspaceLike(c.Int "startVal", c.Int "endVal", c.Int "steps", c.Int "baseVal"))
            call (fun c _ -> dsharp.logspaceLike (like (), c.Int "startVal", c.Int "endVal", c.Int "steps", c.Int "baseVal"))
            call (fun c _ -> like () |> dsharp.logspaceLike (c.Int "startVal", c.Int "endVal", c.Int "steps", c.Int "baseVal")) ]
      several "create" [ call (fun c _ -> dsharp.create (c.Int "count") (c.Float "value")) ]
      several "createInt" [ call (fun c _ -> dsharp.create (c.Int "count") (c.Int "value")) ]
      several
          "zeroCreate"
          [ call (fun c _ -> dsharp.zeroCreate (c.Int "count"))
            call (fun c _ -> dsharp.zeroCreate<float>(c.Int "count")) ]
      several "init" [ call (fun c _ -> dsharp.init (c.Int "count") (fun i -> 1.5 * float i)) ]
      several "init2d" [ call (fun _ _ -> dsharp.init2d 2 2 (fun i j -> float (10 * i + j))) ]
      several "init3d" [ call (fun _ _ -> dsharp.init3d 2 2 2 (fun i j k -> float (4 * i + 2 * j + k))) ]
      several "init4d" [ call (fun _ _ -> dsharp.init4d 2 2 2 2 (fun i j k l -> float (8 * i + 4 * j + 2 * k + l))) ] ]

let private images =
    [ several
          "toImage"
          [ call (fun c t ->
                t[0].toImage(c.Float "pixelMin", c.Float "pixelMax", c.Flag "normalize", ?gridCols = c.TryInt "gridCols"))
            call (fun c t ->
                dsharp.toImage (
                    t[0],
                    c.Float "pixelMin",
                    c.Float "pixelMax",
                    c.Flag "normalize",
                    ?gridCols = c.TryInt "gridCols"
                ))
            call (fun c t ->
                t[0]
                |> dsharp.toImage (c.Float "pixelMin", c.Float "pixelMax", c.Flag "normalize", ?gridCols = c.TryInt "gridCols")) ]
      several
          "toImageString"
          [ call (fun c t ->
                t[0].toImageString(c.Float "pixelMin", c.Float "pixelMax", c.Flag "normalize", ?gridCols = c.TryInt "gridCols"))
            call (fun c t ->
                dsharp.toImageString (
                    t[0],
                    c.Float "pixelMin",
                    c.Float "pixelMax",
                    c.Flag "normalize",
                    ?gridCols = c.TryInt "gridCols"
                )) ]
      several "toImageStringOf" [ call (fun c t -> t[0].toImageString(asciiPalette = c.String "asciiPalette")) ] ]

/// The calls of every name in reference.json; all of a name's must give the same.
let private calls: Map<string, Call list> =
    [ elementwise; arithmetic; reductions; shapes; convolutions; pooling; algebra; statistics; creation; images ]
    |> List.concat
    |> List.groupBy fst
    |> List.map (fun (name, entries) -> name, List.collect snd entries)
    |> Map

/// What rounding may change in results of a dtype.
let private tolerance (dtype: Dtype) =
    match dtype with
    | Dtype.Float64 -> 1e-10
    | Dtype.Float32 -> 2e-5
    | Dtype.Float16 -> 2e-3
    | Dtype.BFloat16 -> 2e-2
    | _ -> 0.0

let private check (case: Case) (number: int) (actual: obj list) =
    Expect.equal actual.Length case.Expected.Length $"call {number}: results"

    for i, (actual, expected) in List.indexed (List.zip actual case.Expected) do
        let what = $"call {number}, result {i}, of {case.Inputs |> List.map (fun input -> input.Plain.Shape)} {case.Options}"

        match actual, expected with
        | (:? string as actual), Text expected -> Expect.equal (actual.ReplaceLineEndings "\n") expected what
        | (:? Tensor as actual), Numbers expected ->
            Expect.equal actual.dtype expected.Dtype $"{what}: dtype"
            expectClose (tolerance expected.Dtype) actual expected.Plain what
        | _ -> failtest $"{what}: a text where a tensor belongs, or the other way round."

let private runCase (case: Case) =
    calls[case.Name]
    |> List.iteri (fun number call ->
        Scope.run (fun () -> check case number (results (call case [| for input in case.Inputs -> tensorOf input |]))))

[<Tests>]
let tests =
    testList
        "Reference"
        [ for name, cases in List.groupBy _.Name cases.Value do
              testCase $"{name} agrees with the reference" (fun () -> cases |> List.iter runCase)

          testCase "every case has a call and every call a case" (fun () ->
              let named = cases.Value |> List.map _.Name |> Set
              Expect.equal (named - (Map.keys calls |> Set)) Set.empty "cases without a call"
              Expect.equal ((Map.keys calls |> Set) - named) Set.empty "calls without a case") ]

// What is done to each element on its own: functions, comparisons, choices.
// Used everywhere; each entry is one operator of libtorch under DiffSharp's name.
namespace Functional.Tensors

open Functional.Tensors.Native

module internal Elementwise =

    let private unary (name: string) =
        let op = Operators.aten name
        fun (t: Tensor) -> new Tensor(op.Tensor(t.Handle))

    let private binary (name: string) (overload: string) =
        let op = Operators.atenOverload name overload
        fun (a: Tensor) (b: Tensor) -> new Tensor(op.Tensor(a.Handle, b.Handle))

    let private withScalar (name: string) (overload: string) =
        let op = Operators.atenOverload name overload
        fun (a: Tensor) (b: scalar) -> new Tensor(op.Tensor(a.Handle, b))

    let sign = unary "sign"
    let square = unary "square"
    let log1p = unary "log1p"
    let expm1 = unary "expm1"
    let sigmoid = unary "sigmoid"
    let logsigmoid = unary "log_sigmoid"
    let relu = unary "relu"
    let silu = unary "silu"
    let gelu = unary "gelu"
    let lgamma = unary "lgamma"
    let digamma = unary "digamma"
    let erf = unary "erf"
    let erfc = unary "erfc"
    let erfinv = unary "erfinv"
    let i0e = unary "special_i0e"
    let i1e = unary "special_i1e"
    let isnan = unary "isnan"
    let isinf = unary "isinf"
    let isfinite = unary "isfinite"
    let logicalNot = unary "logical_not"
    let clone = unary "clone"
    let detach = unary "detach"
    let elu = unary "elu"

    let private softplusOp = Operators.aten "softplus"

    // libtorch returns t itself above a threshold; its own, 20, costs float64 half of its digits.
    let softplus (t: Tensor) =
        new Tensor(softplusOp.Tensor [| Arg.tensor t.Handle; Arg.int 1L; Arg.int 40L |])

    let private polygammaOp = Operators.aten "polygamma"

    let polygamma (order: int) (t: Tensor) =
        Check.atLeast "polygamma" 0 "n" order
        Check.real "polygamma" t
        new Tensor(polygammaOp.Tensor [| Arg.int (int64 order); Arg.tensor t.Handle |])

    let private leakyReluOp = Operators.aten "leaky_relu"

    let leakyRelu (slope: float) (t: Tensor) =
        new Tensor(leakyReluOp.Tensor [| Arg.tensor t.Handle; Arg.double slope |])

    let eq = binary "eq" "Tensor"
    let ne = binary "ne" "Tensor"
    let lt = binary "lt" "Tensor"
    let le = binary "le" "Tensor"
    let gt = binary "gt" "Tensor"
    let ge = binary "ge" "Tensor"
    let eqScalar = withScalar "eq" "Scalar"
    let neScalar = withScalar "ne" "Scalar"
    let ltScalar = withScalar "lt" "Scalar"
    let leScalar = withScalar "le" "Scalar"
    let gtScalar = withScalar "gt" "Scalar"
    let geScalar = withScalar "ge" "Scalar"
    let maximum = binary "maximum" ""
    let minimum = binary "minimum" ""
    let logicalAnd = binary "logical_and" ""
    let logicalOr = binary "logical_or" ""
    let xlogy = binary "xlogy" "Tensor"
    let xlog1py = binary "special_xlog1py" ""
    let logaddexp = binary "logaddexp" ""

    let private clampOp = Operators.aten "clamp"

    let clamp (low: scalar option) (high: scalar option) (t: Tensor) =
        match low, high with
        | None, None -> t
        | _ -> new Tensor(clampOp.Tensor [| Arg.tensor t.Handle; Arg.optional Arg.scalar low; Arg.optional Arg.scalar high |])

    let private whereOp = Operators.atenOverload "where" "self"

    let where (condition: Tensor) (a: Tensor) (b: Tensor) =
        new Tensor(whereOp.Tensor [| Arg.tensor condition.Handle; Arg.tensor a.Handle; Arg.tensor b.Handle |])

[<AutoOpen>]
module ElementwiseExtensions =

    type Tensor with

        member t.abs() = Tensor.Abs t
        member t.acos() = Tensor.Acos t
        member t.asin() = Tensor.Asin t
        member t.atan() = Tensor.Atan t
        member t.ceil() = Tensor.Ceiling t
        member t.cos() = Tensor.Cos t
        member t.cosh() = Tensor.Cosh t
        member t.exp() = Tensor.Exp t
        member t.floor() = Tensor.Floor t
        member t.log() = Tensor.Log t
        member t.log10() = Tensor.Log10 t
        member t.neg() = -t
        member t.round() = Tensor.Round t
        member t.sin() = Tensor.Sin t
        member t.sinh() = Tensor.Sinh t
        member t.sqrt() = Tensor.Sqrt t
        member t.tan() = Tensor.Tan t
        member t.tanh() = Tensor.Tanh t
        member t.sign() = Elementwise.sign t
        member t.square() = Elementwise.square t

        /// log(1 + t), exact for small t.
        member t.log1p() = Elementwise.log1p t

        /// exp(t) - 1, exact for small t.
        member t.expm1() = Elementwise.expm1 t

        member t.sigmoid() = Elementwise.sigmoid t

        /// log(sigmoid(t)), finite for every finite t.
        member t.logsigmoid() = Elementwise.logsigmoid t

        member t.relu() = Elementwise.relu t

        member t.leakyRelu(?negativeSlope: float) =
            Elementwise.leakyRelu (defaultArg negativeSlope 0.01) t

        /// t · sigmoid(t).
        member t.silu() = Elementwise.silu t

        /// t · Φ(t), Φ the standard normal distribution function.
        member t.gelu() = Elementwise.gelu t

        member t.elu() = Elementwise.elu t

        /// log(1 + exp(t)).
        member t.softplus() = Elementwise.softplus t

        /// log Γ(t).
        member t.lgamma() = Elementwise.lgamma t

        /// d/dt log Γ(t).
        member t.digamma() = Elementwise.digamma t

        /// The n-th derivative of digamma.
        member t.polygamma(n: int) = Elementwise.polygamma n t

        /// exp(-|t|) I₀(t), the scaled modified Bessel function of order 0.
        member t.i0e() = Elementwise.i0e t

        /// exp(-|t|) I₁(t), the scaled modified Bessel function of order 1.
        member t.i1e() = Elementwise.i1e t

        member t.erf() = Elementwise.erf t

        /// 1 - erf(t), exact far out where erf is 1.
        member t.erfc() = Elementwise.erfc t

        member t.erfinv() = Elementwise.erfinv t
        member t.isnan() = Elementwise.isnan t
        member t.isinf() = Elementwise.isinf t
        member t.isfinite() = Elementwise.isfinite t
        member t.logicalNot() = Elementwise.logicalNot t

        /// A copy with memory of its own; gradients flow through it.
        member t.clone() = Elementwise.clone t

        /// The same values, not recorded for differentiation.
        member t.noDiff() = Elementwise.detach t

        member t.add(b: Tensor) = t + b
        member t.add(b: scalar) = t + b
        member t.sub(b: Tensor) = t - b
        member t.sub(b: scalar) = t - b
        member t.mul(b: Tensor) = t * b
        member t.mul(b: scalar) = t * b
        member t.div(b: Tensor) = t / b
        member t.div(b: scalar) = t / b
        member t.pow(b: Tensor) = Tensor.Pow(t, b)
        member t.pow(b: scalar) = Tensor.Pow(t, b)
        member t.eq(b: Tensor) = Elementwise.eq t b
        member t.ne(b: Tensor) = Elementwise.ne t b
        member t.lt(b: Tensor) = Elementwise.lt t b
        member t.le(b: Tensor) = Elementwise.le t b
        member t.gt(b: Tensor) = Elementwise.gt t b
        member t.ge(b: Tensor) = Elementwise.ge t b
        member t.eq(b: scalar) = Elementwise.eqScalar t b
        member t.ne(b: scalar) = Elementwise.neScalar t b
        member t.lt(b: scalar) = Elementwise.ltScalar t b
        member t.le(b: scalar) = Elementwise.leScalar t b
        member t.gt(b: scalar) = Elementwise.gtScalar t b
        member t.ge(b: scalar) = Elementwise.geScalar t b

        /// The larger of two elements, everywhere.
        member t.max(b: Tensor) = Elementwise.maximum t b

        /// The smaller of two elements, everywhere.
        member t.min(b: Tensor) = Elementwise.minimum t b

        member t.max(b: scalar) = Elementwise.maximum t (t.scalarLike b)
        member t.min(b: scalar) = Elementwise.minimum t (t.scalarLike b)

        member t.logicalAnd(b: Tensor) = Elementwise.logicalAnd t b
        member t.logicalOr(b: Tensor) = Elementwise.logicalOr t b

        /// t · log b, 0 where t is 0.
        member t.xlogy(b: Tensor) = Elementwise.xlogy t b

        /// t · log(1 + b), 0 where t is 0.
        member t.xlog1py(b: Tensor) = Elementwise.xlog1py t b

        /// log(exp(t) + exp(b)).
        member t.logaddexp(b: Tensor) = Elementwise.logaddexp t b

        /// Elements below `low` become it, those above `high` likewise.
        member t.clamp(?low: scalar, ?high: scalar) = Elementwise.clamp low high t

        /// log t, with elements below epsilon taken for it.
        member t.safelog(?epsilon: float) =
            (t.clamp (low = defaultArg epsilon 1e-12)).log()

    type dsharp with

        static member abs(input: Tensor) = input.abs ()
        static member acos(input: Tensor) = input.acos ()
        static member asin(input: Tensor) = input.asin ()
        static member atan(input: Tensor) = input.atan ()
        static member ceil(input: Tensor) = input.ceil ()
        static member cos(input: Tensor) = input.cos ()
        static member cosh(input: Tensor) = input.cosh ()
        static member exp(input: Tensor) = input.exp ()
        static member floor(input: Tensor) = input.floor ()
        static member log(input: Tensor) = input.log ()
        static member log10(input: Tensor) = input.log10 ()
        static member neg(input: Tensor) = input.neg ()
        static member round(input: Tensor) = input.round ()
        static member sin(input: Tensor) = input.sin ()
        static member sinh(input: Tensor) = input.sinh ()
        static member sqrt(input: Tensor) = input.sqrt ()
        static member tan(input: Tensor) = input.tan ()
        static member tanh(input: Tensor) = input.tanh ()
        static member sign(input: Tensor) = input.sign ()
        static member log1p(input: Tensor) = input.log1p ()
        static member expm1(input: Tensor) = input.expm1 ()
        static member sigmoid(input: Tensor) = input.sigmoid ()
        static member relu(input: Tensor) = input.relu ()

        static member leakyRelu(input: Tensor, ?negativeSlope: float) =
            input.leakyRelu (?negativeSlope = negativeSlope)

        static member silu(input: Tensor) = input.silu ()
        static member gelu(input: Tensor) = input.gelu ()
        static member softplus(input: Tensor) = input.softplus ()
        static member lgamma(input: Tensor) = input.lgamma ()
        static member digamma(input: Tensor) = input.digamma ()
        static member polygamma(n: int, input: Tensor) = input.polygamma n
        static member i0e(input: Tensor) = input.i0e ()
        static member i1e(input: Tensor) = input.i1e ()
        static member erf(input: Tensor) = input.erf ()
        static member erfinv(input: Tensor) = input.erfinv ()
        static member isnan(input: Tensor) = input.isnan ()
        static member isinf(input: Tensor) = input.isinf ()
        static member clone(input: Tensor) = input.clone ()
        static member noDiff(tensor: Tensor) = tensor.noDiff ()
        static member add(a: Tensor, b: Tensor) = a + b
        static member sub(a: Tensor, b: Tensor) = a - b
        static member mul(a: Tensor, b: Tensor) = a * b
        static member div(a: Tensor, b: Tensor) = a / b
        static member pow(a: Tensor, b: Tensor) = a.pow b
        static member eq(a: Tensor, b: Tensor) = a.eq b
        static member ne(a: Tensor, b: Tensor) = a.ne b
        static member lt(a: Tensor, b: Tensor) = a.lt b
        static member le(a: Tensor, b: Tensor) = a.le b
        static member gt(a: Tensor, b: Tensor) = a.gt b
        static member ge(a: Tensor, b: Tensor) = a.ge b
        static member max(a: Tensor, b: Tensor) = a.max b
        static member min(a: Tensor, b: Tensor) = a.min b
        static member xlogy(a: Tensor, b: Tensor) = a.xlogy b
        static member logaddexp(a: Tensor, b: Tensor) = a.logaddexp b
        static member clamp(input: Tensor, ?low: scalar, ?high: scalar) = input.clamp (?low = low, ?high = high)
        static member safelog(input: Tensor, ?epsilon: float) = input.safelog (?epsilon = epsilon)

        /// `a` where the condition holds, `b` elsewhere.
        static member where(condition: Tensor, a: Tensor, b: Tensor) = Elementwise.where condition a b

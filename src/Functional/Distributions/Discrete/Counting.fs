// What families of counts share: samplers, logarithms of binomial coefficients, and sums over 0..total.
// Their densities are differences of large numbers (log 10⁶! is 1.3e7), so they are taken in double precision whatever the parameters are.
namespace Functional

open Functional.Tensors
open Functional.Tensors.Native

module internal Counting =

    let private binomialOp = Operators.aten "binomial"
    let private poissonOp = Operators.aten "poisson"
    let private gammaOp = Operators.aten "_standard_gamma"

    let precise (tensor: Tensor) = tensor.cast Dtype.Float64

    /// Counts of successes among so many trials.
    let drawBinomial (shape: Shape) (total: Tensor) (probability: Tensor) : Tensor =
        let total, probability = (precise total).expand shape, (precise probability).expand shape
        new Tensor(binomialOp.Tensor [| Arg.tensor total.Handle; Arg.tensor probability.Handle; Random.argument total.device |])

    /// Counts of events at a rate.
    let drawPoisson (rate: Tensor) : Tensor =
        new Tensor(poissonOp.Tensor [| Arg.tensor rate.Handle; Random.argument rate.device |])

    /// Gamma variables of rate one.
    let drawGamma (concentration: Tensor) : Tensor =
        new Tensor(gammaOp.Tensor [| Arg.tensor concentration.Handle; Random.argument concentration.device |])

    /// log Γ(x + 1).
    let logFactorial (x: Tensor) : Tensor = (x + 1.0).lgamma()

    /// log of total! / (value! (total - value)!).
    let logChoose (total: Tensor) (value: Tensor) : Tensor =
        logFactorial total - logFactorial value - logFactorial (total - value)

    /// log B(a, b).
    let logBeta (a: Tensor) (b: Tensor) : Tensor =
        a.lgamma () + b.lgamma () - (a + b).lgamma()

    /// P(X ≤ value) from a formula for whole numbers from 0 to, where there is one, the last but one value.
    let cdf (last: Tensor option) (value: Tensor) (formula: Tensor -> Tensor) : Tensor =
        let count = value.floor ()
        let isNone = count.lt 0.0

        let isAll =
            match last with
            | Some last -> count.ge last
            | None -> count.ge infinity

        let isEnd = isNone.logicalOr isAll
        let between = formula (dsharp.where (isEnd, count.scalarLike 0.0, count))
        dsharp.where (isEnd, isAll.cast between.dtype, between)

    /// The numbers 0 to last, along a new first axis in front of so many others.
    let upTo (last: int) (axes: int) (like: Tensor) : Tensor =
        like.arangeLike(last + 1, dtype = like.dtype).view(Array.append [| last + 1 |] (Array.create axes 1))

    let private largest (total: Tensor) =
        if total.nelement = 0 then 0 else int (total.noDiff().max().toDouble())

    /// The one total of a batch.
    let commonTotal (family: string) (total: Tensor) : int =
        let last = largest total

        if total.nelement > 0 && int (total.noDiff().min().toDouble()) <> last then
            raise (Errors.Distribution.totals family)

        last

    /// 0 to the largest total, of shape count + batch; and which of them no total of its own stops before.
    let grid (batch: Shape) (total: Tensor) (dtype: Dtype) : Tensor * Tensor =
        let last = largest total
        let counts = (upTo last batch.Length (total.cast dtype)).expand(Array.append [| last + 1 |] batch)
        counts, counts.le total

    /// The sum of `term` over 0..total, where totals may differ.
    let sumUpTo (batch: Shape) (total: Tensor) (dtype: Dtype) (term: Tensor -> Tensor) : Tensor =
        let counts, reached = grid batch total dtype
        let terms = term (dsharp.where (reached, counts, counts.scalarLike 0.0))
        dsharp.where(reached, terms, terms.scalarLike 0.0).sum 0

    /// -p log p from log p; 0 for a value of probability zero.
    let surprise (logProbability: Tensor) : Tensor =
        let possible = dsharp.where (logProbability.eq -infinity, logProbability.scalarLike 0.0, logProbability)
        -(possible.exp () * possible)

// Closed forms of KL(p ‖ q) between families of discrete values.
// Most are sums over a support; 0 · log 0 is 0.
namespace Functional

open Functional.Tensors
open Functional.ClosedForm

module internal DiscretePairs =

    let private bernoullis (p: Bernoulli) (q: Bernoulli) =
        weighted p.Probability (p.LogProbability - q.LogProbability)
        + weighted p.Complement (p.LogComplement - q.LogComplement)

    let private categoricals (p: Categorical) (q: Categorical) =
        if p.Count <> q.Count then
            raise (Errors.Distribution.klShapes p.Name [| p.Count |] q.Name [| q.Count |])

        weighted p.Probabilities (p.LogProbabilities - q.LogProbabilities) |> _.sum(-1)

    let private oneHots (p: OneHotCategorical) (q: OneHotCategorical) =
        weighted p.Probabilities (p.LogProbabilities - q.LogProbabilities) |> _.sum(-1)

    // λp log(λp/λq) - λp + λq
    let private poissons (p: Poisson) (q: Poisson) =
        let logRatio = q.Rate.log () - p.Rate.log ()
        p.Rate * (logRatio.expm1 () - logRatio)

    // x is 0 or 1, so that log x! = 0: λ - p log λ - H(p)
    let private bernoulliPoisson (p: Bernoulli) (q: Poisson) =
        q.Rate - p.Probability * q.Rate.log () - p.Entropy()

    let all: ClosedForm list = [ pair bernoullis; pair categoricals; pair oneHots; pair poissons; pair bernoulliPoisson ]

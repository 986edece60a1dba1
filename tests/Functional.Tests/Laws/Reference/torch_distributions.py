"""Reference values of the distributions, from torch.distributions: log-densities, statistics and divergences.

Run as `/usr/bin/python3 torch_distributions.py` (Debian's python3-torch); it writes torch-distributions.json beside itself.
Every case has a family's name, its parameters in the order of ours, and what torch says of it, in float64; ReferenceLaws.fs has the
constructor for each name. Divergences between numbers are checked here by quadrature first: where torch is wrong or rounds away more
than 1e-9, quadrature's value stands in its place and the pair is printed. The seed is fixed: a second run writes the same file.
"""
import json
import math
import os

import torch
import torch.distributions as D
from torch.distributions.kl import _KL_REGISTRY

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
D.Distribution.set_default_validate_args(False)
torch.manual_seed(4)
BATCH = 4


def between(low, high, *shape):
    return torch.rand(BATCH, *shape) * (high - low) + low


def positive(low, high, *shape):
    return between(math.log(low), math.log(high), *shape).exp()


def tril(size):
    return torch.randn(BATCH, size, size).tril(-1) * 0.5 + torch.diag_embed(positive(0.5, 2.0, size))


def simplex(size):
    return torch.softmax(torch.randn(BATCH, size), -1)


def counts(low, high):
    return torch.full((BATCH,), float(torch.randint(low, high + 1, ()).item()))


# name: (torch's class, random parameters in our order, the distribution of them)
FAMILIES = {
    "Bernoulli": (D.Bernoulli, lambda: [between(-3, 3)], lambda l: D.Bernoulli(logits=l)),
    "Beta": (D.Beta, lambda: [positive(0.8, 8), positive(0.8, 8)], D.Beta),
    "Binomial": (D.Binomial, lambda: [counts(2, 9), between(-2, 2)], lambda n, l: D.Binomial(n, logits=l)),
    "Categorical": (D.Categorical, lambda: [between(-2, 2, 4)], lambda l: D.Categorical(logits=l)),
    "Cauchy": (D.Cauchy, lambda: [between(-2, 2), positive(0.3, 3)], D.Cauchy),
    "Chi2": (D.Chi2, lambda: [positive(0.5, 9)], D.Chi2),
    "ContinuousBernoulli": (D.ContinuousBernoulli, lambda: [between(0.05, 0.45)], lambda p: D.ContinuousBernoulli(p)),
    "Dirichlet": (D.Dirichlet, lambda: [positive(0.3, 8, 3)], D.Dirichlet),
    "Exponential": (D.Exponential, lambda: [positive(0.2, 5)], D.Exponential),
    "FisherSnedecor": (D.FisherSnedecor, lambda: [positive(1, 9), positive(5, 20)], D.FisherSnedecor),
    "Gamma": (D.Gamma, lambda: [positive(0.3, 8), positive(0.3, 5)], D.Gamma),
    "Geometric": (D.Geometric, lambda: [between(-2, 2)], lambda l: D.Geometric(logits=l)),
    "Gumbel": (D.Gumbel, lambda: [between(-2, 2), positive(0.3, 3)], D.Gumbel),
    "HalfCauchy": (D.HalfCauchy, lambda: [positive(0.3, 3)], D.HalfCauchy),
    "HalfNormal": (D.HalfNormal, lambda: [positive(0.3, 3)], D.HalfNormal),
    "Kumaraswamy": (D.Kumaraswamy, lambda: [positive(0.5, 4), positive(0.5, 4)], D.Kumaraswamy),
    "LKJCholesky": (D.LKJCholesky, lambda: [positive(0.5, 4)], lambda c: D.LKJCholesky(3, c)),
    "Laplace": (D.Laplace, lambda: [between(-2, 2), positive(0.3, 3)], D.Laplace),
    "LogNormal": (D.LogNormal, lambda: [between(-1, 1), positive(0.2, 1)], D.LogNormal),
    "LowRankMultivariateNormal": (D.LowRankMultivariateNormal, lambda: [between(-2, 2, 3), between(-1, 1, 3, 2), positive(0.3, 2, 3)],
                                  D.LowRankMultivariateNormal),
    "Multinomial": (D.Multinomial, lambda: [counts(2, 9), between(-2, 2, 3)], lambda n, l: D.Multinomial(int(n[0]), logits=l)),
    "MultivariateNormal": (D.MultivariateNormal, lambda: [between(-2, 2, 3), tril(3)], lambda m, l: D.MultivariateNormal(m, scale_tril=l)),
    "NegativeBinomial": (D.NegativeBinomial, lambda: [positive(0.5, 9), between(-2, 1)], lambda n, l: D.NegativeBinomial(n, logits=l)),
    "Normal": (D.Normal, lambda: [between(-2, 2), positive(0.3, 3)], D.Normal),
    "OneHotCategorical": (D.OneHotCategorical, lambda: [between(-2, 2, 4)], lambda l: D.OneHotCategorical(logits=l)),
    "Pareto": (D.Pareto, lambda: [positive(0.3, 3), positive(2.5, 6)], D.Pareto),
    "Poisson": (D.Poisson, lambda: [positive(0.3, 20)], D.Poisson),
    "RelaxedBernoulli": (D.RelaxedBernoulli, lambda: [counts(1, 1) * 0.7, between(-2, 2)], lambda t, l: D.RelaxedBernoulli(t[0], logits=l)),
    "RelaxedOneHotCategorical": (D.RelaxedOneHotCategorical, lambda: [counts(1, 1) * 0.7, between(-1, 1, 3)],
                                 lambda t, l: D.RelaxedOneHotCategorical(t[0], logits=l)),
    "StudentT": (D.StudentT, lambda: [positive(2.5, 20), between(-2, 2), positive(0.3, 3)], D.StudentT),
    "Uniform": (D.Uniform, lambda: [between(-2, -1), between(1, 2)], D.Uniform),
    "VonMises": (D.VonMises, lambda: [between(-2, 2), positive(0.3, 5)], D.VonMises),
    "Weibull": (D.Weibull, lambda: [positive(0.3, 3), positive(0.7, 4)], D.Weibull),
    "Wishart": (D.Wishart, lambda: [positive(4, 9), tril(3)], lambda n, l: D.Wishart(n, scale_tril=l)),
}
NAMES = {cls: name for name, (cls, _, _) in FAMILIES.items()}
# Parameters for which the other's support holds the values, so that a divergence is finite; tried after random ones.
INSIDE = {"Uniform": lambda: [between(0.1, 0.3), between(0.6, 0.9)]}


def number(value):
    return value if math.isfinite(value) else ("NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity"))


def encode(tensor):
    return {"shape": list(tensor.shape), "values": [number(v) for v in tensor.double().flatten().tolist()]}


def attempt(what):
    try:
        return what()
    except (NotImplementedError, AttributeError):
        return None


def family(name, parameters, make):
    d = make(*parameters)
    values = d.sample((3,))
    found = {"log_prob": d.log_prob(values), "entropy": attempt(d.entropy)}
    found["mean"] = attempt(lambda: d.mean)
    found["variance"] = attempt(lambda: d.variance)
    found["cdf"] = attempt(lambda: d.cdf(values)) if name != "VonMises" else None  # torch's is an approximation, to 1e-2
    shares = torch.rand(3, *d.batch_shape) * 0.98 + 0.01
    found["icdf"] = attempt(lambda: d.icdf(shares)) if d.event_shape == () else None
    case = {"family": name, "parameters": [encode(p) for p in parameters], "value": encode(values), "share": encode(shares)}
    case.update({key: encode(tensor) for key, tensor in found.items() if tensor is not None})
    return case


def ends(d):
    constraint = d.support
    low = getattr(constraint, "lower_bound", None)
    high = getattr(constraint, "upper_bound", None)
    return low, high


def line(i, values):
    return None if values is None else float(torch.as_tensor(values, dtype=torch.float64).expand(BATCH)[i])


def quadrature(p, q, kinks):
    """KL(p || q) by double-exponential rules on pieces, one number for each distribution; None where a support is discrete."""
    if p.support.is_discrete or p.event_shape != () or q.support.is_discrete:
        return None
    found = []
    for i in range(BATCH):
        low, high = (line(i, end) for end in ends(p))
        sample = p.sample((501,))[:, i].sort().values
        centre, scale = float(sample[250]), float(sample[375] - sample[125])
        inner = sorted({k for k in [centre] + [line(i, k) for k in kinks] if (low is None or k > low) and (high is None or k < high)})
        points = ([low] if low is not None else []) + inner + ([high] if high is not None else [])
        pieces = [(a, b) for a, b in zip(points, points[1:])]
        total = 0.0

        def add(x, w):
            wide = x.unsqueeze(-1).expand(-1, BATCH)
            lp = p.log_prob(wide)[:, i]
            inside = q.support.check(wide)[:, i]
            lq = torch.where(inside, log_prob(q, wide)[:, i], torch.tensor(-math.inf))
            terms = torch.where(lp > -700, lp.exp() * (lp - lq), torch.tensor(0.0))
            return float((terms * w).sum())

        t = torch.arange(-6, 5 + 1e-9, 1 / 64)
        a = math.pi / 2 * torch.sinh(t)
        if low is None:
            d = scale * a.exp()
            total += add(points[0] - d, d * math.pi / 2 * torch.cosh(t) / 64)
        if high is None:
            d = scale * a.exp()
            keep = points[-1] + d > points[-1]
            total += add((points[-1] + d)[keep], (d * math.pi / 2 * torch.cosh(t) / 64)[keep])
        for b, c in pieces:
            s = torch.sigmoid(2 * a)
            x = torch.where(t < 0, b + (c - b) * s, c - (c - b) * torch.sigmoid(-2 * a))
            w = (c - b) * math.pi * torch.cosh(t) * s * torch.sigmoid(-2 * a) / 64
            keep = (x > b) & (x < c)
            total += add(x[keep], w[keep])
        found.append(total)
    return torch.tensor(found)


def log_prob(d, x):
    return d.log_prob(torch.where(d.support.check(x), x, d.sample()))


def kink(d):
    return [d.loc] if isinstance(d, D.Laplace) else []


def divergence(first, second):
    cases = []
    for attempt_ in range(2):
        (_, pParameters, pMake), (_, qParameters, qMake) = FAMILIES[first], FAMILIES[second]
        choose = lambda name, default: (INSIDE.get(name, default) if attempt_ else default)()
        pGiven, qGiven = choose(first, pParameters), qParameters()
        if attempt_ and first not in INSIDE:
            continue
        if first in ("Binomial", "Multinomial") and first == second:
            qGiven[0] = pGiven[0]
        p, q = pMake(*pGiven), qMake(*qGiven)
        value = D.kl_divergence(p, q)
        exact = quadrature(p, q, kink(p) + kink(q))
        if exact is not None:
            both = torch.isfinite(value) & torch.isfinite(exact)
            wrong = (torch.isinf(value) != torch.isinf(exact)) | (both & ((value - exact).abs() > 1e-9 * (1 + exact.abs())))
            if wrong.any():
                print(f"KL({first} || {second}): torch says {value.tolist()}, quadrature {exact.tolist()}")
        case = {"p": first, "pParameters": [encode(t) for t in pGiven], "q": second, "qParameters": [encode(t) for t in qGiven], "kl": encode(value)}
        if exact is not None and wrong.any():
            case.update(kl=encode(exact), byQuadrature=True)
        cases.append(case)
    return cases


families = [family(name, parameters(), make) for name, (_, parameters, make) in FAMILIES.items() for _ in range(2)]
pairs = sorted((NAMES[a], NAMES[b]) for a, b in _KL_REGISTRY if a in NAMES and b in NAMES)
pairs += [("Chi2", "Chi2"), ("LogNormal", "LogNormal"), ("Chi2", "Gamma")]  # by its exponential families, or by equal transforms
divergences = []
for pair in pairs:
    try:
        divergences += divergence(*pair)
    except NotImplementedError:
        print("torch lacks KL(%s || %s)" % pair)

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "torch-distributions.json"), "w") as file:
    lines = lambda cases: ",\n".join(json.dumps(case) for case in cases)
    file.write('{"families": [\n' + lines(families) + '\n], "divergences": [\n' + lines(divergences) + "\n]}\n")
print(f"{len(families)} cases of {len(FAMILIES)} families, {len(divergences)} of {len(pairs)} pairs")

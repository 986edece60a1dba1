# The families of Distributions.fs in torch.distributions, whose checks are on by default as ours are.
# For every name on standard input: draws, scores and differentiates once and prints the milliseconds it took.
import sys
import time

import torch
from torch import distributions as d

threads, batch, draws = (int(argument) for argument in sys.argv[1:4])
torch.set_num_threads(threads)


def real():
    return torch.randn(batch).requires_grad_()


def positive():
    return (torch.rand(batch) + 0.5).requires_grad_()


families = {
    "Normal": (d.Normal, [real(), positive()]),
    "LogNormal": (d.LogNormal, [real(), positive()]),
    "Laplace": (d.Laplace, [real(), positive()]),
    "Gumbel": (d.Gumbel, [real(), positive()]),
    "StudentT": (lambda df, loc, scale: d.StudentT(df, loc, scale), [(torch.rand(batch) + 3.0).requires_grad_(), real(), positive()]),
    "Exponential": (d.Exponential, [positive()]),
    "Gamma": (d.Gamma, [positive(), positive()]),
    "Beta": (d.Beta, [positive(), positive()]),
    "Bernoulli": (lambda logits: d.Bernoulli(logits=logits), [real()]),
    "Categorical": (lambda logits: d.Categorical(logits=logits), [torch.randn(batch, 10).requires_grad_()]),
}

for line in sys.stdin:
    make, parameters = families[line.strip()]
    began = time.perf_counter()
    family = make(*parameters)
    value = family.rsample([draws]) if family.has_rsample else family.sample([draws])
    torch.autograd.grad(family.log_prob(value).sum(), parameters, allow_unused=True)
    print((time.perf_counter() - began) * 1e3, flush=True)

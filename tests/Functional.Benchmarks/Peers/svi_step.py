# The variational step of SviStep.fs in PyTorch, written by hand.
# For every line on standard input: fits for some steps and prints the milliseconds each took.
import sys
import time

import torch
from torch.nn import functional as F

threads, steps = int(sys.argv[1]), int(sys.argv[2])
torch.set_num_threads(threads)
rows, features = 1000, 10
x = torch.randn(rows, features)
y = torch.bernoulli(torch.sigmoid(x @ torch.randn(features)))


def loss(mean, log_scale):
    scale = log_scale.exp()
    weights = mean + scale * torch.randn_like(mean)
    reconstruction = F.binary_cross_entropy_with_logits(x @ weights, y, reduction="sum")
    kl = 0.5 * torch.sum(scale * scale + mean * mean - 1 - 2 * log_scale)
    return reconstruction + kl


for _ in sys.stdin:
    mean = torch.zeros(features, requires_grad=True)
    log_scale = torch.full((features,), -2.3, requires_grad=True)
    optimizer = torch.optim.Adam([mean, log_scale], lr=0.05)
    began = time.perf_counter()
    for step in range(steps):
        optimizer.zero_grad()
        loss(mean, log_scale).backward()
        optimizer.step()
    print((time.perf_counter() - began) * 1000 / steps, flush=True)

# The calls of Ops.fs in PyTorch from Python.
# For every name on standard input: makes that call many times and prints the microseconds each took.
import sys
import time

import torch
from torch import nn

threads, calls, steps = map(int, sys.argv[1:])
torch.set_num_threads(threads)
ten, square = torch.ones(10), torch.ones(10, 10)
net = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
x = torch.randn(1, 64)


def mlp():
    net.zero_grad(set_to_none=True)
    net(x).sum().backward()


work = {
    "add": (calls, lambda: ten + ten),
    "exp": (calls, lambda: ten.exp()),
    "sum": (calls, lambda: ten.sum()),
    "matmul": (calls, lambda: square.matmul(square)),
    "mlp": (steps, mlp),
}

for line in sys.stdin:
    count, call = work[line.strip()]
    began = time.perf_counter()
    for _ in range(count):
        call()
    print((time.perf_counter() - began) * 1e6 / count, flush=True)

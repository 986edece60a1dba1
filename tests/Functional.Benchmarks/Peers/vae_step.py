# The VAE step of VaeStep.fs in PyTorch, written as its users write it.
# For every line on standard input: trains for some steps and prints the milliseconds each took.
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

threads, steps = int(sys.argv[1]), int(sys.argv[2])
torch.set_num_threads(threads)
images = torch.randint(0, 256, (128 * steps, 784), dtype=torch.uint8)


class Vae(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(784, 400)
        self.mean = nn.Linear(400, 20)
        self.log_variance = nn.Linear(400, 20)
        self.decode = nn.Sequential(nn.Linear(20, 400), nn.ReLU(), nn.Linear(400, 784))

    def forward(self, x):
        h = F.relu(self.hidden(x))
        mean, log_variance = self.mean(h), self.log_variance(h)
        z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean)
        return self.decode(z), mean, log_variance


model = Vae()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)


def loss(x):
    logits, mean, log_variance = model(x)
    reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + log_variance - mean.pow(2) - log_variance.exp())
    return (reconstruction + kl) / x.shape[0]


for _ in sys.stdin:
    began = time.perf_counter()
    order = torch.randperm(images.shape[0])
    for step in range(steps):
        x = torch.bernoulli(images[order[step * 128:(step + 1) * 128]].float() / 255)
        optimizer.zero_grad()
        loss(x).backward()
        optimizer.step()
    print((time.perf_counter() - began) * 1000 / steps, flush=True)

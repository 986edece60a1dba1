# The diffusion step of DiffusionStep.fs in PyTorch: the same U-Net, loss and optimizer, written as its users write them.
# For every line on standard input: trains for some steps and prints the milliseconds each took.
import math
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

threads, steps, batch = (int(argument) for argument in sys.argv[1:4])
torch.set_num_threads(threads)
images = torch.rand(batch * steps, 1, 28, 28) * 2 - 1
CHANNELS, MULTIPLIERS, GROUPS, HEADS = 32, [1, 2, 2], 8, 4
EMBEDDING = 4 * CHANNELS


class TimeEmbedding(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(CHANNELS, EMBEDDING), nn.Linear(EMBEDDING, EMBEDDING)

    def forward(self, t):
        half = CHANNELS // 2
        frequencies = 1000 * torch.exp(-math.log(10000) / half * torch.arange(half))
        angle = t[:, None] * frequencies[None]
        return self.second(F.silu(self.first(torch.cat([angle.cos(), angle.sin()], -1))))


class Block(nn.Module):
    def __init__(self, inputs, outputs, attends):
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(GROUPS, inputs), nn.Conv2d(inputs, outputs, 3, padding=1)
        self.norm2, self.conv2 = nn.GroupNorm(GROUPS, outputs), nn.Conv2d(outputs, outputs, 3, padding=1)
        self.modulation = nn.Linear(EMBEDDING, 2 * outputs)
        self.shortcut = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1)
        self.attention = Attention(outputs) if attends else nn.Identity()
        nn.init.zeros_(self.conv2.weight)
        nn.init.zeros_(self.conv2.bias)

    def forward(self, x, e):
        h = self.conv1(F.silu(self.norm1(x)))
        scale, shift = self.modulation(e)[:, :, None, None].chunk(2, 1)
        h = self.conv2(F.silu(self.norm2(h) * (1 + scale) + shift))
        return self.attention(self.shortcut(x) + h)


class Attention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm = nn.GroupNorm(GROUPS, channels)
        self.project, self.mix = nn.Linear(channels, 3 * channels), nn.Linear(channels, channels)

    def forward(self, x):
        n, c, h, w = x.shape
        rows = self.norm(x).flatten(2).transpose(1, 2)
        q, k, v = self.project(rows).view(n, h * w, 3, HEADS, c // HEADS).permute(2, 0, 3, 1, 4)
        weights = (q @ k.transpose(2, 3) / math.sqrt(c // HEADS)).softmax(-1)
        gathered = (weights @ v).transpose(1, 2).reshape(n, h * w, c)
        return x + self.mix(gathered).transpose(1, 2).reshape(n, c, h, w)


class Level(nn.Module):
    def __init__(self, number, inputs):
        super().__init__()
        channels, last = CHANNELS * MULTIPLIERS[number], number == len(MULTIPLIERS) - 1
        self.down = Block(inputs, channels, last)
        self.up = Block(2 * channels, channels, last)
        self.last = last
        if last:
            self.below = Block(channels, channels, True)
        else:
            self.halve = nn.Conv2d(channels, channels, 3, stride=2, padding=1)
            self.below = Level(number + 1, channels)
            self.doubled = nn.Sequential(nn.Upsample(scale_factor=2),
                                        nn.Conv2d(CHANNELS * MULTIPLIERS[number + 1], channels, 3, padding=1))

    def forward(self, x, e):
        beside = self.down(x, e)
        below = self.below(beside, e) if self.last else self.doubled(self.below(self.halve(beside), e))
        return self.up(torch.cat([below, beside], 1), e)


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        channels = CHANNELS * MULTIPLIERS[0]
        self.time, self.first = TimeEmbedding(), nn.Conv2d(1, CHANNELS, 3, padding=1)
        self.level = Level(0, CHANNELS)
        self.norm, self.last = nn.GroupNorm(GROUPS, channels), nn.Conv2d(channels, 1, 3, padding=1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, x, t):
        e = F.silu(self.time(t))
        return self.last(F.silu(self.norm(self.level(self.first(x), e))))


model = UNet()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-4)


def loss(x):
    t, noise = torch.rand(x.shape[0]), torch.randn_like(x)
    log_signal = -0.25 * t ** 2 * (20 - 0.1) - 0.5 * t * 0.1
    signal, scale = log_signal.exp()[:, None, None, None], (-(2 * log_signal).expm1()).sqrt()[:, None, None, None]
    return ((model(signal * x + scale * noise, t) - noise) ** 2).sum((1, 2, 3)).mean()


if __name__ == "__main__":
    for _ in sys.stdin:
        began = time.perf_counter()
        order = torch.randperm(images.shape[0])
        for step in range(steps):
            optimizer.zero_grad()
            loss(images[order[step * batch:(step + 1) * batch]]).backward()
            optimizer.step()
        print((time.perf_counter() - began) * 1000 / steps, flush=True)

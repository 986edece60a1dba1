# The GAN rounds of GanStep.fs in PyTorch, written as its users write them.
# For every line on standard input, the name of a loss: trains for some rounds and prints the milliseconds each took.
import sys
import time

import torch
from torch import autograd, nn
from torch.nn import functional as F

threads, rounds = int(sys.argv[1]), int(sys.argv[2])
torch.set_num_threads(threads)
images = torch.randint(0, 256, (128 * rounds, 784), dtype=torch.uint8)


def networks():
    generator = nn.Sequential(
        nn.Linear(64, 256), nn.LeakyReLU(0.01), nn.Linear(256, 512), nn.LeakyReLU(0.01), nn.Linear(512, 784), nn.Tanh())
    critic = nn.Sequential(
        nn.Linear(784, 512), nn.LeakyReLU(0.01), nn.Linear(512, 256), nn.LeakyReLU(0.01), nn.Linear(256, 1))
    return generator, critic


def optimizers(generator, critic, rate, betas):
    return (torch.optim.Adam(generator.parameters(), lr=rate, betas=betas),
            torch.optim.Adam(critic.parameters(), lr=rate, betas=betas))


def non_saturating():
    generator, critic = networks()
    generator_optimizer, critic_optimizer = optimizers(generator, critic, 2e-4, (0.5, 0.999))

    def round(x):
        fake = generator(torch.randn(x.shape[0], 64))
        critic_optimizer.zero_grad()
        (F.softplus(-critic(x)).mean() + F.softplus(critic(fake.detach())).mean()).backward()
        critic_optimizer.step()
        generator_optimizer.zero_grad()
        F.softplus(-critic(fake)).mean().backward()
        generator_optimizer.step()

    return round


def penalized():
    generator, critic = networks()
    generator_optimizer, critic_optimizer = optimizers(generator, critic, 1e-4, (0.0, 0.9))

    def penalty(x, fake):
        share = torch.rand(x.shape[0], 1)
        between = (share * x + (1 - share) * fake).requires_grad_(True)
        gradient, = autograd.grad(critic(between).sum(), between, create_graph=True)
        return 10 * ((gradient.norm(2, dim=1) - 1) ** 2).mean()

    def round(x):
        fake = generator(torch.randn(x.shape[0], 64)).detach()
        critic_optimizer.zero_grad()
        (critic(fake).mean() - critic(x).mean() + penalty(x, fake)).backward()
        critic_optimizer.step()
        generator_optimizer.zero_grad()
        (-critic(generator(torch.randn(x.shape[0], 64))).mean()).backward()
        generator_optimizer.step()

    return round


games = {"non-saturating": non_saturating(), "penalized": penalized()}

for line in sys.stdin:
    play = games[line.strip()]
    began = time.perf_counter()
    order = torch.randperm(images.shape[0])
    for number in range(rounds):
        play(images[order[number * 128:(number + 1) * 128]].float() / 127.5 - 1)
    print((time.perf_counter() - began) * 1000 / rounds, flush=True)

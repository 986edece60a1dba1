// A whole program: build, train, evaluate, save, load and sample a variational autoencoder, as a console app would.
// It keeps the promise that this takes about thirty lines.
using static FacadeTests.Setup;

namespace FacadeTests;

public sealed class WholeProgramTests
{
    [Fact]
    public async Task A_variational_autoencoder_is_built_trained_evaluated_saved_loaded_and_sampled()
    {
        using var file = new TemporaryFile();
        using var stop = new CancellationTokenSource();
        var (train, test) = (Stripes(), Stripes().Take(32));
        RandomNumbers.Seed(1);

        Vae Build() => new(
            encoder: Net.Mlp(12, 16).Then(Head.DiagonalNormal(2)),
            decoder: Net.Mlp(2, 16).Then(Head.Bernoulli(12)),
            prior: Normal.Standard([2]));

        var vae = Build();
        var options = new TrainingOptions { Epochs = 5, BatchSize = 16, Optimizer = Optimizer.Adam(1e-2) };
        var progress = new Progress<TrainingProgress>(report => Console.WriteLine($"{report.Epoch}: {report.Loss}"));
        var result = await vae.FitAsync(train, options, progress, stop.Token);

        var elbo = await test.MeanAsync(16, x => vae.Elbo(x).Value, stop.Token);
        var nll = -await test.MeanAsync(16, x => vae.LogEvidence(x, samples: 50), stop.Token);

        vae.Save(file.Path);
        var copy = Build();
        copy.Load(file.Path);

        var x = test.Head(4);
        Assert.Equal(5, result.Epochs.Count);
        Assert.True(-nll > elbo - 0.5);
        Assert.Equal(vae.Reconstruct(x), copy.Reconstruct(x));
        Assert.Equal([8, 12], copy.Generate(8).Shape);
        Assert.All(copy.Sample(8).ToArray<float>(), value => Assert.True(value is 0 or 1));
    }
}

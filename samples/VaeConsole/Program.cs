// data: mnist
// A variational autoencoder on MNIST from C#: trains it, reports ELBO and evidence, draws digits into artifacts/vae-console/.
// Run it with `build/run sample vae-console [--epochs N] [--batch N] [--seed N] [--data DIR]`; Ctrl+C stops training and goes on.
using Functional.CSharp;
using Samples;

return await Arguments.RunAsync(args, ["epochs", "batch", "seed", "data"], async arguments =>
{
    var (epochs, batch) = (arguments.Int("epochs", 5, atLeast: 1), arguments.Int("batch", 128, atLeast: 1));
    var folder = Arguments.Artifacts("vae-console");
    RandomNumbers.Seed(arguments.Int("seed", 1));

    var mnist = await Mnist.LoadAsync(arguments.Folder("data", Arguments.Mnist));
    var (train, test) = (mnist.Train.Binarized(), mnist.Test.Binarized());

    var vae = new Vae(
        encoder: Net.Mlp(784, 400).Then(Head.DiagonalNormal(20)),
        decoder: Net.Mlp(20, 400).Then(Head.Bernoulli(784)),
        prior: Normal.Standard([20]));

    var training = new TrainingOptions
    {
        Epochs = epochs,
        BatchSize = batch,
        Optimizer = Optimizer.Adam(1e-3),
        OnEpoch = epoch =>
        {
            var testElbo = test.Mean(1000, x => vae.Elbo(x).Value);
            StatusLine.Clear();
            Console.WriteLine(FormattableString.Invariant(
                $"epoch {epoch.Epoch}  train elbo {-epoch.Loss:F2}  test elbo {testElbo:F2}  {epoch.Duration.TotalSeconds:F1} s"));
        },
    };

    try
    {
        using var stop = new CtrlC();
        await vae.FitAsync(train, training, new StatusLine(), stop.Token);
    }
    catch (OperationCanceledException)
    {
        StatusLine.Clear();
        Console.WriteLine("stopped early; going on with the weights so far");
    }

    vae.Save(Path.Combine(folder, "vae.safetensors"));

    var images = Math.Min(2000, test.Length);
    var logEvidence = await test.Take(images).MeanAsync(500, x => vae.LogEvidence(x, samples: 100));
    var nll = FormattableString.Invariant($"{-logEvidence:F2}");
    Console.WriteLine($"test nll {nll} nats (100 importance samples, {images} images)");

    // Each digit is followed by its reconstruction.
    var originals = test.Head(Math.Min(64, test.Length));
    var pairs = Tensor.Stack([originals, vae.Reconstruct(originals)], dim: 1);
    pairs.View([-1, 1, 28, 28]).SaveImage(Path.Combine(folder, "reconstructions.png"), gridCols: 16);
    vae.Generate(128).View([-1, 1, 28, 28]).SaveImage(Path.Combine(folder, "samples.png"), gridCols: 16);
    Console.WriteLine($"pictures and weights: {folder}");
});

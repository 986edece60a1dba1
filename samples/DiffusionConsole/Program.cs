// data: mnist
// A small diffusion model on MNIST from C#: trains it, reports the bound, draws digits into artifacts/diffusion-console/.
// Run it with `build/run sample diffusion-console [--epochs N] [--batch N] [--channels N] [--steps N] [--seed N] [--data DIR]`; Ctrl+C stops training
// and goes on.
using Functional.CSharp;
using Samples;

return await Arguments.RunAsync(args, ["epochs", "batch", "channels", "steps", "seed", "data"], async arguments =>
{
    var (epochs, batch) = (arguments.Int("epochs", 3, atLeast: 1), arguments.Int("batch", 128, atLeast: 1));
    var (channels, steps) = (arguments.Int("channels", 16, atLeast: 8), arguments.Int("steps", 100, atLeast: 1));
    var folder = Arguments.Artifacts("diffusion-console");
    RandomNumbers.Seed(arguments.Int("seed", 1));

    var mnist = await Mnist.LoadAsync(arguments.Folder("data", Arguments.Mnist));
    var (train, test) = (mnist.Train.Pixels().Map(Images), mnist.Test.Pixels().Map(Images));

    var denoiser = new Denoiser(
        NoiseSchedule.VariancePreserving(),
        Prediction.Noise,
        UNet.Create(new() { Channels = channels, Multipliers = [1, 2, 4] }));

    var average = new WeightAverage(0.995);

    var training = new TrainingOptions
    {
        Epochs = epochs,
        BatchSize = batch,
        Optimizer = average.Of(Optimizer.Adam(1e-3)),
        OnEpoch = epoch =>
        {
            StatusLine.Clear();
            Console.WriteLine(FormattableString.Invariant(
                $"epoch {epoch.Epoch}  simple loss {epoch.Loss:F2}  {epoch.Duration.TotalSeconds:F1} s"));
        },
    };

    try
    {
        using var stop = new CtrlC();
        await Training.FitAsync(
            denoiser.Parameters, DiffusionLoss.Simple(denoiser), train, training, new StatusLine(), stop.Token);
    }
    catch (OperationCanceledException)
    {
        StatusLine.Clear();
        Console.WriteLine("stopped early; going on with the weights so far");
    }

    average.During(() =>
    {
        Weights.Save(Path.Combine(folder, "diffusion.safetensors"), denoiser.Parameters);

        var bound = new DiffusionBound(1000, Reconstruction.Quantized(256));
        var bits = test.Mean(
            250, x => Gradient.Off(() => DiffusionBound.BitsPerDimension(x, bound.Estimate(Mode.Eval, denoiser, x).Value)));
        Console.WriteLine(FormattableString.Invariant($"bits per dimension by the bound: {bits:F3} bits"));

        var digits = Sampler.Ancestral().Sample(denoiser.Clipped(), [64, 1, 28, 28], new() { Steps = steps });
        ((digits + 1) / 2).SaveImage(Path.Combine(folder, "samples.png"), gridCols: 16);
    });

    Console.WriteLine($"pictures and weights: {folder}");
});

// Vectors of brightnesses between 0 and 1 as images between -1 and 1.
static Tensor Images(Tensor pixels) => pixels.View([-1, 1, 28, 28]) * 2 - 1;

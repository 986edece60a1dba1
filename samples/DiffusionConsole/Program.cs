// data: mnist
// A small diffusion model of MNIST that is told which digit to draw, from C#: trains it with and without labels, reports the bound, and draws a row of
// each digit by classifier-free guidance into artifacts/diffusion-console/.
// Run it with `build/run sample diffusion-console [--epochs N] [--batch N] [--channels N] [--steps N] [--seed N] [--data DIR]`; Ctrl+C stops training
// and goes on.
using Functional.CSharp;
using Samples;

return await Arguments.RunAsync(args, ["epochs", "batch", "channels", "steps", "seed", "data"], async arguments =>
{
    var (epochs, batch) = (arguments.Int("epochs", 2, atLeast: 1), arguments.Int("batch", 32, atLeast: 1));
    var (channels, steps) = (arguments.Int("channels", 16, atLeast: 8), arguments.Int("steps", 100, atLeast: 1));
    var folder = Arguments.Artifacts("diffusion-console");
    RandomNumbers.Seed(arguments.Int("seed", 1));

    var mnist = await Mnist.LoadAsync(arguments.Folder("data", Arguments.Mnist));
    var network = UNet.Conditional(10, new() { Channels = channels, Multipliers = [1, 2, 4] });
    var schedule = NoiseSchedule.VariancePreserving();

    // one network for all labels, and for 10, which says nothing
    Denoiser Of(Tensor labels) => Denoiser.Conditional(schedule, Prediction.Noise, network, labels);
    Denoiser Untold(int count) => Of(Tensor.Full([count], 10, Dtype.Int64));

    var objective = DiffusionLoss.Conditional(
        LossWeighting.Noise,
        TimeSampling.LowDiscrepancy,
        (Tensor labels) => Of(Guidance.Dropped(0.1, Tensor.FromScalar(10), labels)));

    var average = new WeightAverage(0.998);
    var train = mnist.Train.Centred().Zip(mnist.Train.Labels());
    var falling = Schedule.Cosine(1, 0.02, epochs * train.BatchCount(batch));

    var training = new TrainingOptions
    {
        Epochs = epochs,
        BatchSize = batch,
        Optimizer = average.Of(Optimizer.Adam(1e-3).Scheduled(falling)),
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
        await Training.FitAsync(network.Parameters, objective, train, training, new StatusLine(), stop.Token);
    }
    catch (OperationCanceledException)
    {
        StatusLine.Clear();
        Console.WriteLine("stopped early; going on with the weights so far");
    }

    average.During(() =>
    {
        Weights.Save(Path.Combine(folder, "diffusion.safetensors"), network.Parameters);

        var bound = new DiffusionBound(1000, Reconstruction.Quantized(256));
        var bits = mnist.Test.Centred().Mean(
            250,
            x => Gradient.Off(
                () => DiffusionBound.BitsPerDimension(x, bound.Estimate(Mode.Eval, Untold(x.Shape[0]), x).Value)));
        Console.WriteLine(FormattableString.Invariant($"bits per dimension by the bound: {bits:F3} bits"));

        // 16 of each digit, a row for each
        var labels = Tensor.FromArray(Enumerable.Range(0, 160).Select(i => (long)i / 16).ToArray());
        var guided = Guidance.ClassifierFree(2, Of(labels), Untold(160)).Clipped();
        var digits = Sampler.Ancestral().Sample(guided, [160, 1, 28, 28], new() { Steps = steps });
        ((digits + 1) / 2).SaveImage(Path.Combine(folder, "samples.png"), gridCols: 16);
    });

    Console.WriteLine($"pictures and weights: {folder}");
});

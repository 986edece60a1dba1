// Convolutional networks, U-Nets and averaged weights, as a C# user writes them.
// What they compute is tested in F#; here is that they can be said in C#, and refuse what does not fit.
namespace FacadeTests;

public sealed class ImageNetTests
{
    private static readonly UNetOptions Small = new() { Channels = 8, Multipliers = [1, 2], Attention = [2], Heads = 2, Groups = 4 };

    [Fact]
    public void Convolutions_make_a_classifier_of_pixels()
    {
        var net = Net.Reshape(1, 8, 8)
            .Then(Net.Conv2d(Filter.Same(3), 1, 4)).Then(Net.GroupNorm(2, 4)).Then(Activation.Silu)
            .Then(Net.Conv2d(Filter.Half, 4, 8)).Then(Net.BatchNorm(8)).Then(Activation.LeakyRelu)
            .Then(Net.ResidualBlock(4, 8, 8)).Then(Net.ImageAttention(2, 4, 8))
            .Then(Net.AveragePool(2)).Then(Net.Flatten).Then(Net.Linear(8 * 2 * 2, 10));

        Assert.Equal([5, 10], net.Run(Mode.Train, Tensor.Randn([5, 64])).Shape);
        Assert.Equal(2, net.Parameters.Count(parameter => !parameter.Trained));
        Assert.Equal(net.ParameterCount, net.Parameters.Where(parameter => parameter.Trained).Sum(parameter => parameter.Value.Nelement));
    }

    [Fact]
    public void Transposed_convolutions_and_upsampling_make_a_generator()
    {
        var net = Net.Linear(3, 16).Then(Net.Reshape(4, 2, 2)).Then(Net.ConvTranspose2d(Filter.Half, 4, 4))
            .Then(Net.Upsample(2)).Then(Net.Residual(Net.Conv2d(new Filter(3, Padding: 1), 4, 4)));

        Assert.Equal([5, 4, 8, 8], net.Run(Mode.Train, Tensor.Randn([5, 3])).Shape);
        Assert.Equal([5, 4], net.Then(Net.GlobalAveragePool).Run(Mode.Eval, Tensor.Randn([5, 3])).Shape);
    }

    [Fact]
    public void Spectrally_normalised_layers_make_a_critic()
    {
        var critic = SpectralNorm.Conv2d(Filter.Half, 1, 4).Then(SpectralNorm.ConvTranspose2d(Filter.Half, 4, 2)).Then(Net.Flatten)
            .Then(SpectralNorm.Linear(2 * 4 * 4, 1));

        Assert.Equal([3, 1], critic.Run(Mode.Train, Tensor.Randn([3, 1, 4, 4])).Shape);
        Assert.Equal(6, critic.Parameters.Count(parameter => !parameter.Trained));
    }

    [Fact]
    public void Sequences_attend_and_labels_and_times_are_embedded()
    {
        Assert.Equal([2, 5, 8], Net.SelfAttention(2, 8).Then(Net.LayerNorm(8)).Run(Mode.Eval, Tensor.Randn([2, 5, 8])).Shape);
        Assert.Equal([4, 6], Net.Embedding(10, 6).Run(Mode.Eval, Tensor.FromArray(new long[] { 0, 9, 3, 3 })).Shape);
        Assert.Equal([4, 12], Net.TimeEmbedding(8, 12).Run(Mode.Eval, Tensor.Rand([4])).Shape);
        Assert.Equal([4, 8], Net.Sinusoidal(8).Run(Mode.Eval, Tensor.Rand([4])).Shape);
        var (x, e) = (Tensor.Randn([2, 4, 3, 3]), Tensor.Randn([2, 6]));
        Assert.Equal([2, 4, 3, 3], Net.Modulate(4, 6).Run(Mode.Eval, (x, e)).Shape);
        Assert.Equal([2, 8, 3, 3], Net.ModulatedBlock(2, 0.1, 4, 8, 6).Run(Mode.Train, (x, e)).Shape);
    }

    [Fact]
    public void A_UNet_takes_images_times_and_labels()
    {
        var (x, t) = (Tensor.Randn([2, 1, 4, 4]), Tensor.Rand([2]));
        Assert.Equal([2, 1, 4, 4], UNet.Create(Small).Run(Mode.Train, (x, t)).Shape);
        var labels = Tensor.FromArray(new long[] { 2, 3 });
        Assert.Equal([2, 1, 4, 4], UNet.Conditional(3, Small).Run(Mode.Eval, (x, t, labels)).Shape);
        Assert.True(UNet.Create().ParameterCount > 700_000);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var message = Assert.Throws<ArgumentException>(
            () => UNet.Create(Small).Run(Mode.Eval, (Tensor.Randn([2, 1, 5, 4]), Tensor.Rand([2])))).Message;
        Assert.Contains("multiples of 2", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new UNetOptions { Channels = 0 });
        Assert.Throws<ArgumentException>(() => UNet.Create(new() { Attention = [4] }));

        UNetOptions[] wrong = [new() { Groups = 5 }, new() { Heads = 3 }, new() { Channels = 15, Groups = 1 }, new() { Dropout = 1.5 }];

        Assert.All(
            wrong,
            options => Assert.StartsWith("UNet: ", Assert.Throws<ArgumentException>(() => UNet.Create(options)).Message));

        Assert.Throws<ArgumentException>(() => Net.Dropout(1));
        Assert.Throws<ArgumentException>(() => Filter.Same(2));
        Assert.Throws<ArgumentException>(() => Net.Conv2d(Filter.Half, 1, 4).Then(Net.Conv2d(Filter.Half, 3, 4)));
        Assert.Throws<ArgumentException>(() => new WeightAverage(1));
        Assert.Throws<InvalidOperationException>(() => new WeightAverage().During(() => { }));
    }

    [Fact]
    public void Averaged_weights_are_in_place_for_a_while()
    {
        var net = Net.Linear(1, 1);
        var weight = net.Parameters[0].Value;
        var average = new WeightAverage(0.5);
        var optimizer = average.Of(Optimizer.Sgd(0.1)).Start(net.Parameters);
        var start = weight.ToSingle();
        optimizer.Step(net.Parameters.Select(parameter => Tensor.Ones(parameter.Value.Shape)));
        Assert.Equal(2 / 11.0, average.DecayAt(1));
        Assert.Equal(start - 0.1 * (1 - 2 / 11.0), average.During(() => weight.ToSingle()), 5);
        Assert.Equal(start - 0.1, weight.ToSingle(), 5);
        Assert.Contains("average.linear.weight", optimizer.Memory.Keys);
    }

    [Fact]
    public async Task Averaged_weights_stay_in_place_until_a_task_has_ended()
    {
        var net = Net.Linear(1, 1);
        var weight = net.Parameters[0].Value;
        var average = new WeightAverage(0.5);
        average.Of(Optimizer.Sgd(0.1)).Start(net.Parameters).Step(net.Parameters.Select(parameter => Tensor.Ones(parameter.Value.Shape)));
        var own = weight.ToSingle();
        var averaged = average.During(() => weight.ToSingle());
        Assert.NotEqual(averaged, own);

        var gate = new TaskCompletionSource();

        async Task<float> Late()
        {
            await gate.Task;
            return weight.ToSingle();
        }

        var running = average.DuringAsync(Late);
        Assert.Equal(averaged, weight.ToSingle());
        gate.SetResult();
        Assert.Equal(averaged, await running);
        Assert.Equal(own, weight.ToSingle());

        var seen = 0f;
        await average.DuringAsync(async () => { seen = await Late(); });
        Assert.Equal(averaged, seen);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => average.DuringAsync(() => Task.FromCanceled<int>(new CancellationToken(canceled: true))));

        Assert.Equal(own, weight.ToSingle());

        // A sampler at work would lose the averages while it runs.
        var message = Assert.Throws<ArgumentException>("body", () => { _ = average.During(Late); }).Message;
        Assert.Contains("DuringAsync", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("body", () => { _ = average.During(async () => await Task.Yield()); });
    }
}

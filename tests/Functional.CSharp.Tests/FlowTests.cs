// Flows, stochastic equations and flow matching, as a C# program uses them.
using static FacadeTests.Setup;

namespace FacadeTests;

public sealed class FlowTests
{
    // Data N(0, 1) stay N(0, 1) on a variance-preserving path, where the score is -x.
    private static readonly NoiseSchedule Schedule = NoiseSchedule.VariancePreserving(0.1, 20);

    private static readonly Denoiser Normal1 = Denoiser.FromFunction(Schedule, Prediction.Score, (x, _) => -x);

    private static Net<(Tensor X, Tensor Time), Tensor> Network() =>
        Net.FromFunction(((Tensor X, Tensor Time) pair) => Tensor.Cat([pair.X, pair.Time.Unsqueeze(1)], 1))
            .Then(Net.Mlp(Activation.Silu, 3, 32, 32))
            .Then(Net.Linear(32, 2));

    [Fact]
    public void Equations_run_forwards_and_in_reverse()
    {
        RandomNumbers.WithSeed(1, () =>
        {
            var noise = SdeSolver.Solve(SdeMethod.Heun, 100, ReverseSde.Forward(Schedule), 0, 1, Tensor.Zeros([4000, 1]));
            Assert.Equal(1, noise.Std().ToDouble(), 1);
            var data = ReverseSde.Follow(Normal1, noise, new() { Steps = 100, Denoise = false });
            Assert.Equal(1, data.Std().ToDouble(), 1);
            var few = new ReverseSdeOptions { Steps = 5, Method = SdeMethod.EulerMaruyama };
            Assert.Equal([3, 1], ReverseSde.Sample(Normal1, 3, [1], few).Shape);
            return 0;
        });
    }

    private sealed class Log : IProgress<SamplerProgress>
    {
        public List<(int Step, int Steps, double Time, double Sum)> Entries { get; } = [];

        public void Report(SamplerProgress value) =>
            Entries.Add((value.Step, value.Steps, value.Time, value.State.Sum().ToDouble()));
    }

    [Fact]
    public async Task Steps_along_a_reverse_equation_are_reported()
    {
        var (follow, sample) = (new Log(), new Log());
        var options = new ReverseSdeOptions { Steps = 3, Start = 0.7, Finish = 0.1 };
        var x = ReverseSde.Follow(Normal1, Tensor.Randn([4, 2]), options, follow);
        Assert.Equal([1, 2, 3], follow.Entries.Select(entry => entry.Step));
        Assert.Equal(0.5, follow.Entries[0].Time, 9);
        Assert.Equal(3, follow.Entries[0].Steps);
        Assert.Equal(x.Sum().ToDouble(), follow.Entries[^1].Sum);
        await ReverseSde.SampleAsync(Normal1, 4, [2], options, sample);
        Assert.Equal(3, sample.Entries.Count);
    }

    private static Net<TIn, TOut> Watched<TIn, TOut>(Net<TIn, TOut> network, Action<TIn> watch) =>
        Net.FromFunction((TIn input) =>
        {
            watch(input);
            return input;
        }).Then(network);

    [Fact]
    public void Inputs_of_networks_are_called_points_and_times()
    {
        var seen = new List<double>();
        var (x, t) = (Tensor.Zeros([1, 2]), Tensor.Full([1], 0.5));
        var field = VelocityField.Rectified(Network());
        Watched(field.Network, input => seen.Add(input.Time[0].ToDouble() + input.X.Sum().ToDouble())).Run(Mode.Eval, (x, t));
        Watched(field.ToDenoiser().Network, input => seen.Add(input.Time[0].ToDouble())).Run(Mode.Eval, (x, t));
        var network = UNet.Create(new() { Channels = 8, Multipliers = [1], Attention = [] });
        Watched(network, input => seen.Add(input.Time[0].ToDouble())).Run(Mode.Eval, (Tensor.Zeros([1, 1, 4, 4]), t));
        Assert.Equal([0.5, 0.5, 0.5], seen);
    }

    [Fact]
    public void An_equation_of_ones_own_is_stepped_through()
    {
        var sde = new Sde((x, _) => -x, t => t * 0);
        var x = SdeSolver.Solve(SdeMethod.Heun, 200, sde, 0, 1, Tensor.Ones([2, 1]));
        Assert.Equal(Math.Exp(-1), x[0, 0].ToDouble(), 3);
        Assert.Equal(0.9, SdeMethod.EulerMaruyama.Step(sde, 0, 0.1, Tensor.Ones([1, 1]), Tensor.Ones([1, 1]))[0, 0].ToDouble(), 5);
        Assert.Equal(0, sde.DiffusionSquared(Tensor.Ones([2]))[0].ToDouble());
        Assert.Equal(-1, sde.Drift(Tensor.Ones([1, 1]), Tensor.Ones([1]))[0, 0].ToDouble());
        Assert.Equal([1, 2], SdeMethod.All.Select(method => method.Order));
        Assert.Equal(20, ReverseSde.Reverse(Normal1).DiffusionSquared(Tensor.Ones([1]))[0].ToDouble(), 4);
    }

    [Fact]
    public void A_denoiser_has_a_flow_with_a_likelihood()
    {
        var flow = ProbabilityFlow.FromDenoiser(Normal1, [2], dataTime: 1e-3);
        var x = Tensor.FromArray(new[,] { { 0.5, -1 }, { 0, 2 } });
        var expected = Normal.Standard([2]).LogProb(x);
        Assert.True(flow.LogLikelihood(x).AllClose(expected, 1e-3));
        Assert.True(flow.LogLikelihood(x, TraceMethod.Hutchinson(Probe.Gaussian)).AllClose(expected, 1e-3));
        Assert.True(flow.Decode(flow.Encode(x).State).State.AllClose(x, 1e-3));
        Assert.Equal([5, 2, 2], flow.Path(x, 5).Shape);
        Assert.Equal([3, 2], flow.Sample(3).Shape);
        Assert.Equal([2], flow.EncodeWithChange(x).State.Change.Shape);
        Assert.Equal(1e-3, flow.DataTime);
        Assert.Equal(1e-4, ProbabilityFlow.FromDenoiser(Normal1, [2]).DataTime);
        Assert.Contains("1e-4", Assert.Throws<ArgumentException>(() => ProbabilityFlow.FromDenoiser(Normal1, [2], dataTime: 0)).Message);
        Assert.True(flow.Field(0.5, x).AllClose(flow.Velocity(x, Tensor.Full([2], 0.5))));

        var still = new ProbabilityFlow((points, _) => points * 0, Normal.Standard([2]));
        var bits = still.BitsPerDimension(Tensor.Zeros([1, 2]))[0].ToDouble();
        Assert.Equal((Math.Log(Math.Sqrt(2 * Math.PI)) - Math.Log(2.0 / 255)) / Math.Log(2), bits, 3);
        Assert.Throws<ArgumentException>(() => still.LogLikelihood(x.Unsqueeze(0)));
    }

    [Fact]
    public async Task Sampling_can_be_waited_for_and_cancelled()
    {
        var flow = ProbabilityFlow.FromDenoiser(Normal1, [2], dataTime: 1e-3);
        Assert.Equal([3, 2], (await flow.SampleAsync(3)).Shape);
        Assert.Equal([3, 2], (await ReverseSde.SampleAsync(Normal1, 3, [2], new() { Steps = 5 })).Shape);
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => ReverseSde.Sample(Normal1, 3, [2], cancellationToken: source.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flow.SampleAsync(3, cancellationToken: source.Token));
    }

    // Cancels after so many evaluations, and counts them.
    private static (ProbabilityFlow Flow, Func<int> Evaluations) Stopping(CancellationTokenSource source, int after)
    {
        var evaluations = 0;

        return (new((x, _) =>
        {
            if (++evaluations == after)
            {
                source.Cancel();
            }

            return x;
        }, Normal.Standard([2])), () => evaluations);
    }

    public static TheoryData<string, Func<ProbabilityFlow, CancellationToken, Task>> LongWork => new()
    {
        { "encode", (flow, token) => flow.EncodeAsync(Tensor.Ones([3, 2]), cancellationToken: token) },
        { "decode", (flow, token) => flow.DecodeAsync(Tensor.Ones([3, 2]), cancellationToken: token) },
        { "likelihood", (flow, token) => flow.LogLikelihoodAsync(Tensor.Ones([3, 2]), cancellationToken: token) },
        { "bits", (flow, token) => flow.BitsPerDimensionAsync(Tensor.Ones([3, 2]), cancellationToken: token) },
        { "pairs", (flow, token) => RectifiedFlow.PairsAsync(flow, 3, cancellationToken: token) },
        { "bend", (flow, token) => Task.Run(() => RectifiedFlow.Bend(flow, Tensor.Ones([3, 2]), cancellationToken: token)) },
    };

    [Theory]
    [MemberData(nameof(LongWork))]
    public async Task Work_along_a_flow_is_a_task_and_can_be_cancelled(
        string name, Func<ProbabilityFlow, CancellationToken, Task> work)
    {
        Assert.NotEmpty(name);
        using var never = new CancellationTokenSource();
        var (whole, all) = Stopping(never, after: -1);
        await work(whole, never.Token);

        using var source = new CancellationTokenSource();
        var (flow, evaluations) = Stopping(source, after: 3);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work(flow, source.Token));
        Assert.InRange(evaluations(), 3, all() - 1);
    }

    [Fact]
    public async Task Tasks_say_what_the_calls_say()
    {
        var flow = ProbabilityFlow.FromDenoiser(Normal1, [2], dataTime: 1e-3);
        var x = Tensor.FromArray(new[,] { { 0.5, -1 }, { 0, 2 } });
        Assert.True((await flow.LogLikelihoodAsync(x)).AllClose(flow.LogLikelihood(x)));
        Assert.True((await flow.EncodeAsync(x)).State.AllClose(flow.Encode(x).State));
        Assert.True((await flow.DecodeAsync(x)).State.AllClose(flow.Decode(x).State));
        Assert.Equal([2], (await flow.BitsPerDimensionAsync(x, levels: 16)).Shape);
        Assert.Equal(7, (await RectifiedFlow.PairsAsync(flow, 7)).Length);
    }

    [Fact]
    public async Task A_field_is_trained_and_straightened()
    {
        var field = VelocityField.Rectified(Network());
        var data = Dataset.FromTensor(Tensor.Randn([256, 2]) + 3);
        var options = new TrainingOptions { Epochs = 30, BatchSize = 64, Optimizer = Optimizer.Adam(0.01) };
        var result = await field.FitAsync(data, options);
        Assert.True(result.Epochs[^1].Loss < result.Epochs[0].Loss);

        var flow = field.Flow(2);
        Assert.Equal(3, flow.Sample(500).Mean().ToDouble(), 0);
        var pairs = RectifiedFlow.Pairs(flow, 100);
        Assert.Equal(100, pairs.Length);
        Assert.Equal("flow matching", Assert.Single(field.PairLoss(pairs.Head(10)).Terms).Name);
        Assert.Equal([4], RectifiedFlow.Bend(flow, Tensor.Randn([4, 2])).Shape);
    }

    [Fact]
    public void A_field_is_a_denoiser_and_back()
    {
        var field = VelocityField.FromDenoiser(Normal1);
        var (x, t) = (Tensor.Randn([3, 2]), Tensor.FromArray(new[] { 0.2, 0.5, 0.9 }));
        Assert.True(field.ToDenoiser().Score(x, t).AllClose(-x, 1e-3));
        Assert.Equal(Schedule.Name, field.Schedule.Name);
        Assert.Empty(field.Parameters);
        Assert.Equal([3, 2], field.Network.Run(Mode.Eval, (x, t)).Shape);
        Assert.Equal(0.1, FlowMatching.Path(0.1).At(0)[0].Noise, 6);
    }

    [Fact]
    public void Objectives_take_couplings_and_times()
    {
        var field = new VelocityField(NoiseSchedule.Rectified, Network());
        var data = Tensor.Randn([16, 2]);
        var options = new FlowMatchingOptions { Coupling = Coupling.OptimalTransport(), Times = TimeSampling.LowDiscrepancy };
        var objective = FlowMatching.Objective(field, options);
        Assert.True(objective(data).Value.ToDouble() > 0);
        Assert.Equal([16], FlowMatching.Estimate(Mode.Eval, field, data, data, Tensor.Full([16], 0.5)).Value.Shape);

        var same = new Coupling("the same", (_, noise) => noise);
        Assert.True(same.Pair(data, data).AllClose(data));
        Assert.Equal(2, Coupling.All.Count);
        Assert.Equal("independent", Coupling.Independent.ToString());
        Assert.NotEmpty(Coupling.Independent.Source);
        Assert.Throws<ArgumentOutOfRangeException>(() => Coupling.OptimalTransport(share: 0));
        Assert.Throws<ArgumentException>(() => FlowMatching.Path(1));
        Assert.Throws<ArgumentException>(() => ReverseSde.Sample(Normal1, 1, [2], new() { Finish = 2 }));
    }
}

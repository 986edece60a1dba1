// The variational autoencoders beside the plain one, as a C# program uses them: given a context, filling in, with learned priors,
// with labels, with several layers. Small networks; what is known exactly is asked for exactly.
using static FacadeTests.Setup;

namespace FacadeTests;

public sealed class VaeModelTests
{
    private static readonly Bound[] Bounds =
        [Elbo.Bound(), Elbo.Bound(particles: 3), Elbo.MonteCarlo(2), Iwae.Bound(4), Renyi.Bound(0.5, 3), Cubo.Bound(2, 3)];

    private static readonly TrainingOptions Quick = new() { Epochs = 30, BatchSize = 16, Optimizer = Optimizer.Adam(0.01) };

    // ---- networks of two inputs ----

    [Fact]
    public void Join_puts_two_tensors_side_by_side()
    {
        var (first, second) = (Tensor.Randn([4, 2]), Tensor.Randn([3, 4, 5]));
        var joined = Net.Join.Run(Mode.Eval, (first, second));
        Assert.Equal([3, 4, 7], joined.Shape);
        Assert.Equal(first, joined[1].Split([2, 5], -1)[0]);
        Assert.Equal(second[2], joined[2].Split([2, 5], -1)[1]);
        Assert.Empty(Net.Join.Parameters);
        Assert.ThrowsAny<ArgumentException>(() => Net.Join.Run(Mode.Eval, (Tensor.Zeros([3, 2]), second)));
        Assert.Throws<ArgumentNullException>(() => Net.Join.Run(Mode.Eval, (first, null!)));
    }

    [Fact]
    public void Joined_is_a_linear_layer_on_both()
    {
        var net = Net.LinearPair(2, 3, 4);
        Assert.Equal(4, net.OutputFeatures);
        Assert.Equal((2 + 3 + 1) * 4, net.ParameterCount);
        var (x, y) = (Tensor.Randn([5, 2]), Tensor.Randn([6, 1, 3]));
        var (w, v, b) = (net.Parameters[0].Value, net.Parameters[1].Value, net.Parameters[2].Value);
        var wanted = Net.Join.Run(Mode.Eval, (x, y.Expand([6, 5, 3]))).Matmul(Tensor.Cat([w, v], dim: 1).Transpose()) + b;
        Close(wanted, net.Run(Mode.Eval, (x, y)));
        Assert.ThrowsAny<ArgumentException>(() => net.Run(Mode.Eval, (x, x)));
        Assert.ThrowsAny<ArgumentException>(() => Net.LinearPair(0, 1, 1));
    }

    // ---- with a context ----

    private static ConditionalVae SmallConditional(int x = 6, int context = 6) =>
        new(
            prior: Net.Mlp(context, 16).Then(Head.DiagonalNormal(2)),
            encoder: Net.Join.Then(Net.Mlp(x + context, 16)).Then(Head.DiagonalNormal(2)),
            decoder: Net.Join.Then(Net.Mlp(2 + context, 16)).Then(Head.Bernoulli(x)));

    // The left half of a stripe, and the right half as its context.
    private static (Tensor X, Tensor Context) Halves(Tensor images)
    {
        var halves = images.Split([6, 6], -1);
        return (halves[0], halves[1]);
    }

    [Fact]
    public async Task A_conditional_autoencoder_is_trained_and_draws_for_every_context()
    {
        await RandomNumbers.WithSeed(1, async () =>
        {
            var (vae, data) = (SmallConditional(), Stripes().Map(Halves));
            var before = data.Mean(64, batch => vae.Elbo(batch).Value);
            var result = await vae.FitAsync(data, Quick);
            var after = data.Mean(64, batch => vae.Elbo(batch).Value);
            Assert.True(after > before + 1, $"{before} -> {after}");
            Assert.Equal(["reconstruction", "kl"], result.Epochs[0].Terms.Select(term => term.Name));

            // the context tells what x is: ones on one side, zeros on the other
            var sides = Tensor.Cat([Tensor.Zeros([1, 6]), Tensor.Ones([1, 6])]);
            var drawn = vae.Generate(50, sides).Mean([0, 2], keepDim: false);
            Assert.True(drawn[0].ToDouble() > 0.6 && drawn[1].ToDouble() < 0.4, $"{drawn}");
        });
    }

    [Fact]
    public void Every_function_of_a_conditional_autoencoder_has_its_shape_and_takes_every_bound()
    {
        var vae = RandomNumbers.WithSeed(1, () => SmallConditional(context: 3));
        var batch = RandomNumbers.WithSeed(2, () => (X: Bits(4, 6), Context: Tensor.Randn([4, 3])));
        Assert.Equal(12, vae.Parameters.Count);
        Assert.Contains("prior.linear.weight", vae.Parameters.Select(parameter => parameter.Name));
        Assert.Equal(["z", "x"], vae.Model(Mode.Eval, batch).Trace().Sites.Select(site => site.Name));
        Assert.Equal([4, 2], vae.Guide(Mode.Eval, batch).Sample().Shape);
        TakesEveryBound(
            vae.Parameters, bound => vae.Objective(bound)(batch), (mode, bound) => vae.Estimate(mode, bound, batch), 4);
        Close(Seeded(() => -vae.Elbo(batch).Value.Mean()), Seeded(() => vae.Loss(batch).Value));

        var (model, guide) = (vae.Model(Mode.Eval, batch), vae.Guide(Mode.Eval, batch));
        Close(Seeded(() => LogEvidence.Estimate(model, guide, 7)), Seeded(() => vae.LogEvidence(batch, samples: 7)));
        Close(vae.Decoder.Run(Mode.Eval, (vae.Encoder.Run(Mode.Eval, batch).Mean, batch.Context)).Mean, vae.Reconstruct(batch));
        Assert.Equal([5, 4, 6], vae.Generate(5, batch.Context).Shape);
        Assert.Equal([5, 4, 6], vae.Sample(5, batch.Context).Shape);
        Assert.False(Gradient.IsRecorded(vae.Generate(5, batch.Context)));
    }

    [Fact]
    public void Quadrants_split_an_image_and_join_it_again()
    {
        var quadrants = new Quadrants(3, 4, Quadrant.LowerLeft, Quadrant.LowerRight);
        var image = Tensor.Arange(12).View([1, 12]);
        var (hidden, visible) = quadrants.Split(image);
        Assert.Equal((8, 4), (quadrants.HiddenCount, quadrants.VisibleCount));
        Assert.Equal([8L, 9, 10, 11], visible.Cast(Dtype.Int64).View([4]).ToArray<long>());
        Assert.Equal(image, quadrants.Join(hidden, visible));
        Assert.Equal([5, 1, 12], quadrants.Join(hidden.Expand([5, 1, 8]), visible).Shape);
        Assert.All(Enum.GetValues<Quadrant>(), quadrant => Assert.Equal(4, new Quadrants(4, 4, quadrant).VisibleCount));
        var diagonal = new Quadrants(2, 2, Quadrant.LowerLeft, Quadrant.UpperRight);
        Assert.Equal([1L, 2], diagonal.Split(Tensor.FromArray(new long[] { 0, 1, 2, 3 })).Visible.ToArray<long>());
        Assert.ThrowsAny<ArgumentException>(() => new Quadrants(4, 4));
        Assert.ThrowsAny<ArgumentException>(() => new Quadrants(4, 4, Enum.GetValues<Quadrant>()));
    }

    // ---- filling in ----

    [Fact]
    public void Masks_hide_pixels_and_rectangles()
    {
        var images = Tensor.Zeros([500, 12]);
        Assert.Equal(images, Masks.Pixels(1, images));
        Assert.Equal(Tensor.Ones([500, 12]), Masks.Pixels(0, images));
        Assert.Equal(0.7, Masks.Pixels(0.3, images).Mean().ToDouble(), 0.05);

        // a rectangle is hidden: rows and columns with something hidden in them, all of it where both cross
        var hidden = 1 - Masks.Rectangles(3, 4, images).View([500, 3, 4]);
        Assert.Equal(hidden, hidden.Max(1, keepDim: true) * hidden.Max(2, keepDim: true));
        Assert.ThrowsAny<ArgumentException>(() => Masks.Pixels(1.5, images));
        Assert.ThrowsAny<ArgumentException>(() => Masks.Rectangles(3, 5, images));
    }

    [Fact]
    public void What_is_visible_stays_and_what_is_hidden_is_not_looked_at()
    {
        var vae = RandomNumbers.WithSeed(1, () => SmallConditional(x: 6, context: 12));
        var (x, visible) = RandomNumbers.WithSeed(2, () => (Bits(4, 6), Bits(4, 6)));
        Assert.Equal([4, 12], InPainting.Context((x, visible)).Shape);

        foreach (var filled in new[] { InPainting.Sample(3, vae, (x, visible)), InPainting.Generate(3, vae, (x, visible)) })
        {
            Assert.Equal([3, 4, 6], filled.Shape);
            Assert.Equal((x * visible).Expand([3, 4, 6]), filled * visible);
        }

        var unknown = Tensor.Where(visible.Gt(0.5), x, Tensor.Full([4, 6], double.NaN));
        Assert.Equal(
            Seeded(() => InPainting.Generate(3, vae, (x, visible))),
            Seeded(() => InPainting.Generate(3, vae, (unknown, visible))));

        var allVisible = (x, Tensor.Ones([4, 6]));
        Assert.Equal(Tensor.Zeros([4]), InPainting.Estimate(Mode.Eval, Elbo.Bound(), vae, allVisible)["reconstruction"]);
        Assert.ThrowsAny<ArgumentException>(() => InPainting.Context((x, Tensor.Ones([4, 5]))));
    }

    [Fact]
    public async Task An_in_painter_is_trained_with_masks_that_are_drawn_anew()
    {
        await RandomNumbers.WithSeed(1, async () =>
        {
            var vae = SmallConditional(x: 12, context: 24);
            var data = Stripes().Map(x => (X: x, Visible: Masks.Pixels(0.5, x)));
            double Evidence() => Seeded(() => data.Mean(64, batch => InPainting.LogEvidence(vae, batch, samples: 20)));
            var before = Evidence();
            await Training.FitAsync(vae.Parameters, InPainting.Objective(Elbo.Bound(), vae), data, Quick);
            Assert.True(Evidence() > before + 0.5, $"{before} -> {Evidence()}");

            var batch = data.Head(5);
            TakesEveryBound(
                vae.Parameters,
                bound => InPainting.Objective(bound, vae)(batch),
                (mode, bound) => InPainting.Estimate(mode, bound, vae, batch),
                5);
            var (model, guide) = (InPainting.Model(Mode.Eval, vae, batch), InPainting.Guide(Mode.Eval, vae, batch));
            Same(() => LogEvidence.Estimate(model, guide, 7), () => InPainting.LogEvidence(vae, batch, samples: 7));
        });
    }

    // ---- learned priors ----

    private static VampVae SmallVamp(Net<ValueTuple, Tensor> pseudoInputs) =>
        new(Net.Mlp(12, 16).Then(Head.DiagonalNormal(2)), Net.Mlp(2, 16).Then(Head.Bernoulli(12)), pseudoInputs);

    [Fact]
    public async Task A_VampPrior_is_the_mixture_of_what_the_encoder_makes_of_its_inputs()
    {
        await RandomNumbers.WithSeed(1, async () =>
        {
            var start = Stripes().Head(3);
            Assert.Equal(start, PseudoInputs.Real(start).Run(Mode.Eval, default));
            Close(start.Clamp(0.01, 0.99), PseudoInputs.UnitInterval(start).Run(Mode.Eval, default));

            var vae = SmallVamp(PseudoInputs.UnitInterval(start));
            Assert.Contains("prior.pseudoInputs", vae.Parameters.Select(parameter => parameter.Name));
            var codes = vae.Encoder.Run(Mode.Eval, vae.PseudoInputs.Run(Mode.Eval, default));
            var z = Tensor.Randn([7, 2]);
            var prior = Assert.IsType<Mixture>(vae.Prior(Mode.Eval));
            Close(codes.LogProb(z.Unsqueeze(1).Expand([7, 3, 2])).LogSumExp(-1) - Math.Log(3), prior.LogProb(z));

            var x = Stripes().Head(5);
            TakesEveryBound(vae.Parameters, bound => vae.Objective(bound)(x), (mode, bound) => vae.Estimate(mode, bound, x), 5);
            var plain = vae.ToVae(Mode.Eval);
            Same(() => plain.LogEvidence(x, 7), () => vae.LogEvidence(x, 7));
            Same(() => plain.Reconstruct(x), () => vae.Reconstruct(x));
            Same(() => plain.Generate(4), () => vae.Generate(4));
            Same(() => plain.Sample(4), () => vae.Sample(4));
            Same(() => plain.Elbo(x).Value, () => vae.Elbo(x).Value);
            Same(() => plain.Model(Mode.Eval, x).LogJoint(("z", z[..5])), () => vae.Model(Mode.Eval, x).LogJoint(("z", z[..5])));
            Same(() => plain.Guide(Mode.Eval, x).Sample(), () => vae.Guide(Mode.Eval, x).Sample());

            var learned = vae.PseudoInputs.Run(Mode.Eval, default).Clone();
            var result = await vae.FitAsync(Stripes(), Quick);
            Assert.Equal(["reconstruction", "kl (Monte Carlo)"], result.Epochs[0].Terms.Select(term => term.Name));
            Assert.True(result.Epochs[^1].Loss < result.Epochs[0].Loss - 0.5);
            Assert.NotEqual(learned, vae.PseudoInputs.Run(Mode.Eval, default));
        });
    }

    private static GaussianMixtureVae SmallMixture() =>
        GaussianMixtureVae.Create(3, 2, Net.Mlp(12, 16).Then(Head.DiagonalNormal(2)), Net.Mlp(2, 16).Then(Head.Bernoulli(12)));

    [Fact]
    public async Task A_mixture_prior_is_learned_and_clusters_the_data()
    {
        await RandomNumbers.WithSeed(1, async () =>
        {
            var (vae, x) = (SmallMixture(), Stripes().Head(5));
            Assert.Contains("prior.means", vae.Parameters.Select(parameter => parameter.Name));
            TakesEveryBound(vae.Parameters, bound => vae.Objective(bound)(x), (mode, bound) => vae.Estimate(mode, bound, x), 5);

            var result = await vae.FitAsync(Stripes(), Quick);
            Assert.Equal(["reconstruction", "kl (Monte Carlo)"], result.Epochs[0].Terms.Select(term => term.Name));
            Assert.True(result.Epochs[^1].Loss < result.Epochs[0].Loss - 0.5);

            // it is the plain autoencoder with its mixture, and the mixture is what its parameters say
            var plain = new Vae(vae.Encoder, vae.Decoder, vae.Prior);
            var z = Tensor.Randn([5, 2]);
            Same(() => plain.LogEvidence(x, 7), () => vae.LogEvidence(x, 7));
            Same(() => plain.Elbo(x).Value, () => vae.Elbo(x).Value);
            Same(() => plain.Reconstruct(x), () => vae.Reconstruct(x));
            Same(() => plain.Generate(4), () => vae.Generate(4));
            Same(() => plain.Sample(4), () => vae.Sample(4));
            Same(() => plain.Guide(Mode.Eval, x).Sample(), () => vae.Guide(Mode.Eval, x).Sample());
            Same(() => plain.Model(Mode.Eval, x).LogJoint(("z", z)), () => vae.Model(Mode.Eval, x).LogJoint(("z", z)));
            Close(vae.Means.Value, vae.Clusters.Mean);
            Close(vae.LogScales.Value, vae.Clusters.StandardDeviation.Log());
            Close(vae.Logits.Value.Softmax(-1), vae.Weights.Probabilities);

            var logJoint = vae.Weights.LogProbabilities + vae.Clusters.LogProb(z.Unsqueeze(1).Expand([5, 3, 2]));
            Close(logJoint - vae.Prior.LogProb(z).Unsqueeze(-1), vae.Responsibilities(z));
            var clusters = vae.ClustersOf(x, samples: 50);
            Assert.Equal([5, 3], clusters.Shape);
            Close(Tensor.Ones([5]), clusters.Sum(-1));
            Assert.Equal([4, 12], vae.GenerateFrom(cluster: 2, count: 4).Shape);
            Assert.ThrowsAny<ArgumentException>(() => vae.GenerateFrom(cluster: 3, count: 4));
        });
    }

    [Fact]
    public void A_mixture_prior_begins_as_the_one_that_is_given()
    {
        var (encoder, decoder) = (SmallMixture().Encoder, SmallMixture().Decoder);
        var (weights, means, scales) = (Row(0.25, 0.75), Tensor.Randn([2, 2]), Tensor.Rand([2, 2]) + 0.5);
        var vae = GaussianMixtureVae.FromMixture(weights, means, scales, encoder, decoder);
        Close(weights, vae.Weights.Probabilities);
        Close(means, vae.Clusters.Mean);
        Close(scales, vae.Clusters.StandardDeviation);
        Assert.ThrowsAny<ArgumentException>(() => GaussianMixtureVae.FromMixture(weights, means, Row(1, 1), encoder, decoder));
        Assert.ThrowsAny<ArgumentException>(() => GaussianMixtureVae.FromMixture(Row(1, 1), means, scales, encoder, decoder));
        Assert.Throws<ArgumentOutOfRangeException>("clusters", () => GaussianMixtureVae.Create(0, 2, encoder, decoder));
        Assert.Throws<ArgumentNullException>("decoder", () => GaussianMixtureVae.Create(1, 2, encoder, null!));
    }

    // ---- some labels ----

    private static SemiSupervisedVae SmallSemiSupervised() =>
        new(
            classifier: Net.Mlp(12, 16).Then(Head.OneHotCategorical(2)),
            encoder: Net.LinearPair(12, 2, 16).Then(Activation.Relu).Then(Head.DiagonalNormal(2)),
            decoder: Net.LinearPair(2, 2, 16).Then(Activation.Relu).Then(Head.Bernoulli(12)),
            labels: OneHotCategorical.FromLogits(Tensor.Zeros([2])),
            prior: Normal.Standard([2]));

    // Even stripes have ones on the right, odd ones on the left.
    private static Tensor Sides(int count) =>
        Tensor.Eye(2).IndexSelect(0, Tensor.FromArray(Enumerable.Range(0, count).Select(i => (long)(i % 2)).ToArray()));

    [Fact]
    public async Task A_few_labels_teach_a_classifier()
    {
        await RandomNumbers.WithSeed(1, async () =>
        {
            var vae = SmallSemiSupervised();
            var labelled = Stripes().Take(8).Zip(Dataset.FromTensor(Sides(8)));
            var result = await vae.FitAsync(alpha: 5, labelled.Cycle(64).Zip(Stripes()), Quick);
            Assert.True(result.Epochs[^1].Loss < result.Epochs[0].Loss - 1);
            Assert.Contains("classification", result.Epochs[0].Terms.Select(term => term.Name));
            Assert.Contains("unlabelled reconstruction", result.Epochs[0].Terms.Select(term => term.Name));

            var found = vae.Classify(Stripes().Head(64));
            Assert.Equal([64, 2], found.Shape);
            Assert.True((found * Sides(64)).Sum(-1).Mean().ToDouble() > 0.9);

            // an image of a label shows ones on its side
            var image = vae.GenerateOf(Sides(2)[1], count: 20).Mean(0, keepDim: false);
            Assert.True(image[..6].Mean().ToDouble() > image[6..].Mean().ToDouble() + 0.3, $"{image}");
        });
    }

    [Fact]
    public void Bounds_with_and_without_labels_are_those_of_the_programs()
    {
        var vae = RandomNumbers.WithSeed(1, SmallSemiSupervised);
        var (x, y) = (Stripes().Head(4), Sides(4));
        TakesEveryBound(
            vae.Parameters, bound => vae.UnlabelledObjective(bound)(x), (mode, bound) => vae.Estimate(mode, bound, x), 4);

        TakesEveryBound(
            [.. vae.Parameters.Where(parameter => !parameter.Name.StartsWith("classifier.", StringComparison.Ordinal))],
            bound => vae.LabelledObjective(bound)((x, y)),
            (mode, bound) => vae.EstimateLabelled(mode, bound, (x, y)),
            4);

        var q = Assert.IsType<OneHotCategorical>(vae.Classifier.Run(Mode.Eval, x));
        Close(-q.LogProb(y).Mean(), vae.Classification((x, y)).Value);
        Same(
            () => LogEvidence.Estimate(vae.Model(Mode.Eval, x), vae.Guide(Mode.Eval, x), 7), () => vae.LogEvidence(x, 7));
        Same(
            () => LogEvidence.Estimate(vae.LabelledModel(Mode.Eval, (x, y)), vae.LabelledGuide(Mode.Eval, (x, y)), 7),
            () => vae.LabelledLogEvidence((x, y), 7));

        // both kinds of examples, and the classifier
        var together = Seeded(() => vae.Objective(3, Elbo.Bound())(((x, y), x)));
        var sum = Seeded(() =>
            vae.UnlabelledObjective(Elbo.Bound())(x).Value
            + vae.LabelledObjective(Elbo.Bound())((x, y)).Value
            + vae.Classification((x, y)).Value * 3);
        Close(sum, together.Value);

        Assert.Equal([4, 12], vae.Reconstruct(x).Shape);
        Assert.Equal([5, 12], vae.Generate(5).Shape);
        Assert.Equal([5, 12], vae.Sample(5).Shape);
        Assert.Equal(y.Shape, vae.Classify(x).Shape);
        Close(Tensor.Ones([4]), vae.Classify(x).Sum(-1));
        Assert.ThrowsAny<ArgumentException>(() => vae.Objective(-1, Elbo.Bound()));
        Assert.Contains("labels", Assert.ThrowsAny<ArgumentException>(() => vae.LabelledModel(Mode.Eval, (x, Sides(3)))).Message);
    }

    // ---- several layers ----

    [Fact]
    public void One_layer_is_the_plain_autoencoder_number_for_number()
    {
        var (vae, x) = (RandomNumbers.WithSeed(1, SmallVae), Stripes().Head(5));
        var upward = Net.FromFunction((Tensor x) => x);

        foreach (var inference in new[] { Hierarchy.BottomUp(vae.Encoder), Hierarchy.Ladder((upward, vae.Encoder)) })
        {
            var chain = new HierarchicalVae(inference, [vae.Decoder], vae.Prior);

            foreach (var bound in Bounds)
            {
                Same(() => vae.Objective(bound)(x).Value, () => chain.Objective(bound)(x).Value);
                Same(() => vae.Estimate(Mode.Eval, bound, x).Value, () => chain.Estimate(Mode.Eval, bound, x).Value);
            }

            Same(() => vae.Loss(x).Value, () => chain.Loss(x).Value);
            Same(() => vae.Elbo(x).Value, () => chain.Elbo(x).Value);
            Same(() => vae.LogEvidence(x, 7), () => chain.LogEvidence(x, 7));
            Same(() => vae.Reconstruct(x), () => chain.Reconstruct(x));
            Same(() => vae.Generate(4), () => chain.Generate(4));
            Same(() => vae.Sample(4), () => chain.Sample(4));
        }
    }

    private static HierarchicalVae Deep(bool ladder)
    {
        var inference = ladder
            ? Hierarchy.Ladder(
                (Net.Mlp(12, 16), Net.Linear(16, 8).Then(Head.DiagonalNormal(3))),
                (Net.Mlp(16, 16), Net.Linear(16, 8).Then(Head.DiagonalNormal(2))))
            : Hierarchy.BottomUp(
                Net.Mlp(12, 16).Then(Head.DiagonalNormal(3)),
                Net.Mlp(3, 16).Then(Head.DiagonalNormal(2)));

        return new(
            inference,
            decoders: [Net.Mlp(3, 16).Then(Head.Bernoulli(12)), Net.Mlp(2, 16).Then(Head.DiagonalNormal(3))],
            prior: Normal.Standard([2]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Two_layers_are_trained_from_below_and_by_a_ladder(bool ladder)
    {
        await RandomNumbers.WithSeed(1, async () =>
        {
            var (vae, x) = (Deep(ladder), Stripes().Head(5));
            Assert.Equal(["z2", "z1", "x"], vae.Model(Mode.Eval, x).Trace().Sites.Select(site => site.Name));
            Assert.Equal(
                ladder ? ["z2", "z1"] : ["z1", "z2"], vae.Guide(Mode.Eval, x).Trace().Sites.Select(site => site.Name));
            Assert.Equal(
                ladder
                    ? ["upward1", "upward2", "encoder1", "encoder2", "decoder1", "decoder2"]
                    : ["encoder1", "encoder2", "decoder1", "decoder2"],
                vae.Parameters.Select(parameter => parameter.Name.Split('.')[0]).Distinct());

            TakesEveryBound(vae.Parameters, bound => vae.Objective(bound)(x), (mode, bound) => vae.Estimate(mode, bound, x), 5);
            var result = await vae.FitAsync(Stripes(), Quick);
            Assert.Equal(
                ladder ? ["reconstruction", "kl"] : ["reconstruction", "kl", "kl (Monte Carlo)"],
                result.Epochs[0].Terms.Select(term => term.Name));
            Assert.True(result.Epochs[^1].Loss < result.Epochs[0].Loss - 0.5);
            Same(() => LogEvidence.Estimate(vae.Model(Mode.Eval, x), vae.Guide(Mode.Eval, x), 7), () => vae.LogEvidence(x, 7));
            Assert.Equal([5, 12], vae.Reconstruct(x).Shape);
            Assert.Equal([4, 12], vae.Generate(4).Shape);
            Assert.Equal([4, 12], vae.Sample(4).Shape);
        });
    }

    [Fact]
    public void Layers_that_do_not_match_are_refused()
    {
        var vae = Deep(ladder: false);
        var shallow = new HierarchicalVae(vae.Inference, [vae.Decoders[0]], vae.Prior);
        var error = Assert.ThrowsAny<ArgumentException>(() => shallow.Loss(Stripes().Head(2)));
        Assert.Contains("1 decoders and 2 encoders", error.Message);
        Assert.Throws<ArgumentNullException>("decoders", () => new HierarchicalVae(vae.Inference, [null!], vae.Prior));
        Assert.Throws<ArgumentNullException>("encoders", () => Hierarchy.BottomUp(null!, null!));
        Assert.Throws<ArgumentNullException>("rungs", () => Hierarchy.Ladder((null!, vae.Decoders[0])));
    }

    // ---- all of them ----

    [Fact]
    public void Weights_come_back_as_they_were_saved()
    {
        Returns(() => SmallConditional(), vae => vae.Parameters, (vae, path) => vae.Save(path), (vae, path) => vae.Load(path));
        Returns(
            () => SmallVamp(PseudoInputs.Real(Tensor.Randn([2, 12]))),
            vae => vae.Parameters,
            (vae, path) => vae.Save(path),
            (vae, path) => vae.Load(path));
        Returns(SmallMixture, vae => vae.Parameters, (vae, path) => vae.Save(path), (vae, path) => vae.Load(path));
        Returns(SmallSemiSupervised, vae => vae.Parameters, (vae, path) => vae.Save(path), (vae, path) => vae.Load(path));
        Returns(() => Deep(ladder: true), vae => vae.Parameters, (vae, path) => vae.Save(path), (vae, path) => vae.Load(path));
    }

    [Fact]
    public void The_evidence_comes_with_what_tells_whether_to_believe_it()
    {
        var (vae, x) = (RandomNumbers.WithSeed(1, SmallVae), Stripes().Head(3));
        var (model, guide) = (vae.Model(Mode.Eval, x), vae.Guide(Mode.Eval, x));
        var summary = Seeded(() => LogEvidence.Summarize(model, guide, samples: 200));
        Close(Seeded(() => LogEvidence.Estimate(model, guide, samples: 200)), summary.LogEvidence);
        Assert.Equal(200, summary.Draws);
        Assert.Equal([3], summary.ParetoShape.Shape);
        Assert.Throws<ArgumentOutOfRangeException>("samples", () => LogEvidence.Summarize(model, guide, samples: 0));
    }

    [Fact]
    public void What_is_missing_is_named()
    {
        var (vae, x) = (SmallConditional(), Bits(2, 6));
        Assert.Throws<ArgumentNullException>("batch.Context", () => vae.Elbo((x, null!)));
        Assert.Throws<ArgumentNullException>("bound", () => vae.Objective(null!));
        Assert.Throws<ArgumentNullException>("decoder", () => new ConditionalVae(vae.Prior, vae.Encoder, null!));
        Assert.Throws<ArgumentNullException>("vae", () => InPainting.Sample(1, null!, (x, x)));
        Assert.Throws<ArgumentNullException>("batch.Visible", () => InPainting.Context((x, null!)));
        Assert.Throws<ArgumentOutOfRangeException>("count", () => vae.Sample(0, x));
        Assert.Throws<ArgumentNullException>("start", () => PseudoInputs.Real(null!));
        Assert.Throws<ArgumentNullException>("images", () => Masks.Pixels(0.5, null!));
        Assert.Throws<ArgumentNullException>("data", () => { _ = SmallSemiSupervised().FitAsync(1, null!); });
    }

    // ---- helpers ----

    private static Tensor Bits(int batch, int size) => Tensor.Rand([batch, size]).Round();

    private static T Seeded<T>(Func<T> run) => RandomNumbers.WithSeed(3, run);

    private static void Close(Tensor expected, Tensor actual) =>
        Assert.True(actual.AllClose(expected, 1e-4, 1e-4), $"expected {expected}, found {actual}");

    private static void Same(Func<Tensor> expected, Func<Tensor> actual) => Close(Seeded(expected), Seeded(actual));

    // A loss is minus the mean of a lower bound or the mean of an upper one, and changes every parameter.
    private static void TakesEveryBound(
        IReadOnlyList<Parameter> parameters, Func<Bound, Loss> objective, Func<Mode, Bound, Loss> estimate, int batch)
    {
        foreach (var bound in Bounds)
        {
            var values = Seeded(() => estimate(Mode.Train, bound).Value);
            var loss = Seeded(() => objective(bound).Value);
            Assert.Equal([batch], values.Shape);
            Close(bound.Side == Side.Upper ? values.Mean() : -values.Mean(), loss);
            var slopes = Gradient.OfLoss(loss, [.. parameters.Select(parameter => parameter.Value)]);

            Assert.All(parameters.Zip(slopes), pair =>
                Assert.True(pair.Second.Abs().Sum().ToDouble() > 0, $"{bound} does not train {pair.First}"));
        }
    }

    private static void Returns<T>(
        Func<T> build, Func<T, IReadOnlyList<Parameter>> parameters, Action<T, string> save, Action<T, string> load)
    {
        using var file = new TemporaryFile();
        var (saved, loaded) = (build(), build());
        save(saved, file.Path);
        Assert.NotEqual(parameters(saved)[0].Value, parameters(loaded)[0].Value);
        load(loaded, file.Path);
        Assert.All(parameters(saved).Zip(parameters(loaded)), pair => Assert.Equal(pair.First.Value, pair.Second.Value));
    }
}

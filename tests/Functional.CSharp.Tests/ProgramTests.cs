// Programs as a C# user writes them: models in both styles, conditioning, replay, plates, enumeration, particles, traces.
// Each is checked against a closed form; the laws of programs are in Functional.Tests.
using static FacadeTests.Setup;

namespace FacadeTests;

public sealed class ProgramTests
{
    private static readonly Normal Unit = new(0, 1);

    // Every application has one, and it is in nobody's way.
    internal static class Program;

    // mu ~ N(0, 5²), tau ~ LogNormal(0, 1), theta_j ~ N(mu, tau²), y_j ~ N(theta_j, sigma_j²): Rubin's eight schools (1981).
    private static readonly Tensor Effects = Row(28, 8, -3, 7, -1, 1, 18, 12);
    private static readonly Tensor Errors = Row(15, 10, 16, 11, 9, 11, 10, 18);

    private static readonly Program<(Tensor Mu, Tensor Theta)> Schools = new(p =>
    {
        var mu = p.Sample("mu", new Normal(0, 5));
        var tau = p.Sample("tau", new LogNormal(0, 1));

        var theta = p.Plate("schools", 8, _ =>
        {
            var theta = p.Sample("theta", new Normal(mu, tau));
            p.Observe("y", new Normal(theta, Errors), Effects);
            return theta;
        });

        return (mu, theta);
    });

    private static readonly Program<(Tensor Mu, Tensor Theta)> SchoolsAsQuery =
        from mu in Programs.Sample("mu", new Normal(0, 5))
        from tau in Programs.Sample("tau", new LogNormal(0, 1))
        from theta in Programs.Plate("schools", 8, _ =>
            from theta in Programs.Sample("theta", new Normal(mu, tau))
            from y in Programs.Observe("y", new Normal(theta, Errors), Effects)
            select theta)
        select (mu, theta);

    private static readonly Tensor Weights = Row(0.2, 0.3, 0.5);
    private static readonly Tensor Means = Row(-2, 0, 3);
    private static readonly Tensor Data = Row(-2.5, 0.3, 2.0, 4.0, -0.7);

    // Five numbers from three normal distributions; the labels are drawn, to be summed out.
    private static readonly Program<ValueTuple> Clusters = Programs.Of(p =>
    {
        p.Plate("data", 5, _ =>
        {
            var k = p.Sample("k", Categorical.FromProbabilities(Weights));
            p.Observe("x", new Normal(Pick(Means, k), Tensor.FromScalar(1.0)), Data);
        });
    });

    private static readonly Program<Tensor> ClustersAsQuery =
        Programs.Plate("data", 5, _ =>
            from k in Programs.Sample("k", Categorical.FromProbabilities(Weights))
            from x in Programs.Observe("x", new Normal(Pick(Means, k), Tensor.FromScalar(1.0)), Data)
            select k);

    // z ~ N(0, 1), x ~ N(z, 0.5²).
    private static Program<Tensor> Location(double x) =>
        new(p =>
        {
            var z = p.Sample("z", Unit);
            p.Observe("x", new Normal(z, Tensor.FromScalar(0.5)), Tensor.FromScalar(x));
            return z;
        });

    // ---- the two styles ----

    [Fact]
    public void Both_styles_make_the_same_programs()
    {
        var draws = new[] { ("mu", Tensor.FromScalar(3.0)), ("tau", Tensor.FromScalar(2.0)), ("theta", Effects * 0.5) };

        var byHand =
            new Normal(0, 5).LogProb(draws[0].Item2) + new LogNormal(0, 1).LogProb(draws[1].Item2)
            + new Normal(3, 2).LogProb(draws[2].Item2).Sum() + new Normal(draws[2].Item2, Errors).LogProb(Effects).Sum();

        Close(byHand, Schools.LogJoint(draws));
        Close(byHand, SchoolsAsQuery.LogJoint(draws));
        Close(byHand, SchoolsAsQuery.LogJoint(draws.ToDictionary(pair => pair.Item1, pair => pair.Item2)));

        Assert.Equal(Schools.Seed(1).Trace().ToString(), SchoolsAsQuery.Seed(1).Trace().ToString());
        Assert.Equal(Clusters.Seed(1).Trace().ToString(), ClustersAsQuery.Seed(1).Trace().ToString());
    }

    [Fact]
    public void A_variational_autoencoder_is_a_model_and_a_guide()
    {
        var (encoder, decoder) = RandomNumbers.WithSeed(1, () =>
            (Net.Mlp(12, 16).Then(Head.DiagonalNormal(2)), Net.Mlp(2, 16).Then(Head.Bernoulli(12))));

        var x = Stripes().Head(5);

        Program<Tensor> Model(Tensor x) => new(p =>
        {
            var z = p.Sample("z", Normal.Standard([2]));
            p.Observe("x", decoder.Run(Mode.Eval, z), x);
            return z;
        });

        Program<Tensor> ModelAsQuery(Tensor x) =>
            from z in Programs.Sample("z", Normal.Standard([2]))
            from _ in Programs.Observe("x", decoder.Run(Mode.Eval, z), x)
            select z;

        var guide = Programs.Of(q => q.Sample("z", encoder.Run(Mode.Eval, x)));
        Model(x).Fits(guide);

        var trace = guide.Trace();
        var joint = Model(x).Replay(trace).Trace();
        Assert.Equal(trace.Result, joint.Result);
        Close(Normal.Standard([2]).LogProb(trace.Result) + decoder.Run(Mode.Eval, trace.Result).LogProb(x), joint.LogDensity);
        Close(joint.LogDensity, ModelAsQuery(x).Replay(trace).Trace().LogDensity);
        Assert.Equal([5], joint.LogDensity.Shape);

        // gradients flow through the guide's draws to both networks
        var elbo = (joint.LogDensity - trace.LogDensity).Mean();
        var parameters = encoder.Parameters.Concat(decoder.Parameters).Select(parameter => parameter.Value).ToArray();
        Assert.All(Gradient.OfLoss(elbo, parameters), gradient => Assert.True(gradient.Abs().Sum().ToDouble() > 0));
    }

    [Fact]
    public void Programs_are_made_of_programs()
    {
        var guide = new Program<Tensor>(p => p.Sample("a", Unit));

        var model = Programs.Of(p =>
        {
            var a = guide.Run(p);
            var pair = p.Plate("pair", 2, _ => guide.Rewrite(site => site with { Name = "b" }).Run(p));
            return a + pair.Sum();
        });

        var trace = model.Trace();
        Assert.Equal(["a", "b"], trace.Sites.Select(site => site.Name));
        Close(trace["a"].Value + trace["b"].Value.Sum(), trace.Result);
        Close(Unit.LogProb(trace["a"].Value) + Unit.LogProb(trace["b"].Value).Sum(), trace.LogDensity);

        var all = Programs.All(from name in "xyz" select Programs.Sample($"{name}", Unit)).Trace();
        Assert.Equal(all.Sites.Select(site => site.Value), all.Result);

        var mapped = Programs.Result(3).Select(number => number + 1).SelectMany(number => Programs.Result($"{number}"));
        Assert.Equal("4", mapped.Sample());
        Assert.Empty(mapped.Trace().Sites);
        Assert.Equal(0, mapped.Trace().LogDensity.ToDouble());

        var chained =
            from a in Programs.Sample("a", Unit)
            let twice = a * 2
            from b in Programs.Deterministic("b", twice + 1)
            from c in Programs.Factor("c", b)
            select b;

        var run = chained.Trace();
        Close(run["a"].Value * 2 + 1, run.Result);
        Close(Unit.LogProb(run["a"].Value) + run.Result, run.LogDensity);
    }

    // ---- handlers ----

    [Fact]
    public void Conditioning_makes_a_model_a_function_of_its_draws()
    {
        // log p(z = 0.3, x = 1) by the formula of the normal density
        var byHand = -Math.Log(2 * Math.PI) - Math.Log(0.5) - 0.3 * 0.3 / 2 - 0.7 * 0.7 / (2 * 0.25);
        var z = Tensor.FromScalar(0.3);
        var conditioned = Location(1).Condition(("z", z)).Trace();
        Assert.Equal(byHand, conditioned.LogDensity.ToDouble(), 5);
        Assert.Empty(conditioned.Latents);
        Assert.Equal(SiteKind.Observed, conditioned["z"].Kind);

        var substituted = Location(1).Substitute(new Dictionary<string, Tensor> { ["z"] = z }).Trace();
        Assert.Equal(byHand, substituted.LogDensity.ToDouble(), 5);
        Assert.Equal(["z"], substituted.Latents.Select(site => site.Name));
        Assert.Equal(byHand, Location(1).LogJoint(("z", z)).ToDouble(), 5);

        // d/dz log p(z, x) = -z + (x - z)/σ²
        var slope = Differentiate.Gradient(z => Location(1).LogJoint(("z", z)), z);
        Assert.Equal(-0.3 + 0.7 / 0.25, slope.ToDouble(), 4);

        // without its observations the model makes data: x ~ N(0, 1.25)
        var data = Location(1).Uncondition().Particles(20_000).Seed(3).Trace();
        Assert.Equal(["z", "x"], data.Latents.Select(site => site.Name));
        Assert.Equal(0, data["x"].Value.Mean().ToDouble(), 5 * Math.Sqrt(1.25 / 20_000));
        Assert.Equal(1.25, data["x"].Value.Var().ToDouble(), 5 * 1.25 * Math.Sqrt(2.0 / 20_000));
    }

    [Fact]
    public void Replay_gives_the_values_and_the_copies_of_a_trace()
    {
        var y = Row(1, 2, 3, 4, 5, 6);

        var model = Programs.Of(p =>
        {
            var z = p.Sample("z", Unit);
            return p.PlateOf("data", 6, 2, indices =>
            {
                p.Observe("y", new Normal(z, Tensor.FromScalar(1.0)), Pick(y, indices));
                return indices;
            });
        });

        var trace = model.Trace();
        var again = model.Replay(trace).Trace();
        Assert.Equal(trace.Result, again.Result);
        Assert.Equal(trace["z"].Value, again["z"].Value);
        Close(trace.LogDensity, again.LogDensity);

        var one = trace["z"].Value;
        Assert.Equal(Location(0).Replay(trace).Sample(), one);
        Assert.Equal(Location(0).Seed(5).Sample(), Location(0).Seed(5).Sample());
        Assert.NotEqual(Location(0).Seed(5).Sample(), Location(0).Seed(6).Sample());
    }

    [Fact]
    public void Scaled_masked_hidden_and_rewritten_sites()
    {
        var draws = ("theta", Effects * 0.5);
        var model = Schools.Condition(("mu", Tensor.FromScalar(3.0)), ("tau", Tensor.FromScalar(2.0)));
        var whole = model.LogJoint(draws);
        var trace = model.Substitute(draws).Trace();

        Close(whole * 0.25, model.Scale(0.25).LogJoint(draws));
        Close(whole - trace["y"].Contribution, model.Block(site => site.Name == "y").LogJoint(draws));

        // of the observations only the first two count
        var seen = Row(1, 1, 0, 0, 0, 0, 0, 0).Cast(Dtype.Bool);
        var masked = Programs.Of(p =>
        {
            p.Plate("schools", 8, _ =>
                Programs.Observe("y", new Normal(Effects * 0.5, Errors), Effects).Mask(seen).Run(p));
        });
        Close(trace["y"].LogDensity[..2].Sum(), masked.Trace().LogDensity);

        var tempered = model.Rewrite(site => site.Kind == SiteKind.Observed ? site with { Scale = site.Scale * 0.5 } : site);
        var observed = trace.Sites.Where(site => site.Kind == SiteKind.Observed).Select(site => site.Contribution);
        Close(whole - 0.5 * observed.Aggregate((a, b) => a + b), tempered.LogJoint(draws));

        var eight = new Normal(Tensor.Zeros([8]), Tensor.Ones([8]));
        var wider = model.Rewrite(site => site.Name == "theta" ? site with { Distribution = eight } : site);
        Close(whole - trace["theta"].Contribution + Unit.LogProb(draws.Item2).Sum(), wider.LogJoint(draws));

        var known = Location(1).Rewrite(site =>
            site.IsOpen ? site with { Kind = SiteKind.Observed, Value = Tensor.FromScalar(0.3) } : site);
        Close(Location(1).LogJoint(("z", Tensor.FromScalar(0.3))), known.Trace().LogDensity);
    }

    // ---- plates ----

    [Fact]
    public void A_subsampled_plate_stands_for_the_whole()
    {
        var y = Row(1, -2, 3, 0.5);
        var z = Tensor.FromScalar(0.3);

        Tensor Joint(Action<Handler, Action<Tensor>> plate) =>
            Programs.Of(p =>
            {
                var z = p.Sample("z", Unit);
                plate(p, indices => p.Observe("y", new Normal(z, Tensor.FromScalar(1.0)), Pick(y, indices)));
            }).LogJoint(("z", z));

        var whole = Joint((p, body) => p.Plate("data", 4, body));
        Close(Unit.LogProb(z) + new Normal(0.3, 1).LogProb(y).Sum(), whole);

        // the mean over all six pairs is the whole
        var pairs =
            from i in Enumerable.Range(0, 4)
            from j in Enumerable.Range(i + 1, 3 - i)
            select Joint((p, body) => p.PlateAt("data", 4, Tensor.FromArray(new[] { i, j }), body));

        Close(whole, Tensor.Stack(pairs.ToArray()).Mean());

        var drawn = Tensor.Stack([.. Enumerable.Range(0, 300).Select(_ => Joint((p, body) => p.PlateOf("data", 4, 2, body)))]);
        var error = drawn.Std().ToDouble() / Math.Sqrt(300);
        Assert.True(error > 0);
        Assert.Equal(whole.ToDouble(), drawn.Mean().ToDouble(), 5 * error);
    }

    [Fact]
    public void Nested_plates_take_axes_from_the_right()
    {
        var model = Programs.Of(p =>
        {
            Assert.Empty(p.Plates);

            var inner = p.Plate("rows", 4, rows =>
            {
                Assert.Equal([4], p.Sample("a", Unit).Shape);
                return p.PlateAt("columns", 6, Tensor.FromArray(new[] { 5, 0, 3 }), columns =>
                {
                    Assert.Equal([5, 0, 3], columns.ToArray<int>());
                    Assert.Equal(["columns(3 of 6)", "rows(4)"], p.Plates.Select(plate => $"{plate}"));
                    return p.Sample("b", Unit);
                });
            });

            Assert.Equal([3, 4], inner.Shape);
            Assert.Empty(p.Plates);
            p.Plate("rows", 4, rows => { p.Sample("c", new Normal(Tensor.Zeros([4]), Tensor.Ones([4]))); });
        });

        var trace = model.Trace();
        var (rows, columns) = (trace.Plates[0], trace.Plates[1]);
        Assert.Equal(("rows", 4, 4, 1, 1.0), (rows.Name, rows.Size, rows.Count, rows.Axis, rows.Scale));
        Assert.Equal(("columns", 6, 3, 2, 2.0), (columns.Name, columns.Size, columns.Count, columns.Axis, columns.Scale));
        Assert.Equal([0, 1, 2, 3], rows.Indices.ToArray<int>());
        Assert.Equal(2, model.Depth());

        var b = trace["b"];
        Assert.Equal([columns, rows], b.Plates);
        Assert.Equal([3, 4], b.Site.PlateShape);
        Assert.Equal([3, 4], b.LogDensity.Shape);
        Assert.Equal(2, b.Scale);
        Close(Unit.LogProb(b.Value).Sum() * 2, b.Contribution);
        Close(trace["a"].Contribution + b.Contribution + trace["c"].Contribution, trace.LogDensity);
    }

    [Fact]
    public void A_plate_is_left_also_when_its_body_throws()
    {
        Programs.Of(p =>
        {
            Assert.Throws<NotImplementedException>(() => p.Plate("rows", 2, _ => throw new NotImplementedException()));
            Assert.Empty(p.Plates);
        }).Trace();
    }

    [Fact]
    public void A_handler_answers_sites_and_chooses_copies()
    {
        var asked = Location(1).Trace()["z"].Site;

        var trace = Programs.Of(p =>
        {
            var (z, w) = (p.Sample("z", Unit), p.Answer(asked with { Name = "w" }));
            var chosen = p.Choose("data", 50, 5);
            Assert.Equal(5, chosen.ToArray<int>().Distinct().Count());
            Assert.All(chosen.ToArray<int>(), index => Assert.InRange(index, 0, 49));
            p.PlateOf("data", 50, 5, indices => Assert.Equal(chosen, indices));
            return z + w;
        }).Trace();

        Close(trace["z"].Value + trace["w"].Value, trace.Result);
        Close(Unit.LogProb(trace["z"].Value) + Unit.LogProb(trace["w"].Value), trace.LogDensity);
    }

    // ---- enumeration and particles ----

    [Fact]
    public void A_mixture_is_summed_out_as_by_brute_force()
    {
        var logJoints =
            from code in Enumerable.Range(0, 243)
            let labels = Tensor.FromArray(Enumerable.Range(0, 5).Select(i => (long)(code / (int)Math.Pow(3, i) % 3)).ToArray())
            select Clusters.LogJoint(("k", labels)).ToDouble();

        var byBruteForce = Math.Log(logJoints.Sum(Math.Exp));
        var enumerated = Clusters.Enumerate().Trace();
        Assert.Equal(byBruteForce, enumerated.LogDensity.ToDouble(), 4);
        Assert.Equal(byBruteForce, ClustersAsQuery.EnumerateWithin(1).Trace().LogDensity.ToDouble(), 4);

        var normals = Means.ToArray<double>().Select(mean => new Normal(mean, 1));
        var mixture = Mixture.Of(Categorical.FromProbabilities(Weights), normals);
        Assert.Equal(mixture.LogProb(Data).Sum().ToDouble(), enumerated.LogDensity.ToDouble(), 4);

        var k = enumerated["k"].Site;
        Assert.Equal(2, k.Enumeration);
        Assert.True(k.Stretches);
        Assert.Null(Clusters.Trace()["k"].Site.Enumeration);
        Assert.Contains("summed out", enumerated.ToString());
    }

    [Fact]
    public void A_chain_of_hidden_states_is_summed_out_in_a_loop()
    {
        var transitions = Tensor.FromArray(new[,] { { 0.9, 0.1 }, { 0.3, 0.7 } });
        var emission = new[] { 0.2, 0.8 };
        double[] tosses = [1, 1, 0, 1, 0, 0, 0, 1, 1, 1];

        var chain = Programs.Of(p =>
        {
            var probabilities = transitions[0];

            for (var t = 0; t < tosses.Length; t++)
            {
                var z = p.Sample($"z{t}", Categorical.FromProbabilities(probabilities));
                p.Observe($"x{t}", Bernoulli.FromProbabilities(Pick(Row(emission), z)), Tensor.FromScalar(tosses[t]));
                probabilities = Pick(transitions, z);
            }
        });

        // the forward algorithm
        double[] alpha = [0.9, 0.1];

        for (var t = 0; t < tosses.Length; t++)
        {
            alpha = [.. alpha.Select((a, state) => a * (tosses[t] == 1 ? emission[state] : 1 - emission[state]))];
            alpha = t < tosses.Length - 1 ? [alpha[0] * 0.9 + alpha[1] * 0.3, alpha[0] * 0.1 + alpha[1] * 0.7] : alpha;
        }

        Assert.Equal(Math.Log(alpha.Sum()), chain.Enumerate().Trace().LogDensity.ToDouble(), 4);
    }

    [Fact]
    public void Particles_estimate_the_evidence()
    {
        // z ~ N(0, 1) and x | z ~ N(z, 0.25), so x ~ N(0, 1.25) and p(z | x = 1) = N(0.8, 0.2)
        var evidence = new Normal(0, Math.Sqrt(1.25)).LogProb(Tensor.FromScalar(1.0)).ToDouble();
        var exact = Programs.Of(q => q.Sample("z", new Normal(0.8, Math.Sqrt(0.2))));

        var trace = exact.Particles(7).Trace();
        var logWeights = Location(1).Replay(trace).Trace().LogDensity - trace.LogDensity;
        Assert.Equal([7], logWeights.Shape);
        Assert.True(logWeights.AllClose(Tensor.Full([7], evidence), 1e-4, 1e-4));

        // from the prior, with the error that the weights have
        var rough = Programs.Of(q => q.Sample("z", Unit)).ParticlesWithin(0, 20_000).Seed(2).Trace();
        var weights = (Location(1).Replay(rough).Trace().LogDensity - rough.LogDensity).Exp();
        var error = weights.Std().ToDouble() / Math.Sqrt(20_000);
        Assert.Equal(Math.Exp(evidence), weights.Mean().ToDouble(), 5 * error);
    }

    // ---- traces ----

    [Fact]
    public void A_trace_tells_what_happened()
    {
        var trace = Location(1).Trace();
        Assert.Equal(["z", "x"], trace.Sites.Select(site => site.Name));
        Assert.Equal([SiteKind.Latent, SiteKind.Observed], trace.Sites.Select(site => site.Kind));
        Assert.Equal(trace.Result, trace["z"].Value);
        Assert.IsType<Normal>(trace["z"].Distribution);
        Assert.Null(trace.TryFind("y"));
        Assert.Equal("z", trace.TryFind("z")?.Name);
        var error = Assert.Throws<KeyNotFoundException>(() => trace["y"]);
        Assert.Equal("The trace has no site 'y'; it has z, x.", error.Message);
        Assert.Equal("z: latent, Normal", trace["z"].Site.ToString()[.."z: latent, Normal".Length]);
    }

    [Fact]
    public void A_trace_prints_as_a_table()
    {
        var trace = Programs.Of(p =>
        {
            var z = p.Sample("z", Normal.Standard([2]));
            p.Deterministic("sum", z.Sum());
            p.PlateAt("data", 6, Tensor.FromArray(new[] { 1, 3, 5 }), _ => p.Observe("x", Unit, Tensor.Zeros([3])));
            p.Factor("bonus", Tensor.FromScalar(-1.5));
        }).Condition(("z", Row(0, 0))).Trace();

        string[] table =
        [
            "site   kind           distribution            batch  event  value  plates        scale  log-density",
            "z      observed       Independent(Normal, 1)  []     [2]    [2]                  1      -1.8379",
            "sum    deterministic                                        []",
            "x      observed       Normal                  [3]    []     [3]    data(3 of 6)  2      -5.5136",
            "bonus  factor         Factor                  []     []     []                   1      -1.5",
        ];

        Assert.Equal(table, trace.ToString().Split(Environment.NewLine));
    }

    [Fact]
    public void A_trace_leaves_its_scope_whole()
    {
        var model = Schools;
        var trace = Scope.Run(() => model.Trace());
        Assert.Equal([8], trace.Result.Theta.Shape);
        Assert.True(trace.LogDensity.IsFinite().ToBool());
        Assert.All(trace.Sites, site => Assert.False(site.Value.IsDisposed));

        var site = Scope.Run(() => model.Trace()["theta"]);
        Assert.True(site.LogDensity.IsFinite().All().ToBool());

        Scope.Run(() => { model.Trace(); });
        var before = Scope.LiveTensors;
        Scope.Run(() => { model.Trace().LogDensity.ToDouble(); });
        Assert.Equal(before, Scope.LiveTensors);
    }

    // ---- errors ----

    [Fact]
    public void A_broken_program_is_refused_naming_the_site()
    {
        Refused(["two sites 'z'"], () => Programs.Of(p => { p.Sample("z", Unit); p.Sample("z", Unit); }).Trace());
        Refused(["Site 'z'", "[3]", "rows(4)"], () => Programs.Plate("rows", 4, _ => Programs.Sample("z", Three)).Trace());
        Refused(["'rows'", "inside itself"], () => Programs.Of(p => p.Plate("rows", 2, _ => p.Plate("rows", 2, _ => 0))).Trace());
        Refused(["'rows'", "at most its size"], () => Programs.PlateOf("rows", 3, 4, _ => Programs.Sample("z", Unit)));
        Refused(["did not meet", "'y'", "z, x"], () => Location(0).Condition(("y", Row(0))).Trace());
        Refused(["'z'", "2 values"], () => Location(0).Condition(("z", Row(0)), ("z", Row(1))));
        Refused(["'shift'", "deterministic"], () =>
            Programs.Of(p => p.Deterministic("shift", Row(0))).Substitute(("shift", Row(1))).Trace());
        Assert.Throws<NotSupportedException>(() => Programs.Sample("n", new Poisson(2)).Enumerate().Trace());

        var shared = Programs.Of(p => p.Observe("x", new Normal(p.Sample("z", Unit) + Row(0, 0), Row(1, 1)), Row(1, 2)));
        Refused(["'z'", "'x'", "one draw for many", "plate"], () => shared.Trace().LogDensity);
    }

    [Fact]
    public void A_guide_that_does_not_fit_is_refused_naming_the_site()
    {
        var model = Location(1);
        model.Fits(Programs.Sample("z", Unit));
        Refused(["model draws 'z'", "guide does not"], () => model.Fits(Programs.Result(0)));
        Refused(["guide draws 'y'", "the model draws z"], () => model.Fits(Programs.Sample("y", Unit)));
        Refused(["guide draws 'x'", "does not draw but knows"], () => model.Fits(Programs.Sample("x", Unit)));
        Refused(["guide observes 'z'"], () => model.Fits(Programs.Observe("z", Unit, Row(0))));
        Refused(["Site 'z'", "Normal", "Independent"], () => model.Fits(Programs.Sample("z", Normal.Standard([3]))));
        Refused(["'r'", "support"], () => Programs.Sample("r", new Gamma(1, 1)).Fits(Programs.Sample("r", new Normal(-50, 1))));

        var coin = Programs.Sample("b", Bernoulli.FromProbabilities(0.3));
        Refused(["'b'", "no pathwise gradient"], () => coin.Fits(coin));
        coin.FitsWith(site => site.Name == "b", coin);
        coin.Enumerate().Fits(Programs.Result(0));
        Refused(["sums 'b' out"], () => coin.Enumerate().FitsWith(_ => true, coin));

        Program<Tensor> Rows(int size) => Programs.Plate("rows", size, _ => Programs.Sample("z", Unit));
        Refused(["plate 'rows'", "rows(3)", "rows(4)"], () => Rows(3).Fits(Rows(4)));
    }

    [Fact]
    public void Bad_arguments_are_ArgumentExceptions()
    {
        var model = Location(1);
        Assert.Throws<ArgumentNullException>("run", () => new Program<int>((Func<Handler, int>)null!));
        Assert.Throws<ArgumentNullException>("name", () => Programs.Sample(null!, Unit));
        Assert.Throws<ArgumentException>("name", () => Programs.Of(p => p.Sample(" ", Unit)).Trace());
        Assert.Throws<ArgumentNullException>("distribution", () => Programs.Sample("z", null!));
        Assert.Throws<ArgumentNullException>("value", () => Programs.Observe("z", Unit, null!));
        Assert.Throws<ArgumentNullException>("values", () => model.Condition(("z", null!)));
        Assert.Throws<ArgumentNullException>("values", () => model.LogJoint((IReadOnlyDictionary<string, Tensor>)null!));
        Assert.Throws<ArgumentException>("values", () => model.Substitute(("z", Row(0)), ("z", Row(1))));
        Assert.Throws<ArgumentNullException>("trace", () => model.Replay<int>(null!));
        Assert.Throws<ArgumentNullException>("guide", () => model.Fits<int>(null!));
        Assert.Throws<ArgumentException>("change", () => model.Rewrite(_ => null!).Trace());
        Assert.Throws<ArgumentException>("body", () => Programs.Plate<int>("rows", 2, _ => null!).Trace());
        Assert.Throws<ArgumentOutOfRangeException>("size", () => Programs.Plate("rows", 0, _ => model));
        Assert.Throws<ArgumentOutOfRangeException>("count", () => Programs.PlateOf("rows", 3, 0, _ => model));
        Assert.Throws<ArgumentOutOfRangeException>("count", () => model.Particles(0));
        Assert.Throws<ArgumentOutOfRangeException>("depth", () => model.EnumerateWithin(-1));
        Assert.Throws<ArgumentNullException>("programs", () => Programs.All(model, null!));
    }

    private static Normal Three => new(Tensor.Zeros([3]), Tensor.Ones([3]));

    // The rows of a table, by a tensor of indices of any shape.
    private static Tensor Pick(Tensor table, Tensor indices) =>
        table.IndexSelect(0, indices.View([-1])).View([.. indices.Shape, .. table.Shape.Skip(1)]);

    private static void Close(Tensor expected, Tensor actual) =>
        Assert.True(actual.AllClose(expected, 1e-5, 1e-5), $"expected {expected}, found {actual}");

    private static void Refused(string[] parts, Action action)
    {
        var message = Assert.ThrowsAny<ArgumentException>(action).Message;
        Assert.All(parts, part => Assert.Contains(part, message));
    }

    private static void Refused(string[] parts, Func<object> action) => Refused(parts, () => { action(); });
}

// Eight schools from C#: how much does coaching help, when the estimate of every school is noisy? Fits the posterior of a
// hierarchical model by stochastic variational inference, weighs its draws, and compares both with the exact posterior.
// Run it with `build/run sample eight-schools [--steps N] [--particles N] [--samples N] [--seed N]`.
using Functional.CSharp;
using Samples;

return await Arguments.RunAsync(args, ["steps", "particles", "samples", "seed"], arguments =>
{
    var (steps, particles) = (arguments.Int("steps", 2000, atLeast: 1), arguments.Int("particles", 10, atLeast: 1));
    var samples = arguments.Int("samples", 50_000, atLeast: 2);
    RandomNumbers.Seed(arguments.Int("seed", 1));

    // Estimated effects and their standard errors. Rubin 1981, doi:10.3102/10769986006004377, table 1.
    var y = Tensor.FromArray(new[] { 28.0, 8, -3, 7, -1, 1, 18, 12 });
    var sigma = Tensor.FromArray(new[] { 15.0, 10, 16, 11, 9, 11, 10, 18 });

    var model = new Program<Tensor>(p =>
    {
        var mu = p.Sample("mu", new Normal(0, 5));
        var tau = p.Sample("tau", new HalfCauchy(5));

        return p.Plate("schools", 8, _ =>
        {
            var theta = p.Sample("theta", new Normal(mu, tau));
            p.Observe("y", new Normal(theta, sigma), y);
            return theta;
        });
    });

    // q(tau) q(mu | tau) p(theta | mu, tau, y): the last is known in closed form.
    Tensor Trained(double value) => Gradient.Record(Tensor.FromScalar(value));
    var (tauMean, tauScale) = (Trained(1), Trained(0));
    var (muMean, muSlope, muScale) = (Trained(0), Trained(0), Trained(1));

    var guide = new Program<Tensor>(q =>
    {
        var tau = q.Sample("tau", new LogNormal(tauMean, tauScale.Exp()));
        var mu = q.Sample("mu", new Normal(muMean + muSlope * tau.Log(), muScale.Exp()));

        return q.Plate("schools", 8, _ =>
        {
            var precision = sigma.Pow(-2) + tau.Pow(-2);
            var mean = (y / sigma.Pow(2) + mu / tau.Pow(2)) / precision;
            return q.Sample("theta", new Normal(mean, precision.Pow(-0.5)));
        });
    });

    model.Fits(guide);
    Console.WriteLine(model.Trace());

    var bound = Elbo.Bound(particles);
    Tensor[] trained = [tauMean, tauScale, muMean, muSlope, muScale];
    var optimizer = Optimizer.Adam(0.01).Start(trained.Select((value, i) => new Parameter($"{i}", value)));

    for (var step = 1; step <= steps; step++)
    {
        var elbo = Scope.Run(() =>
        {
            var value = bound.Estimate(model, guide).Value;
            optimizer.Step(Gradient.OfLoss(-value, trained));
            return step % 500 == 0 ? value.ToDouble() : 0;
        });

        if (step % 500 == 0)
        {
            Console.WriteLine(FormattableString.Invariant($"step {step}  elbo {elbo:F2}"));
        }
    }

    // Draws of the guide, each weighed by p(z, y) / q(z).
    Gradient.Off(() =>
    {
        var draws = guide.Particles(samples).Trace();
        var logWeights = model.Replay(draws).Trace().LogDensity - draws.LogDensity;
        var weights = logWeights.Softmax(0);
        var logEvidence = logWeights.LogSumExp(0) - Math.Log(samples);
        var effective = 1 / weights.Pow(2).Sum();

        var exact = Exact(y, sigma);
        var theta = draws["theta"].Value.View([samples, 8]);
        var (guided, weighed) = (theta.Mean(0), (theta * weights.View([samples, 1])).Sum(0));
        var deviations = theta.Std(0);

        Console.WriteLine("school   effect    guide  weighed    exact");

        for (var school = 0; school < 8; school++)
        {
            var numbers = new[] { y, guided, weighed, exact.Effects }.Select(column => column[school].ToDouble());
            var row = numbers.Select(number => FormattableString.Invariant($"{number,9:F2}"));
            Console.WriteLine($"{(char)('A' + school)}     {string.Concat(row)}");
        }

        void Figure(string name, Tensor value, string unit) =>
            Console.WriteLine(FormattableString.Invariant($"{name}: {value.ToDouble():F3} {unit}"));

        Figure("elbo", logWeights.Mean(), "nats");
        Figure("log evidence by importance sampling", logEvidence, "nats");
        Figure("log evidence, exact", exact.LogEvidence, "nats");
        Figure("effective sample size", effective / samples * 100, "% of the draws");

        Tensor Off(Tensor effects) => ((effects - exact.Effects) / deviations).Abs().Max();
        Figure("guide's mean effects off by at most", Off(guided), "posterior standard deviations");
        Figure("weighed mean effects off by at most", Off(weighed), "posterior standard deviations");
        return 0;
    });

    return Task.CompletedTask;
});

// Given tau everything is normal: y ~ N(0, diag(sigma² + tau²) + 5² 1 1ᵀ). What is left is an integral over log tau, as a sum.
static (Tensor LogEvidence, Tensor Effects) Exact(Tensor y, Tensor sigma)
{
    var logTau = Tensor.Linspace(-12, 8, 4001).View([-1, 1]);
    var tau = logTau.Exp();
    var variance = sigma.Pow(2) + tau.Pow(2);
    var marginal = new LowRankMultivariateNormal(Tensor.Zeros([8]), Tensor.Full([8, 1], 5.0), variance);
    var logJoint = new HalfCauchy(5).LogProb(tau[.., 0]) + logTau[.., 0] + Math.Log(0.005) + marginal.LogProb(y);

    var mu = (y / variance).Sum(1, keepDim: true) / (variance.Pow(-1).Sum(1, keepDim: true) + 1.0 / 25);
    var effects = (y / sigma.Pow(2) + mu / tau.Pow(2)) / (sigma.Pow(-2) + tau.Pow(-2));
    return (logJoint.LogSumExp(0), (effects * logJoint.Softmax(0).View([-1, 1])).Sum(0));
}

// Networks and their composition.
// Layers, heads, functions, names, errors.
namespace FacadeTests;

public sealed class NetTests
{
    [Fact]
    public void Layers_compose_and_count_their_parameters()
    {
        var net = Net.Mlp(4, 8, 8).Then(Net.Linear(8, 2));
        Assert.Equal([3, 2], net.Run(Mode.Eval, Tensor.Randn([3, 4])).Shape);
        Assert.Equal(2, net.OutputFeatures);
        Assert.Equal(4 * 8 + 8 + 8 * 8 + 8 + 8 * 2 + 2, net.ParameterCount);
        Assert.Equal(6, net.Parameters.Count);
        Assert.Equal("linear.weight", net.Parameters[0].Name);
        Assert.All(net.Parameters, parameter => Assert.True(Gradient.IsRecorded(parameter.Value)));
    }

    [Fact]
    public void A_network_with_a_head_is_a_conditional_distribution()
    {
        Net<Tensor, Distribution> encoder = Net.Mlp(4, 8).Then(Head.DiagonalNormal(2));
        var posterior = encoder.Run(Mode.Train, Tensor.Randn([3, 4]));
        Assert.Equal([3], posterior.BatchShape);
        Assert.Equal([2], posterior.EventShape);
        Assert.IsType<Normal>(Assert.IsType<Independent>(posterior).Base);

        foreach (var head in new[]
        {
            Head.IsotropicNormal(0.5, 3), Head.SharedScaleNormal(3), Head.Bernoulli(3), Head.ContinuousBernoulli(3),
            Head.DiscretizedLogistic(3),
        })
        {
            var likelihood = Net.Mlp(4, 8).Then(head).Run(Mode.Eval, Tensor.Randn([2, 4]));
            Assert.Equal([3], likelihood.EventShape);
            Assert.Equal([2], likelihood.LogProb(likelihood.Sample()).Shape);
        }

        Assert.IsType<Categorical>(Net.Mlp(4, 8).Then(Head.Categorical(5)).Run(Mode.Eval, Tensor.Randn([3, 4])));
        Assert.Equal([7], Net.Mlp(4, 8).Then(Head.Bernoulli(7)).Run(Mode.Eval, Tensor.Randn([3, 4])).EventShape);
        Assert.Equal([3, 6], Net.Mlp(4, 8).Then(Head.Output(6)).Run(Mode.Eval, Tensor.Randn([3, 4])).Shape);
    }

    [Fact]
    public void Plain_functions_join_in()
    {
        var net = Net.Linear(4, 2).Map(y => Normal.Diagonal(y, Tensor.Ones([2])));
        Assert.Equal([2], net.Run(Mode.Eval, Tensor.Randn([3, 4])).EventShape);
        Assert.Equal(4, Net.FromFunction((string text) => text.Length).Run(Mode.Eval, "four"));

        var square = Activation.FromFunction("square", x => x * x);
        Assert.Equal([1f, 4], square.Run(Mode.Eval, Tensor.FromArray(new[] { -1.0, 2.0 })).ToArray<float>());
        Assert.Equal([3, 2], Net.Mlp(square, 4, 2).Run(Mode.Eval, Tensor.Randn([3, 4])).Shape);
    }

    [Fact]
    public void Fork_gives_one_input_to_two_networks()
    {
        var (first, second) = Net.Fork(Net.Linear(4, 2), Net.Linear(4, 3)).Run(Mode.Eval, Tensor.Randn([5, 4]));
        Assert.Equal([5, 2], first.Shape);
        Assert.Equal([5, 3], second.Shape);
    }

    [Fact]
    public void Dropout_works_in_training_only()
    {
        var net = Net.Dropout(0.5);
        var ones = Tensor.Ones([200]);
        Assert.Equal(ones, net.Run(Mode.Eval, ones));
        Assert.Contains(0f, net.Run(Mode.Train, ones).ToArray<float>());
    }

    [Fact]
    public void Names_go_in_front_of_the_parameters()
    {
        var net = Net.Linear(4, 2).Named("trunk");
        Assert.Equal(["trunk.linear.weight", "trunk.linear.bias"], net.Parameters.Select(parameter => parameter.Name));
    }

    [Fact]
    public void Networks_that_do_not_fit_are_ArgumentExceptions()
    {
        Assert.ThrowsAny<ArgumentException>(() => Net.Linear(4, 2).Then(Net.Linear(3, 2)));
        Assert.ThrowsAny<ArgumentException>(() => Net.Linear(4, 2).Run(Mode.Eval, Tensor.Zeros([3, 5])));
        Assert.ThrowsAny<ArgumentException>(() => Net.Fork(Net.Linear(4, 2), Net.Linear(3, 2)));
        Assert.ThrowsAny<ArgumentException>(() => Net.Mlp(4));
        Assert.ThrowsAny<ArgumentException>(() => Net.Linear(0, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Head.Bernoulli(0));
        Assert.Throws<ArgumentNullException>("second", () => Net.Linear(4, 2).Then((Net<Tensor, Tensor>)null!));
        Assert.Throws<ArgumentNullException>("input", () => Net.Linear(4, 2).Run(Mode.Eval, null!));
        Assert.ThrowsAny<ArgumentException>(() => new Parameter("x", Tensor.Zeros([2])));
    }
}

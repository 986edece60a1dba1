// Whether the facade has kept up with the F# library: a member of its tensor, a distribution or a transform added there is missed here.
// Whoever adds one gives it a twin of the same name, or says below what takes its place.
using System.Reflection;
using System.Text.RegularExpressions;

namespace FacadeTests;

public sealed class TwinTests
{
    // What has another name here, or no place: each row says why.
    private static readonly HashSet<string> Substituted =
    [
        // Operators and indexers.
        "add", "sub", "mul", "div", "neg", "GetSlice",
        // Cast.
        "bool", "byte", "int8", "int16", "int32", "int", "int64", "bfloat16", "float16", "float32", "float64", "float", "double",
        // FromArray, FromSpan, ScalarLike, ToArray; arrays of five axes have no type of their own in either language.
        "create", "ofSpan", "zeroLike", "oneLike", "toArray1D", "toArray5D", "toArray6D",
        // MaxPool1dWithIndices and its siblings.
        "maxpool1di", "maxpool2di", "maxpool3di",
        // There is one backend.
        "backend", "ofRawTensor", "primalRaw",
        // Reverse; and fanout, which is 0.
        "backward", "set_derivative", "fanout",
    ];

    [Fact]
    public void Every_member_of_the_FSharp_tensor_has_a_twin_or_a_substitute()
    {
        var here = typeof(Tensor).GetMembers().Select(member => member.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);

        // Extension members are compiled as static methods called Tensor.name.
        var there =
            from type in Assembly.Load("Functional.Tensors").GetExportedTypes()
            where type.Name.EndsWith("Extensions", StringComparison.Ordinal)
            from method in type.GetMethods(BindingFlags.Public | BindingFlags.Static)
            where method.Name.StartsWith("Tensor.", StringComparison.Ordinal)
            select method.Name.Split('.')[1].Replace("get_", "");

        var missing = there.Distinct().Where(name => !here.Contains(name)).Except(Substituted, StringComparer.Ordinal).Order();
        Assert.True(!missing.Any(), $"Without a twin: {string.Join(", ", missing)}.");
    }

    private const BindingFlags Declared = BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static;

    private static readonly Assembly Library = Assembly.Load("Functional");

    // What a family overrides has one name there and is asked for by another, in F# too.
    private static readonly Dictionary<string, string> AskedFor = new()
    {
        ["Draw"] = "Sample",
        ["RDraw"] = "RSample",
        ["DrawAndLogDensity"] = "SampleAndLogProb",
        ["DrawForTrace"] = "SampleAndLogProb",
        ["LogDensity"] = "LogProb",
        ["SummedLogDensity"] = "LogProb",
        ["op_MinusMinusGreater"] = "Then",
        ["withEstimator"] = "With",
        // Where they begin is an argument that may be left out.
        ["meanFieldFrom"] = "MeanField",
        ["fullRankFrom"] = "FullRank",
        ["lowRankFrom"] = "LowRank",
        ["deltaFrom"] = "Delta",
        ["adamWith"] = "AdamW",
        ["DuringTask"] = "DuringAsync",
        // Overloads, and arguments that may be left out.
        ["runUntil"] = "Run",
        ["weighedBy"] = "Weighed",
    };

    // What makes something of something else says From here: ofBetas is FromBetas.
    private static string Called(string name) =>
        AskedFor.GetValueOrDefault(name) ?? Regex.Replace(name, "^of(?=[A-Z])", "From");

    // Functions on something else that are its methods here.
    private static readonly Dictionary<string, string> MethodsOf = new()
    {
        ["FlowMatching"] = "VelocityField",
    };

    // Types that have another name here, or no place.
    private static readonly HashSet<string> WithoutTwin =
    [
        // What the authors of families and transforms derive from; what tests and pages list.
        "Family", "IExponentialFamily", "NaturalForm",
        "ElementwiseTransform", "ExplicitTransform", "SimplexTransform", "VectorTransform",
        "Catalogue", "FamilyInfo", "TransformInfo", "BoundInfo", "EstimatorInfo",
        // Net, Head and Programs.
        "Layers", "Convolutions", "Resampling", "Normalization", "TimeEmbedding", "Attention", "Residual", "Heads", "ProgramWords", "ProgramBuilder",
        // The defaults of AnnealingOptions and IterationOptions.
        "Annealing", "Iteration",
        // A Schedule knows its step.
        "Scheduled",
        // IProgress, and exceptions as .NET knows them.
        "Progress", "ProgressDisplay", "TrainingStatus", "TrainingDivergedException", "NotReparameterizableException",
    ];

    // What C# has in the language.
    private static readonly HashSet<string> Unsaid =
    [
        // Options that are left out.
        "defaults", "start",
        // A constructor.
        "create",
        // Arguments of the call, beside the options.
        "Progress", "OnStep", "Cancellation",
        // The application's, and an exception that holds what was done.
        "StopOnCtrlC", "Status",
    ];

    [Theory]
    [InlineData("Distribution")]
    [InlineData("Transform")]
    public void Every_FSharp_subclass_has_a_class_with_the_same_members_and_arguments(string root)
    {
        var missing = from type in Subclasses(root) from twin in Missing(type) select twin;
        Assert.NotEmpty(Subclasses(root));
        Assert.True(!missing.Any(), $"Without a twin: {string.Join(", ", missing)}.");
    }

    [Theory]
    [InlineData("Distribution")]
    [InlineData("Transform")]
    [InlineData("Kl")]
    [InlineData("Normal")]
    [InlineData("ProductOfExperts")]
    [InlineData("Loss")]
    [InlineData("Bound")]
    [InlineData("GuidedRun")]
    [InlineData("Estimator")]
    [InlineData("RunningMean")]
    [InlineData("Elbo")]
    [InlineData("Iwae")]
    [InlineData("Renyi")]
    [InlineData("Cubo")]
    [InlineData("LogEvidence")]
    [InlineData("ForwardKl")]
    [InlineData("WakeSleep")]
    [InlineData("Unconstrained")]
    [InlineData("UnconstrainedSite")]
    [InlineData("AutoGuide")]
    [InlineData("GuideStart")]
    [InlineData("Map")]
    [InlineData("LaplaceApproximation")]
    [InlineData("Metropolis")]
    [InlineData("MetropolisOptions")]
    [InlineData("Chains")]
    [InlineData("Langevin")]
    [InlineData("LangevinOptions")]
    [InlineData("JacobianTrace")]
    [InlineData("NoiseLadder")]
    [InlineData("Score")]
    [InlineData("ScoreMatching")]
    [InlineData("NoiseWeight")]
    [InlineData("PersistentChains")]
    [InlineData("ContrastiveDivergence")]
    [InlineData("NoiseContrastive")]
    [InlineData("ChainProgress")]
    [InlineData("Convergence")]
    [InlineData("Draws")]
    [InlineData("SiteSummary")]
    [InlineData("Variational")]
    [InlineData("VariationalOptions")]
    [InlineData("VariationalResult")]
    [InlineData("PerDatum")]
    [InlineData("Regression")]
    [InlineData("FDivergence")]
    [InlineData("FGan")]
    [InlineData("Kernel")]
    [InlineData("Mmd")]
    [InlineData("EnergyDistance")]
    [InlineData("Wasserstein")]
    [InlineData("PermutationTest")]
    [InlineData("TestResult")]
    [InlineData("ClassifierTest")]
    [InlineData("SteinKernel")]
    [InlineData("KernelStein")]
    [InlineData("Optimizer")]
    [InlineData("Filter")]
    [InlineData("UNet")]
    [InlineData("UNetOptions")]
    [InlineData("WeightAverage")]
    [InlineData("Dataset")]
    [InlineData("InPainting")]
    [InlineData("PseudoInputs")]
    [InlineData("Masks")]
    [InlineData("Quadrants")]
    [InlineData("OdeMethod")]
    [InlineData("OdeOptions")]
    [InlineData("OdeSolver")]
    [InlineData("OdeStatistics")]
    [InlineData("Sde")]
    [InlineData("SdeMethod")]
    [InlineData("SdeSolver")]
    [InlineData("ReverseSde")]
    [InlineData("ReverseSdeOptions")]
    [InlineData("ProbabilityFlow")]
    [InlineData("VelocityField")]
    [InlineData("Coupling")]
    [InlineData("FlowMatching")]
    [InlineData("FlowMatchingOptions")]
    [InlineData("RectifiedFlow")]
    [InlineData("Adversarial")]
    [InlineData("AdversarialLoss")]
    [InlineData("CriticPenalty")]
    [InlineData("AdversarialOptions")]
    [InlineData("Gan")]
    [InlineData("ConditionalGan")]
    [InlineData("Bigan")]
    [InlineData("CycleGan")]
    [InlineData("AdversarialAutoencoder")]
    [InlineData("NoiseSchedule")]
    [InlineData("NoiseLevel")]
    [InlineData("NoiseTransition")]
    [InlineData("Denoised")]
    [InlineData("Denoiser")]
    [InlineData("Guidance")]
    [InlineData("LossWeighting")]
    [InlineData("TimeSampling")]
    [InlineData("DiffusionLoss")]
    [InlineData("Reconstruction")]
    [InlineData("DiffusionBound")]
    [InlineData("Sampler")]
    [InlineData("SamplerOptions")]
    [InlineData("SamplerProgress")]
    [InlineData("TimeGrid")]
    [InlineData("DiffusionInPainting")]
    [InlineData("Degradation")]
    [InlineData("ColdDiffusion")]
    [MemberData(nameof(Autoencoders))]
    public void Every_member_and_function_around_them_has_a_twin(string name)
    {
        string[] homes = MethodsOf.TryGetValue(name, out var other) ? [name, other] : [name];
        var twins = homes.SelectMany(home => Types(typeof(Tensor).Assembly, $"Functional.CSharp.{home}"));
        var here = twins.SelectMany(Names).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var sources = Types(Library, $"Functional.{name}").ToList();
        Assert.NotEmpty(sources);

        var there =
            from source in sources
            from member in source.GetMembers(Declared)
            where member is PropertyInfo property && !IsOverride(property.GetMethod!)
                || member is MethodInfo method && !IsAccessor(method) && !IsOverride(method)
            where !Unsaid.Contains(member.Name) && !Generated.Contains(member.Name)
            select here.Contains(member.Name) ? member.Name : Called(member.Name);

        var missing = there.Distinct().Where(member => !here.Contains(member) && !here.Contains($"{member}Async")).Order();
        Assert.True(!missing.Any(), $"Without a twin in {name}: {string.Join(", ", missing)}.");
    }

    // Vae, ConditionalVae, ...: whatever the library has of that name.
    public static TheoryData<string> Autoencoders =>
    [
        .. Library.GetExportedTypes()
            .Select(type => Regex.Replace(type.Name, "Module$", ""))
            .Where(name => name.EndsWith("Vae", StringComparison.Ordinal))
            .Distinct(),
    ];

    // Layers are made by the class of networks here, and those that differ in an argument have one name.
    [Theory]
    [InlineData("Layers", "Net")]
    [InlineData("Convolutions", "Net")]
    [InlineData("Resampling", "Net")]
    [InlineData("Normalization", "Net")]
    [InlineData("TimeEmbedding", "Net")]
    [InlineData("Attention", "Net")]
    [InlineData("Residual", "Net")]
    [InlineData("SpectralNorm", "SpectralNorm")]
    [InlineData("Heads", "Head")]
    [InlineData("Activation", "Activation")]
    public void Every_layer_has_a_twin(string source, string twin)
    {
        var there =
            from member in Library.GetType($"Functional.{source}")!.GetMembers(Declared)
            where member is PropertyInfo or MethodInfo { IsSpecialName: false }
            select member.Name;

        var missing = there.Except(["mlpWith", "ofFunction"]).Except(Names(Twin(twin)!), StringComparer.OrdinalIgnoreCase);
        Assert.NotEmpty(there);
        Assert.True(!missing.Any(), $"Without a twin: {string.Join(", ", missing)}.");
    }

    [Theory]
    [InlineData("Hierarchy")]
    [InlineData("Quadrant")]
    [InlineData("Probe")]
    [InlineData("Prediction")]
    [InlineData("ReverseVariance")]
    public void Every_case_has_a_twin(string name)
    {
        // A case is a static property, or a static method New... when it holds something.
        var cases =
            from member in Library.GetType($"Functional.{name}")!.GetMembers(BindingFlags.Public | BindingFlags.Static)
            where member is PropertyInfo || member is MethodInfo && member.Name.StartsWith("New", StringComparison.Ordinal)
            select member is MethodInfo ? member.Name["New".Length..] : member.Name;

        Assert.NotEmpty(cases);
        Assert.Empty(cases.Except(Names(Twin(name)!), StringComparer.Ordinal));
    }

    [Fact]
    public void Every_public_type_has_a_twin()
    {
        var names =
            from type in Library.GetExportedTypes()
            where !type.IsNested
            select Regex.Replace(type.Name, "(Module)?(`.*)?$", "");

        var missing = names.Where(name => !Types(typeof(Tensor).Assembly, $"Functional.CSharp.{name}").Any()).ToHashSet();
        Assert.True(missing.SetEquals(WithoutTwin), $"Without a twin, or listed for nothing: {Difference(missing, WithoutTwin)}.");
    }

    private static string Difference(IEnumerable<string> a, IEnumerable<string> b) =>
        string.Join(", ", a.Except(b).Concat(b.Except(a)).Order());

    // Where the twins of the functions on programs are: methods of Program<T>, its static companions, and its handler.
    private static readonly Dictionary<string, string[]> Programs = new()
    {
        ["ProgramModule"] = ["Program`1", "Programs"],
        ["ProgramWords"] = ["Programs"],
        ["Program`1"] = ["Program`1"],
        ["Handler"] = ["Handler"],
        ["Site"] = ["Site"],
        ["Plate"] = ["Plate"],
        ["TracedSite"] = ["TracedSite"],
        ["Trace`1"] = ["Trace`1"],
    };

    // As C# calls them: by the words of queries, an indexer, a constructor.
    private static readonly Dictionary<string, string> ProgramsCall = new()
    {
        ["map"] = "Select",
        ["bind"] = "SelectMany",
        ["program"] = "Of",
    };

    [Fact]
    public void Every_word_and_function_of_programs_has_a_twin()
    {
        var there =
            from source in Programs.Keys
            let type = Library.GetType($"Functional.{source}") ?? throw new MissingMemberException(source)
            from member in type.GetMembers(Declared)
            where member is PropertyInfo property && !IsOverride(property.GetMethod!)
                || member is MethodInfo { IsSpecialName: false } method && !IsOverride(method) && !Generated.Contains(method.Name)
            select (Source: source, Name: ProgramsCall.GetValueOrDefault(member.Name, member.Name));

        var missing =
            from member in there
            where !Programs[member.Source].Any(twin => Names(Twin(twin)!).Contains(member.Name))
            select $"{member.Source}.{member.Name}";

        Assert.Contains(("ProgramModule", "enumerateWithin"), there);
        Assert.Contains(("ProgramWords", "plateAt"), there);
        Assert.True(!missing.Any(), $"Without a twin: {string.Join(", ", missing)}.");

        // the words are said to a handler too
        var words = from word in there where word.Source == "ProgramWords" && word.Name != "Of" select word.Name;
        Assert.Empty(words.Except(Names(typeof(Handler)), StringComparer.OrdinalIgnoreCase));

        var kinds = Library.GetType("Functional.SiteKind")!.GetProperties(BindingFlags.Public | BindingFlags.Static);
        Assert.Equal(kinds.Select(kind => kind.Name).Order(), Enum.GetNames<SiteKind>().Order());
    }

    // What the compiler gives records.
    private static readonly string[] Generated = ["Equals", "GetHashCode", "ToString", "CompareTo"];

    private static IEnumerable<Type> Subclasses(string root) =>
        Library.GetExportedTypes().Where(type => !type.IsAbstract && type.IsSubclassOf(Library.GetType($"Functional.{root}")!));

    // A type, one with an argument, and the functions on it.
    private static IEnumerable<Type> Types(Assembly assembly, string name) =>
        from type in new[] { assembly.GetType(name), assembly.GetType($"{name}`1"), assembly.GetType($"{name}Module") }
        where type is not null
        select type;

    private static bool IsAccessor(MethodInfo method) =>
        method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static Type? Twin(string name) => typeof(Tensor).Assembly.GetType($"Functional.CSharp.{name}");

    private static HashSet<string> Names(Type type) =>
        type.GetMembers().Select(member => member.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);

    private static IEnumerable<string> Missing(Type type)
    {
        if (Twin(type.Name) is not { } twin)
        {
            return [type.Name];
        }

        var members = type.GetProperties(Declared).Where(property => !IsOverride(property.GetMethod!)).Select(property => property.Name)
            .Concat(type.GetMethods(Declared).Where(method => !method.IsSpecialName && !IsOverride(method)).Select(method => method.Name))
            .Except(Names(twin), StringComparer.Ordinal);

        var calls = Calls(type).Except(Calls(twin)).Select(call => $"({call})");
        return members.Concat(calls).Select(member => $"{type.Name}.{member}");
    }

    private static bool IsOverride(MethodInfo method) => method.GetBaseDefinition().DeclaringType != method.DeclaringType;

    // Constructors and factories with the names of their arguments, and the numbers among them.
    private static IEnumerable<string> Calls(Type type) =>
        from method in type.GetMembers(Declared).OfType<MethodBase>()
        where method.IsConstructor || method.IsStatic && !method.IsSpecialName
        let arguments = from parameter in method.GetParameters() select $"{Number(parameter.ParameterType)}{parameter.Name}"
        select $"{method.Name} {string.Join(", ", arguments)}";

    private static string Number(Type type) =>
        type.GetGenericArguments() is [var only] ? Number(only)
        : type == typeof(int) || type == typeof(double) ? $"{type.Name} "
        : "";
}

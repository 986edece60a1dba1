// What the facade shows: no type of F# or of the F# assemblies, nowhere in its public surface.
// Whoever adds a public member has it checked here without doing anything.
using System.Reflection;
using System.Runtime.CompilerServices;

namespace FacadeTests;

public sealed class SurfaceTests
{
    private const BindingFlags Declared =
        BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;

    private static readonly Assembly Facade = typeof(Tensor).Assembly;

    private static readonly string[] Hidden = ["FSharp.Core", "Functional", "Functional.Tensors"];

    [Fact]
    public void No_public_or_protected_signature_mentions_an_FSharp_type()
    {
        var mentions =
            from type in Facade.GetExportedTypes()
            from mention in Mentions(type)
            where IsHidden(mention.Type)
            select $"{mention.Where}: {mention.Type}";

        Assert.Empty(mentions.Distinct());
    }

    [Fact]
    public void The_check_looks_into_every_corner_of_a_signature()
    {
        var seen = Mentions(typeof(Corners<>)).Select(mention => mention.Type).ToHashSet();
        Type[] corners = [typeof(Version), typeof(Uri), typeof(Guid), typeof(DayOfWeek), typeof(Half), typeof(IFormattable),
            typeof(ObsoleteAttribute), typeof(TimeOnly), typeof(DateOnly), typeof(Tuple<,>), typeof(Lazy<>)];
        Assert.Subset(seen, corners.ToHashSet());
        Assert.True(IsHidden(typeof(Tuple<int, int>)));
    }

    [Fact]
    public void Every_public_type_lives_in_one_namespace()
    {
        Assert.All(Facade.GetExportedTypes(), type => Assert.Equal("Functional.CSharp", type.Namespace));
    }

    [Fact]
    public void Classes_are_sealed_or_abstract()
    {
        Assert.DoesNotContain(Facade.GetExportedTypes(), type => type is { IsClass: true, IsSealed: false, IsAbstract: false });
    }

    [Fact]
    public void Methods_that_return_tasks_take_a_token_and_are_called_so()
    {
        var tasks = Facade.GetExportedTypes()
            .SelectMany(type => type.GetMethods(Declared).Where(method => method.IsPublic))
            .Where(method => typeof(Task).IsAssignableFrom(method.ReturnType))
            .ToList();

        Assert.NotEmpty(tasks);
        Assert.All(tasks, method => Assert.EndsWith("Async", method.Name));

        // A scope and averaged weights only wait for the work that they are given.
        Assert.All(
            tasks.Where(method => method.DeclaringType != typeof(Scope) && method.DeclaringType != typeof(WeightAverage)),
            method => Assert.Equal(typeof(CancellationToken), method.GetParameters()[^1].ParameterType));
    }

    [Fact]
    public void Documentation_is_built_beside_the_library()
    {
        Assert.True(File.Exists(Path.Combine(AppContext.BaseDirectory, "Functional.CSharp.xml")));
    }

    private static bool IsHidden(Type type) =>
        Hidden.Contains(type.Assembly.GetName().Name)
        || type.FullName?.StartsWith("System.Tuple", StringComparison.Ordinal) == true;

    // ---- every type that a caller or a heir of a type gets to see ----

    private static IEnumerable<(string Where, Type Type)> Mentions(Type type)
    {
        IEnumerable<Type> bases = [type.BaseType ?? typeof(object), .. type.GetInterfaces()];
        var own = bases.Concat(Constraints(type.GetGenericArguments()));

        return own.Concat(Attributes(type)).SelectMany(Parts).Select(part => (type.Name, part)).Concat(
            from member in type.GetMembers(Declared)
            where IsVisible(member)
            from mentioned in Signature(member).Concat(Attributes(member)).SelectMany(Parts)
            select ($"{type.Name}.{member.Name}", mentioned));
    }

    private static bool IsVisible(MemberInfo member) =>
        member switch
        {
            MethodBase method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly,
            FieldInfo field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly,
            PropertyInfo property => property.GetAccessors(nonPublic: true).Any(IsVisible),
            EventInfo @event => IsVisible(@event.AddMethod!),
            Type type => type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem,
            _ => false,
        };

    private static IEnumerable<Type> Signature(MemberInfo member) =>
        member switch
        {
            MethodInfo method => [method.ReturnType, .. Parameters(method), .. Constraints(Arguments(method))],
            ConstructorInfo constructor => Parameters(constructor),
            FieldInfo field => [field.FieldType],
            PropertyInfo property => [property.PropertyType],
            EventInfo @event => [@event.EventHandlerType!],
            _ => [],
        };

    private static Type[] Arguments(MethodInfo method) => method.IsGenericMethod ? method.GetGenericArguments() : [];

    private static IEnumerable<Type> Parameters(MethodBase method) =>
        method.GetParameters().SelectMany(parameter => Attributes(parameter).Append(parameter.ParameterType));

    private static IEnumerable<Type> Constraints(Type[] arguments) =>
        arguments.SelectMany(argument => argument.GetGenericParameterConstraints().Append(argument));

    private static IEnumerable<Type> Attributes(ICustomAttributeProvider provider) =>
        (provider switch
        {
            MemberInfo member => member.GetCustomAttributesData(),
            ParameterInfo parameter => parameter.GetCustomAttributesData(),
            _ => [],
        }).Select(attribute => attribute.AttributeType);

    // Array elements, and generic types with their arguments, to any depth.
    private static IEnumerable<Type> Parts(Type type) =>
        type.HasElementType ? Parts(type.GetElementType()!)
        : type.IsGenericType ? type.GetGenericArguments().Where(argument => argument != type).SelectMany(Parts)
            .Append(type.GetGenericTypeDefinition())
        : [type];

    [method: CompilerGenerated]
    private abstract class Corners<T>() : List<Version> where T : IFormattable
    {
        protected Guid[] Field = [];

        public abstract Lazy<Tuple<int, Uri>> Property { get; }

        public event Action<DayOfWeek>? Event { add { } remove { } }

        [Obsolete]
        protected abstract void Method<TOther>(ref Half half) where TOther : IDictionary<int, DateOnly>;

        protected internal abstract TimeOnly[]? Returns();
    }
}

using System.Reflection;

namespace ChatApp.Tests.Architecture;

/// <summary>The rules of <see cref="LayerTests"/>, asked of the compiled web project: what no source scan can miss.</summary>
public sealed class CompiledLayerTests
{
    private static readonly Assembly App = Assembly.Load("ChatApp");

    [Fact]
    public void Push_refers_only_to_the_base_libraries_and_the_ids() =>
        AssertHolds(
            "Push is measured, and can be moved, alone.",
            type => Under(type, "ChatApp.Push"),
            reference => Under(reference, "Microsoft.EntityFrameworkCore") || Under(reference, "Microsoft.AspNetCore")
                || Under(reference, "System.Net.WebSockets") || Under(reference, "System.Net.Sockets")
                || Under(reference, "Microsoft.JSInterop") || Under(reference, "Microsoft.Data")
                || (Under(reference, "ChatApp") && reference.Namespace != "ChatApp" && !Under(reference, "ChatApp.Push")));

    [Fact]
    public void Only_Components_refers_to_Blazor() =>
        AssertHolds(
            "Everything but Components is tested without a renderer.",
            // The Razor compiler puts helpers of its own beside the components.
            type => !Under(type, "ChatApp.Components") && !Under(type, "__Blazor.ChatApp.Components"),
            reference => Under(reference, "Microsoft.AspNetCore.Components"));

    [Fact]
    public void Components_refer_to_no_database() =>
        AssertHolds(
            "A circuit outlives every scope: ask the feature's service.",
            type => Under(type, "ChatApp.Components"),
            reference => Under(reference, "Microsoft.EntityFrameworkCore") || reference.Name == "ChatDbContext");

    [Fact]
    public void Only_the_account_pages_refer_to_the_scoped_Identity_managers() =>
        AssertHolds(
            "They are scoped, and a circuit is not a scope of a request.",
            type => Under(type, "ChatApp.Components") && !Under(type, "ChatApp.Components.Account"),
            reference => reference.FullName is "Microsoft.AspNetCore.Identity.UserManager`1"
                or "Microsoft.AspNetCore.Identity.SignInManager`1" or "Microsoft.AspNetCore.Identity.RoleManager`1");

    [Fact]
    public void Components_and_Sockets_do_not_refer_to_each_other()
    {
        AssertHolds("Two viewers, one engine.", type => Under(type, "ChatApp.Components"), reference => Under(reference, "ChatApp.Sockets"));
        AssertHolds("Two viewers, one engine.", type => Under(type, "ChatApp.Sockets"), reference => Under(reference, "ChatApp.Components"));
    }

    [Theory]
    [InlineData(nameof(Samples.InABody))]
    [InlineData(nameof(Samples.InASignature))]
    [InlineData(nameof(Samples.InAGenericArgument))]
    [InlineData(nameof(Samples.InALambda))]
    [InlineData(nameof(Samples.InAnAsyncMethod))]
    [InlineData(nameof(Samples.AsABase))]
    [InlineData(nameof(Samples.AsAnAttribute))]
    public void A_reference_is_found(string sample)
    {
        var type = typeof(Samples).Assembly.GetType($"{typeof(Samples).FullName}+{sample}", throwOnError: true)!;
        Type[] all = [type, .. type.GetNestedTypes(BindingFlags.NonPublic)];
        Assert.Contains(all.SelectMany(CompiledReferences.Of), reference => Under(reference, "Microsoft.AspNetCore"));
    }

    [Fact]
    public void No_reference_is_made_up() =>
        Assert.DoesNotContain(CompiledReferences.Of(typeof(Samples.Clean)), reference => Under(reference, "Microsoft.AspNetCore"));

    private static void AssertHolds(string reason, Func<Type, bool> covers, Func<Type, bool> forbids)
    {
        var covered = App.GetTypes().Where(covers).ToList();
        Assert.True(covered.Count > 0, $"No type is covered any more, so nothing guards this: {reason}");
        var findings = covered
            .SelectMany(type => CompiledReferences.Of(type).Where(forbids).Select(reference => $"  {CompiledReferences.Outermost(type).FullName} -> {reference.FullName}"))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        Assert.True(findings.Count == 0, $"{reason}\n{string.Join('\n', findings)}");
    }

    private static bool Under(Type type, string space) =>
        type.Namespace is { } name && (name == space || name.StartsWith(space + ".", StringComparison.Ordinal));

    private static class Samples
    {
        internal static class InABody
        {
            public static string Make() => new Microsoft.AspNetCore.Http.DefaultHttpContext().TraceIdentifier;
        }

        internal static class InASignature
        {
            public static void Take(Microsoft.AspNetCore.Http.HttpContext? context) => _ = context;
        }

        internal static class InAGenericArgument
        {
            public static int Count() => Enumerable.Empty<Microsoft.AspNetCore.Http.HttpContext>().Count();
        }

        internal static class InALambda
        {
            public static Func<object, bool> Test(int seed) => value => seed > 0 && value is Microsoft.AspNetCore.Http.HttpContext;
        }

        internal static class InAnAsyncMethod
        {
            public static async Task<string> ReadAsync(object context)
            {
                await Task.Yield();
                return ((Microsoft.AspNetCore.Http.HttpContext)context).TraceIdentifier;
            }
        }

        internal sealed class AsABase : Microsoft.AspNetCore.Mvc.ControllerBase;

        [Microsoft.AspNetCore.Authorization.Authorize]
        internal sealed class AsAnAttribute;

        internal static class Clean
        {
            public static int Add(int a, int b) => checked(a + b);
        }
    }
}

using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.JSInterop;

namespace ChatApp.Components;

/// <summary>
/// Makes the calls between a page and its circuit cheaper in memory. Each circuit has JSON options of its own, and whatever is handed over as
/// <see cref="object"/> makes the serializer describe every interface of its type, in case one is polymorphic: thirty for a single number, of each circuit
/// anew. None ever is, so those are not described at all. What cannot be an argument or a result by itself is left out; everything else is as the framework makes it.
/// </summary>
/// <param name="inner">Describes everything else.</param>
internal sealed class LeanInterop(IJsonTypeInfoResolver inner) : IJsonTypeInfoResolver
{
    private static readonly HashSet<Type> Lists = [typeof(IEnumerable<>), typeof(IReadOnlyCollection<>), typeof(IReadOnlyList<>), typeof(ICollection<>), typeof(IList<>)];

    // One for all circuits, where the framework has none of its own: it describes types by what they are.
    private static readonly DefaultJsonTypeInfoResolver Usual = new();

    /// <inheritdoc/>
    public JsonTypeInfo? GetTypeInfo(Type type, JsonSerializerOptions options) => IsHandedOver(type) ? inner.GetTypeInfo(type, options) : null;

    /// <summary>Registers it for all circuits, around the framework's own service; to be called after that is there.</summary>
    public static void Add(IServiceCollection services)
    {
        var framework = services.Last(service => service.ServiceType == typeof(IJSRuntime)).ImplementationType
            ?? throw new InvalidOperationException("The framework registers its calls to pages in another way than this expects.");
        var make = ActivatorUtilities.CreateFactory(framework, []);
        services.AddScoped(provider =>
        {
            var runtime = (IJSRuntime)make(provider, []);
            if (runtime is JSRuntime known && OptionsOf(known) is var options) options.TypeInfoResolver = new LeanInterop(options.TypeInfoResolver ?? Usual);
            return runtime;
        });
    }

    /// <summary>The options of a circuit's calls; they are protected, and nothing else gives them out.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_JsonSerializerOptions")]
    internal static extern JsonSerializerOptions OptionsOf(JSRuntime runtime);

    // Interfaces that are arguments or results: the page's objects, and lists of anything but pairs.
    private static bool IsHandedOver(Type type)
    {
        if (!type.IsInterface || type.Assembly == typeof(IJSObjectReference).Assembly) return true;
        return type.IsGenericType && Lists.Contains(type.GetGenericTypeDefinition())
            && type.GenericTypeArguments is [var item] && !(item.IsGenericType && item.GetGenericTypeDefinition() == typeof(KeyValuePair<,>));
    }
}

using ChatApp.Accounts;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Accounts;

/// <summary>What tests ask about passkeys.</summary>
internal static class PasskeyKit
{
    /// <summary>The names of an account's passkeys.</summary>
    public static IReadOnlyList<string> GetPasskeyNames(this IServiceProvider services, TestPerson person)
    {
        using var scope = services.CreateScope();
        return [.. scope.ServiceProvider.GetRequiredService<Passkeys>().Of(person.Id).Select(passkey => passkey.Name)];
    }
}

using System.Text.Json;
using ChatApp.Tests.Harness;
using Microsoft.Playwright;

namespace ChatApp.Tests.BrowserTests;

/// <summary>An authenticator inside Chromium, as a phone or laptop has one: keeps passkeys, and touches itself where it may.</summary>
internal sealed class VirtualKey
{
    private readonly ICDPSession _session;
    private readonly string _id;

    private VirtualKey(ICDPSession session, string id) => (_session, _id) = (session, id);

    /// <summary>Gives a window its authenticator. It lives as long as the page.</summary>
    public static async Task<VirtualKey> AddAsync(BrowserPage window)
    {
        var session = await window.Context.NewCDPSessionAsync(window.Page);
        await session.SendAsync("WebAuthn.enable");
        var added = await session.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["options"] = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["protocol"] = "ctap2",
                ["ctap2Version"] = "ctap2_1",
                ["transport"] = "internal",
                ["hasResidentKey"] = true,
                ["hasUserVerification"] = true,
                ["isUserVerified"] = true,
                ["automaticPresenceSimulation"] = true,
            },
        });
        return new VirtualKey(session, added!.Value.GetProperty("authenticatorId").GetString()!);
    }

    /// <summary>Whether somebody touches it as soon as it is asked.</summary>
    public Task TouchAsync(bool isTouched) => SendAsync("setAutomaticPresenceSimulation", "enabled", isTouched);

    /// <summary>Whether it knows its owner's face.</summary>
    public Task KnowOwnerAsync(bool isKnown) => SendAsync("setUserVerified", "isUserVerified", isKnown);

    /// <summary>How many passkeys it keeps.</summary>
    public async Task<int> CountAsync() => (await SendAsync("getCredentials"))!.Value.GetProperty("credentials").GetArrayLength();

    private Task<JsonElement?> SendAsync(string verb, string? name = null, object? value = null)
    {
        var arguments = new Dictionary<string, object>(StringComparer.Ordinal) { ["authenticatorId"] = _id };
        if (name is not null) arguments[name] = value!;
        return _session.SendAsync("WebAuthn." + verb, arguments);
    }
}

using System.Security.Claims;
using Bunit;
using ChatApp.Accounts;
using ChatApp.Components;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Moderation.Held;
using ChatApp.Moderation.Policies;
using ChatApp.Moderation.Rules;
using ChatApp.Presence;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Search;
using ChatApp.Settings;
using ChatApp.Tests.Harness;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Components;

/// <summary>Renders components as one person sees them, over the services of a real server, without a browser.</summary>
internal sealed class PersonContext : BunitContext
{
    /// <summary>A page of that person in that time zone.</summary>
    public PersonContext(TestServer server, TestPerson person, string zone = "UTC")
    {
        Person = person;
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddLocalization();
        Services.AddSingleton(server.Get<RoomBroker>());
        Services.AddSingleton(server.Get<MessageHistory>());
        Services.AddSingleton(server.Get<RoomCatchUp>());
        Services.AddSingleton(server.Get<MessageWriter>());
        Services.AddSingleton(server.Get<MessageEditor>());
        Services.AddSingleton(server.Get<MessageMarks>());
        Services.AddSingleton(server.Get<Mentions>());
        Services.AddSingleton(server.Get<MentionList>());
        Services.AddSingleton(server.Get<Bookmarks>());
        Services.AddSingleton(server.Get<MessageCards>());
        Services.AddSingleton(server.Get<MarkdownRenderer>());
        Services.AddSingleton(server.Get<UserDirectory>());
        Services.AddSingleton(server.Get<AccessTokens>());
        Services.AddSingleton(server.Get<RoomDirectory>());
        Services.AddSingleton(server.Get<RoomPreferences>());
        Services.AddSingleton(server.Get<RoomList>());
        Services.AddSingleton(server.Get<RoomWriter>());
        Services.AddSingleton(server.Get<RoomSettings>());
        Services.AddSingleton(server.Get<RoomRoles>());
        Services.AddSingleton(server.Get<DirectRooms>());
        Services.AddSingleton(server.Get<Blocks>());
        Services.AddSingleton(server.Get<ModerationDesk>());
        Services.AddSingleton(server.Get<Sanctions>());
        Services.AddSingleton(server.Get<SanctionLists>());
        Services.AddSingleton(server.Get<SanctionGuard>());
        Services.AddSingleton(server.Get<RaidBrake>());
        Services.AddSingleton(server.Get<Reports>());
        Services.AddSingleton(server.Get<ReportLists>());
        Services.AddSingleton(server.Get<ReportDesk>());
        Services.AddSingleton(server.Get<Sweeps>());
        Services.AddSingleton(server.Get<SweepLists>());
        Services.AddSingleton(server.Get<PostingRules>());
        Services.AddSingleton(server.Get<RuleDesk>());
        Services.AddSingleton(server.Get<RuleTrial>());
        Services.AddSingleton(server.Get<HeldDesk>());
        Services.AddSingleton(server.Get<HeldMessages>());
        Services.AddSingleton(server.Get<PolicyDesk>());
        Services.AddSingleton(server.Get<Invitations>());
        Services.AddSingleton(server.Get<InstanceSettings>());
        Services.AddSingleton(server.Get<StartLimits>());
        Services.AddSingleton(server.Get<LiveLimits>());
        Services.AddSingleton(server.Get<TokenDesk>());
        Services.AddSingleton(server.Get<KeyDesk>());
        Services.AddSingleton(server.Get<ConnectionDesk>());
        Services.AddSingleton(server.Get<ReadMarkers>());
        Services.AddSingleton(server.Get<UnreadBoard>());
        Services.AddSingleton(server.Get<Threads>());
        Services.AddSingleton(server.Get<ThreadList>());
        Services.AddSingleton(server.Get<MessageSearch>());
        Services.AddSingleton(server.Get<TypingNotices>());
        Services.AddSingleton(server.Get<PresenceBoard>());
        Services.AddSingleton(server.Get<PresenceChoices>());
        Services.AddSingleton(server.Get<Profiles>());
        Services.AddSingleton(server.Get<TimeProvider>());
        Services.AddSingleton(server.Get<PagePace>());
        Services.AddSingleton(server.Get<DrawnOnce>());
        Services.AddScoped<CircuitSession>().AddScoped<UnreadNumbers>();
        this.AddAuthorization().SetAuthorized(person.Name).SetClaims(new Claim(ClaimTypes.NameIdentifier, person.Id.Value));
        Client = new ClientContext("192.0.2.1", ClientContext.ZoneOf(zone));
        RenderTree.Add<CascadingValue<ClientContext>>(parameters => parameters.Add(value => value.Value, Client));
        // Last: from here on no more services are taken.
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
    }

    /// <summary>Who looks.</summary>
    public TestPerson Person { get; }

    /// <summary>What the server knows of their browser.</summary>
    public ClientContext Client { get; }

    /// <summary>The live connection of the page.</summary>
    public CircuitSession Session => Services.GetRequiredService<CircuitSession>();
}

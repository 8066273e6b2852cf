using ChatApp.Accounts;
using ChatApp.Accounts.Mail;
using ChatApp.Api;
using ChatApp.Api.Server;
using ChatApp.Commands;
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
using ChatApp.Sockets;
using ChatApp.Storage;
using ChatApp.Topics;
using ChatApp.Wire;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace ChatApp;

/// <summary>The composition root: what the product is made of, and in which order a request passes it.</summary>
public static class Program
{
    private static Task<int> Main(string[] args) => CommandLine.RunAsync(args);

    /// <summary>Everything except listening; throws <see cref="StartException"/> for what the operator must mend.</summary>
    public static WebApplication Build(string[] args, Action<IServiceCollection>? replace = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = typeof(Program).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });
        SettingsSources.Apply(builder.Configuration, args);
        builder.WebHost.UseStaticWebAssets();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.ConfigureEndpointDefaults(SocketHandover.Use));

        var settings = builder.Configuration;
        var accounts = SettingsReader.Read<AccountOptions>(settings, "Accounts");
        var folder = DataFolder.Open(SettingsReader.Read<DataOptions>(settings, "Data"));

        var services = builder.Services;
        services.AddSingleton(TimeProvider.System);
        services.AddMetrics(SettingsReader.Read<MetricsOptions>(settings, "Metrics"));
        services.AddStorage(folder, SettingsReader.Read<StorageOptions>(settings, "Storage"));
        var identity = services.AddAccounts(accounts, folder);
        identity.AddSignIn(accounts);
        identity.AddAccountLife(SettingsReader.Read<MailOptions>(settings, "Mail"));
        var push = SettingsReader.Read<PushOptions>(settings, "Push");
        services.AddPush(push);
        services.AddSingleton<RoomDirectory>().AddSingleton<RoomPreferences>().AddSingleton<RoomList>().AddSingleton<RoomWriter>().AddSingleton<RoomSettings>().AddSingleton<RoomRoles>().AddSingleton<RoomCrowds>().AddSingleton<TypingNotices>().AddSingleton<DirectRooms>().AddSingleton<Blocks>();
        services.AddSingleton<PresenceBoard>().AddSingleton<PresenceChoices>().AddHostedService<RoomPresence>();
        services.AddSingleton(SettingsReader.Read<MessageOptions>(settings, "Messages"));
        services.AddSingleton(MarkdownRenderer.Shared).AddSingleton<MessageTexts>().AddSingleton<KnownNames>().AddSingleton<Mentions>().AddSingleton<MentionList>().AddSingleton<Bookmarks>().AddSingleton<MessageCards>().AddSingleton<PostingRules>().AddSingleton<RoomLog>().AddSingleton<RoomCatchUp>();
        services.AddSingleton<MessageWriter>().AddSingleton<MessageEditor>().AddSingleton<MessageMarks>().AddSingleton<ReadMarkers>().AddSingleton<Threads>().AddSingleton<ThreadList>().AddSingleton<UnreadBoard>().AddSingleton<MessageHistory>();
        services.AddHostedService(static provider => provider.GetRequiredService<UnreadBoard>());
        services.AddSingleton<Retention>().AddSingleton<HtmlRenewal>().AddSingleton<Erasure>().AddHostedService<Upkeep>();
        services.AddSingleton(SettingsReader.Read<SearchOptions>(settings, "Search")).AddSingleton<MessageSearch>();
        services.AddSingleton(SettingsReader.Read<TopicOptions>(settings, "Topics")).AddSingleton<TopicAccess>().AddSingleton<TopicStreams>().AddSingleton<TopicPublisher>();
        services.AddSingleton<ModerationDesk>().AddSingleton<ConnectionDesk>().AddSingleton<SanctionGuard>().AddSingleton<RaidBrake>().AddSingleton<NewMembers>().AddSingleton<Sanctions>().AddSingleton<SanctionLists>();
        services.AddSingleton<AuditExport>().AddSingleton<RoomDesk>().AddSingleton<TokenDesk>().AddSingleton<KeyDesk>().AddSingleton<WhyDesk>().AddSingleton<StartLimits>();
        services.AddSingleton<OverviewBoard>().AddHostedService(static provider => provider.GetRequiredService<OverviewBoard>());
        services.AddSingleton<Reports>().AddSingleton<ReportLists>().AddSingleton<ReportDesk>();
        services.AddSingleton<SweptTexts>().AddSingleton<SweepLists>().AddSingleton<Sweeps>();
        services.AddSingleton(SettingsReader.Read<PolicyOptions>(settings, "Policy")).AddSingleton<RuleBook>().AddSingleton<RuleDesk>().AddSingleton<RuleTrial>().AddSingleton<Screening>().AddSingleton<ModeratorNews>();
        services.AddSingleton<RecentRefusals>().AddSingleton<HeldMessages>().AddSingleton<HeldDesk>().AddSingleton<PolicyChecks>().AddSingleton<PolicyDesk>();
        services.AddSingleton<LiveLimits>().AddSingleton<InstanceSettings>().AddSingleton<Invitations>().AddSingleton<Admission>();
        services.AddSingleton<TimingWheel>().AddSingleton<ConnectionGate>().AddSingleton(static _ => new ArrivalTurns(4 * Environment.ProcessorCount)).AddSingleton<CommandPace>().AddSingleton<SocketServices>().AddSingleton<SocketEndpoint>().AddSingleton<EventEndpoint>().AddSingleton<LineServer>();
        services.AddHostedService(static provider => provider.GetRequiredService<LineServer>());
        services.AddServerApi(SettingsReader.Read<ApiOptions>(settings, "Api"));
        services.AddPages(SettingsReader.Read<PageOptions>(settings, "Pages"));
        EndOfService.Add(services, push);
        replace?.Invoke(services);

        var app = builder.Build();
        app.Services.GetRequiredService<ChatDatabase>().Prepare(app.Services.GetRequiredService<TimeProvider>());
        app.Services.GetRequiredService<InstanceSettings>().Begin();

        SettingsReader.Read<ProxyOptions>(settings, "Proxy").Use(app);
        app.UseErrorPages();
        app.Use(SecurityHeaders.AddAsync);
        app.Use(app.Services.GetRequiredService<OriginCheck>().InvokeAsync);
        app.UseRequestLocalization();
        app.Use(SocketUpgrade.PrepareAsync);
        app.UseWebSockets();
        app.Use(PageServices.OnlyWebSocketsAsync);
        app.UseRateLimiter();
        app.UseAuthentication();
        app.UseAuthorization();
        app.Use(AvatarApi.RefuseLargeAsync);
        app.UseAntiforgery();

        app.MapStaticAssets();
        app.MapAccountApi();
        app.MapAvatars();
        app.MapOwnData();
        app.MapAudit();
        app.MapServerApi();
        app.MapHealth();
        app.MapAsyncApi();
        app.MapMetrics();
        SocketEndpoint.Map(app);
        EventEndpoint.Map(app);
        app.MapPages();
        return app;
    }

    private static void AddPush(this IServiceCollection services, PushOptions options) => services
        .AddSingleton(options)
        .AddSingleton<IEventEncoder, FrameEncoder>()
        .AddSingleton<RoomBroker>()
        .AddSingleton<OriginCheck>()
        .AddSingleton<RequestProof>()
        // As many as the system allows by default: what does not fit is tried again by the client's system after 1, 3, 7 and 15 seconds.
        .Configure<SocketTransportOptions>(static sockets => sockets.Backlog = 4096);
}

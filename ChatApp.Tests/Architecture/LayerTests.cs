namespace ChatApp.Tests.Architecture;

/// <summary>Who may know whom, read from the sources. <see cref="CompiledLayerTests"/> asks the compiled code the same.</summary>
public sealed class LayerTests
{
    // The composition root names everything once; all else keeps to its layer.
    private const string CompositionRoot = "ChatApp/Program.cs";

    private static readonly string FeaturesButPush = string.Join('|', SourceTree.Features.Where(feature => feature != "Push")
        .Union(["Rooms", "Messages", "Presence", "Moderation", "Accounts", "Search", "Files", "Wire", "Sockets", "Api", "Storage", "Components"]));

    private static readonly SourceRule Push = new(
        "Push knows no database, no web framework, no socket and no feature: it is measured, and can be moved, alone.",
        In("ChatApp/Push/"),
        $@"\bMicrosoft\.(EntityFrameworkCore|AspNetCore|JSInterop|Data)\b|\bSystem\.Net\.\w*Sockets\b|\bChatApp\.({FeaturesButPush})\b");

    private static readonly SourceRule Blazor = new(
        "Only Components knows Blazor: everything else is tested without a renderer.",
        path => In("ChatApp/")(path) && !In("ChatApp/Components/")(path),
        @"\bMicrosoft\.AspNetCore\.Components\b");

    private static readonly SourceRule BelowComponents = new(
        "Nothing refers to Components but the composition root, which maps them.",
        path => In("ChatApp/")(path) && !In("ChatApp/Components/")(path) && path != CompositionRoot,
        @"\bChatApp\.Components\b");

    private static readonly SourceRule Database = new(
        "Components never touch the database: a circuit outlives every scope. Ask the feature's service.",
        In("ChatApp/Components/"),
        @"\bChatDbContext\b|\bIDbContextFactory\b|\bMicrosoft\.EntityFrameworkCore\b");

    private static readonly SourceRule Identity = new(
        "UserManager and SignInManager are scoped: only the static account pages, which live for one request, use them.",
        path => In("ChatApp/Components/")(path) && !In("ChatApp/Components/Account/")(path),
        @"\b(UserManager|SignInManager|RoleManager)\b");

    private static readonly SourceRule ComponentsToSockets = new(
        "Components and Sockets are two viewers of one engine and do not know each other.",
        In("ChatApp/Components/"),
        @"\bChatApp\.Sockets\b|(?<![\w.])Sockets\.[A-Z]|\bSocket(Session|Endpoint)\b");

    private static readonly SourceRule SocketsToComponents = new(
        "Components and Sockets are two viewers of one engine and do not know each other.",
        In("ChatApp/Sockets/"),
        @"\bChatApp\.Components\b|(?<![\w.])Components\.[A-Z]");

    [Fact]
    public void Push_knows_only_itself() => Push.AssertHolds();

    [Theory]
    [InlineData("using Microsoft.EntityFrameworkCore;")]
    [InlineData("using Microsoft.AspNetCore.Http;")]
    [InlineData("using System.Net.WebSockets;")]
    [InlineData("System.Net.Sockets.Socket? socket;")]
    [InlineData("using Log = ChatApp.Messages.RoomLog;")]
    [InlineData("global::ChatApp.Storage.ChatDbContext? db;")]
    public void The_rule_on_Push_stops(string code) => Push.AssertStops("ChatApp/Push/Bad.cs", code);

    [Theory]
    [InlineData("namespace ChatApp.Push;")]
    [InlineData("/// <summary>Unlike Microsoft.AspNetCore.SignalR, this…</summary>")]
    [InlineData("/* ChatApp.Rooms\n asks */ ChatApp.RoomId room;")]
    public void The_rule_on_Push_allows(string code) => Push.AssertAllows("ChatApp/Push/Good.cs", code);

    [Fact]
    public void Only_Components_knows_Blazor() => Blazor.AssertHolds();

    [Fact]
    public void The_rule_on_Blazor_stops_a_using_and_allows_mapping()
    {
        Blazor.AssertStops("ChatApp/Messages/Bad.cs", "using Microsoft.AspNetCore.Components;");
        Blazor.AssertStops(CompositionRoot, "using Microsoft.AspNetCore.Components.Web;");
        Blazor.AssertAllows(CompositionRoot, "using ChatApp.Components;\napp.MapRazorComponents<App>().AddInteractiveServerRenderMode();");
        Blazor.AssertAllows("ChatApp/Components/Good.razor", "@using Microsoft.AspNetCore.Components.Web");
    }

    [Fact]
    public void Only_the_composition_root_refers_to_Components() => BelowComponents.AssertHolds();

    [Fact]
    public void The_rule_on_referring_to_Components_stops_a_feature()
    {
        BelowComponents.AssertStops("ChatApp/Rooms/Bad.cs", "using ChatApp.Components.Rooms;");
        BelowComponents.AssertAllows(CompositionRoot, "using ChatApp.Components;");
    }

    [Fact]
    public void Components_never_touch_the_database() => Database.AssertHolds();

    [Theory]
    [InlineData("@inject ChatDbContext Db")]
    [InlineData("@inject IDbContextFactory<X> Factory")]
    [InlineData("@using Microsoft.EntityFrameworkCore")]
    public void The_rule_on_the_database_stops(string code) => Database.AssertStops("ChatApp/Components/Rooms/Bad.razor", code);

    [Fact]
    public void Only_the_account_pages_use_the_scoped_Identity_managers() => Identity.AssertHolds();

    [Fact]
    public void The_rule_on_Identity_stops_it_elsewhere()
    {
        Identity.AssertStops("ChatApp/Components/Admin/Bad.razor", "@inject UserManager<ChatUser> Users");
        Identity.AssertStops("ChatApp/Components/Layout/Bad.razor.cs", "SignInManager<ChatUser> signIn");
        Identity.AssertAllows("ChatApp/Components/Account/SignIn.razor", "@inject SignInManager<ChatUser> Manager");
        Identity.AssertAllows("ChatApp/Components/Admin/Good.razor", "@* no UserManager here *@");
    }

    [Fact]
    public void Components_do_not_know_Sockets() => ComponentsToSockets.AssertHolds();

    [Fact]
    public void Sockets_do_not_know_Components() => SocketsToComponents.AssertHolds();

    [Fact]
    public void The_rules_between_Components_and_Sockets_stop_both_ways()
    {
        ComponentsToSockets.AssertStops("ChatApp/Components/Admin/Bad.razor", "@inject ChatApp.Sockets.SocketOptions Options");
        ComponentsToSockets.AssertStops("ChatApp/Components/Admin/Bad.cs", "Sockets.SocketOptions options");
        ComponentsToSockets.AssertAllows("ChatApp/Components/Admin/Good.cs", "catch (System.Net.Sockets.SocketException)");
        SocketsToComponents.AssertStops("ChatApp/Sockets/Bad.cs", "using ChatApp.Components.Messages;");
        SocketsToComponents.AssertStops("ChatApp/Sockets/Bad.cs", "Components.App app");
    }

    private static Func<string, bool> In(string folder) =>
        path => path.StartsWith(folder, StringComparison.Ordinal) && SourceTree.IsCode(path);
}

using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Tokens;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Moderation;

/// <summary>The lists of the console: paged, sorted and filtered where the data is, and only what the reader may know.</summary>
public sealed class ConsoleListTests(TestServer server) : IClassFixture<TestServer>
{
    [Fact]
    public async Task Accounts_are_paged_sorted_and_filtered_by_name_rank_and_state()
    {
        var boss = await server.AddPersonAsync("Boss", Rank.Administrator);
        for (var i = 0; i < 27; i++) await server.AddPersonAsync($"Listed{i:00}");
        var (locked, banned) = (await server.AddPersonAsync("Listed90"), await server.AddPersonAsync("Listed91", Rank.Moderator));
        await server.Get<ModerationDesk>().LockAsync(boss.Id, locked.Id, "why");
        await server.ImposeAsync(boss, banned, SanctionKind.Ban, room: null);
        var bot = await server.AddBotAsync(boss, "Listed92");
        var first = Page(new AccountQuery("listed"), default);
        Assert.Equal((PageAsk.Size, 30), (first.Lines.Count, first.Total));
        Assert.StartsWith("Listed00", first.Lines[0].User.Name, StringComparison.Ordinal);
        Assert.Equal(5, Page(new AccountQuery("listed"), new PageAsk(1)).Lines.Count);
        Assert.Empty(Page(new AccountQuery("listed"), new PageAsk(2)).Lines);
        Assert.Equal(bot, Page(new AccountQuery("listed"), new PageAsk(Sort: "created", IsDescending: true)).Lines[0].User.Id);
        Assert.Equal(banned.Id, Assert.Single(Page(new AccountQuery("listed", Rank.Moderator), default).Lines).User.Id);
        Assert.Equal(locked.Id, Assert.Single(Page(new AccountQuery("listed", State: AccountState.Locked), default).Lines).User.Id);
        Assert.True(Assert.Single(Page(new AccountQuery("listed", State: AccountState.Banned), default).Lines).IsBanned);
        Assert.Equal(bot, Assert.Single(Page(new AccountQuery("listed", State: AccountState.Bot), default).Lines).User.Id);

        LinePage<AccountLine> Page(AccountQuery query, PageAsk ask) => server.Get<ModerationDesk>().AccountPage(boss.Id, query, ask)!;
    }

    [Fact]
    public async Task Connections_are_found_by_name_program_and_address_and_sorted()
    {
        var (mod, ann) = (await server.AddPersonAsync("Mod", Rank.Moderator), await server.AddPersonAsync("Findme"));
        var broker = server.Get<RoomBroker>();
        var (first, second) = (broker.Connect(new ConnectionDescription(ann.Id, ConnectionKind.Socket, "192.0.2.77", "weather 1.0"))!, broker.Connect(new ConnectionDescription(ann.Id, ConnectionKind.Circuit, "192.0.2.78"))!);
        Assert.Equal([first.Id], Page(new ConnectionQuery("WEATHER")).Select(line => line.Id));
        Assert.Equal([second.Id], Page(new ConnectionQuery("0.2.78")).Select(line => line.Id));
        Assert.Equal([first.Id, second.Id], Page(new ConnectionQuery("findme"), new PageAsk(Sort: "address")).Select(line => line.Id));
        Assert.Equal([second.Id], Page(new ConnectionQuery(User: ann.Id, Kind: ConnectionKind.Circuit)).Select(line => line.Id));
        first.End(EndReason.Closed);
        second.End(EndReason.Closed);

        IReadOnlyList<ConnectionLine> Page(ConnectionQuery query, PageAsk ask = default) => server.Get<ModerationDesk>().ConnectionPage(mod.Id, query, ask)!.Lines;
    }

    [Fact]
    public async Task Of_rooms_that_a_moderator_may_not_know_of_only_the_number_is_told()
    {
        await using var own = await TestServer.StartAsync();
        var (mod, ann, bob) = (await own.AddPersonAsync("Mod", Rank.Moderator), await own.AddPersonAsync("Ann"), await own.AddPersonAsync("Bob"));
        var open = await own.MakeRoomAsync(ann, name: "Market", members: [bob]);
        var shared = await own.MakeRoomAsync(ann, RoomVisibility.Private, "Shared", mod);
        await own.MakeRoomAsync(ann, RoomVisibility.Private, "Vault");
        await own.Get<DirectRooms>().OpenAsync(ann.Id, [bob.Id]);
        await own.PostAsync(ann, open.Id, "words");
        var desk = own.Get<RoomDesk>();
        Assert.Equal(["General", "Market", "Shared"], desk.List(mod.Id, new RoomQuery(), default)!.Lines.Select(line => line.Room.Name));
        Assert.Equal((1, 1), desk.Hidden(mod.Id));
        var line = Assert.Single(desk.List(mod.Id, new RoomQuery("mark"), default)!.Lines);
        Assert.Equal((2, 1), (line.Members, line.Messages));
        await own.Get<RoomSettings>().SetLockAsync(mod.Id, open.Id, isLocked: true, "order");
        Assert.Equal([open.Id], desk.List(mod.Id, new RoomQuery(State: RoomState.Locked), default)!.Lines.Select(one => one.Room.Id));
        Assert.Equal("General", desk.List(mod.Id, new RoomQuery(), new PageAsk(Sort: "members", IsDescending: true))!.Lines[0].Room.Name);
        Assert.Null(desk.List(ann.Id, new RoomQuery(), default));
        Assert.NotEqual(default, shared.Id);
    }

    [Fact]
    public async Task Sanctions_are_filtered_by_kind_and_name_and_name_only_rooms_that_the_moderator_may_know_of()
    {
        var (mod, boss, ann, bob) = (await server.AddPersonAsync("Mod", Rank.Moderator), await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Ann"), await server.AddPersonAsync("Sanctioned"));
        var (open, secret) = (await server.MakeRoomAsync(ann, name: "Plaza", members: [bob]), await server.MakeRoomAsync(ann, RoomVisibility.Private, "Vault", bob, boss));
        await server.ImposeAsync(mod, bob, SanctionKind.Mute, open.Id, TimeSpan.FromHours(1));
        var warning = await server.ImposeAsync(boss, bob, SanctionKind.Warning, secret.Id);
        var lists = server.Get<SanctionLists>();
        Assert.Equal([null, "Plaza"], Page(new SanctionQuery { Name = bob.Name }, new PageAsk(IsDescending: true)).Select(line => line.RoomName));
        Assert.Equal([SanctionKind.Mute], Page(new SanctionQuery { Name = "sanctioned", Kind = SanctionKind.Mute }).Select(line => line.Term.Kind));
        await server.Get<Sanctions>().LiftAsync(boss.Id, warning.Id, "over");
        Assert.Single(Page(new SanctionQuery(OnlyHolding: true) { Name = bob.Name }));
        Assert.Null(lists.Page(ann.Id, new SanctionQuery(), default));

        IReadOnlyList<SanctionLine> Page(SanctionQuery query, PageAsk ask = default) => lists.Page(mod.Id, query, ask)!.Lines;
    }

    [Fact]
    public async Task Tokens_of_all_are_for_administrators_who_revoke_them_with_a_reason()
    {
        var (boss, mod, ann) = (await server.AddPersonAsync("Boss", Rank.Administrator), await server.AddPersonAsync("Mod", Rank.Moderator), await server.AddPersonAsync("Holder"));
        var token = await server.AddTokenAsync(ann);
        var bot = await server.AddBotAsync(ann, "Holderbot");
        var botToken = await server.AddTokenAsync(ann, bot: bot);
        var desk = server.Get<TokenDesk>();
        Assert.Equal([token.Id, botToken.Id], desk.List(boss.Id, new TokenQuery("holder"), default)!.Lines.Select(line => line.Token.Id));
        var ofBot = Assert.Single(desk.List(boss.Id, new TokenQuery("holder", OnlyBots: true), default)!.Lines);
        Assert.Equal((bot, ann.Id), (ofBot.Account.Id, ofBot.Owner!.Id));
        Assert.Null(desk.List(mod.Id, new TokenQuery(), default));
        await using var socket = await server.ConnectByAsync(token.Secret);
        Assert.Equal(ModerationOutcome.ReasonMissing, await desk.RevokeAsync(boss.Id, token.Id, " "));
        Assert.Equal(ModerationOutcome.NotAllowed, await desk.RevokeAsync(mod.Id, token.Id, "why"));
        Assert.Equal(ModerationOutcome.Done, await desk.RevokeAsync(boss.Id, token.Id, "leaked"));
        Assert.Equal(EndReason.InvalidToken.Code, await socket.ClosedAsync());
        Assert.Equal(ModerationOutcome.NotFound, await desk.RevokeAsync(boss.Id, token.Id, "again"));
        Assert.Equal([botToken.Id], desk.List(boss.Id, new TokenQuery("holder"), default)!.Lines.Select(line => line.Token.Id));
    }

    [Fact]
    public void A_page_far_beyond_the_last_costs_no_more_than_the_last_one() =>
        Assert.Equal((PageAsk.MostPages - 1) * PageAsk.Size, new PageAsk(int.MaxValue).Skip);

    [Fact]
    public async Task The_overview_tells_what_happened_between_two_looks_and_keeps_fifteen_minutes()
    {
        var time = new ManualTime();
        await using var own = await TestServer.StartAsync(replace: services => services.AddSingleton<TimeProvider>(time));
        var (mod, ann) = (await own.AddPersonAsync("Mod", Rank.Moderator), await own.AddPersonAsync("Ann"));
        var board = own.Get<OverviewBoard>();
        await time.PassAsync(OverviewBoard.Interval);
        await Eventually.BecomesAsync(() => Task.FromResult(board.Samples(mod.Id)!.Count == 1));
        var connection = own.Get<RoomBroker>().Connect(new ConnectionDescription(ann.Id, ConnectionKind.Circuit, "192.0.2.1"))!;
        Assert.NotNull(own.Get<RoomBroker>().Subscribe(connection, RoomId.General).Subscription);
        for (var i = 0; i < 10; i++) await own.PostAsync(ann, RoomId.General, "words");
        time.Advance(OverviewBoard.Interval);
        await Eventually.BecomesAsync(() => Task.FromResult(board.Samples(mod.Id)!.Count == 2));
        var sample = board.Samples(mod.Id)![1];
        Assert.Equal((1, 0, 2.0, 2.0), (sample.Pages, sample.Programs, sample.Messages, sample.Deliveries));
        Assert.True(sample.PostMedian > 0 && sample.PostSlow >= sample.PostMedian && sample.Memory > 0);
        Assert.Null(board.Samples(ann.Id));
        for (var i = 0; i < OverviewBoard.Kept + 5; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(1));
            board.Take();
        }

        Assert.Equal(OverviewBoard.Kept, board.Samples(mod.Id)!.Count);
        Assert.Null(board.Samples(mod.Id)![^1].PostMedian);
    }

    [Theory]
    [InlineData(0.5, 0.002)]
    [InlineData(0.99, 1.0)]
    public void Quantiles_are_right_to_a_fifth(double part, double expected)
    {
        var counts = new LatencyCounts();
        counts.Add(60);
        var before = counts.Read();
        for (var i = 0; i < 98; i++) counts.Add(0.002);
        counts.Add(1);
        counts.Add(1);
        Assert.InRange(LatencyCounts.Quantile(before, counts.Read(), part)!.Value, expected * 0.8, expected * 1.2);
        Assert.Null(LatencyCounts.Quantile(counts.Read(), counts.Read(), part));
    }
}

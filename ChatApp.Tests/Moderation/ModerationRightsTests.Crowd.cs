using System.Text.Json;
using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Moderation.Held;
using ChatApp.Moderation.Policies;
using ChatApp.Moderation.Rules;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Tokens;

namespace ChatApp.Tests.Moderation;

/// <summary>The people of the table, and the ways in.</summary>
public sealed partial class ModerationRightsTests
{
    /// <summary>A room with two people of each standing.</summary>
    public sealed class Crowd : IAsyncLifetime
    {
        private TestPerson _maker = default!;

        public TestServer Server { get; } = new PersonalTokenTests.Server();

        public RoomId Room { get; private set; }

        public Dictionary<Standing, TestPerson> Actors { get; } = [];

        public Dictionary<Standing, TestPerson> Targets { get; } = [];

        public async Task InitializeAsync()
        {
            await Server.InitializeAsync();
            _maker = await Server.AddPersonAsync("Maker");
            Room = (await Server.MakeRoomAsync(_maker)).Id;
            foreach (var standing in Standings)
            {
                foreach (var people in (Dictionary<Standing, TestPerson>[])[Actors, Targets])
                {
                    people[standing] = await Server.AddPersonAsync(standing.ToString(), RankOf(standing));
                    await PlaceAsync(people[standing], standing);
                }
            }
        }

        public Task DisposeAsync() => Server.DisposeAsync().AsTask();

        internal async Task<Door> OpenAsync(string entrance, TestPerson person)
        {
            if (entrance == "page") return new Door(Ask: null, Opened: null);
            var token = await Server.TokenOfAsync(person);
            if (entrance == "socket")
            {
                var socket = await Server.ConnectAsync(person);
                return new Door(socket.AskAsync, socket);
            }

            var lines = await TestLines.OpenAsync(Server.Get<ChatApp.Sockets.LineServer>().Address!);
            Assert.True((await lines.AskAsync(new { connect = new { token } })).TryGetProperty("connect", out _));
            return new Door(lines.AskAsync, lines);
        }

        /// <summary>Tries an act, and makes it undone; true where it was carried out.</summary>
        internal async Task<bool> DoAsync(string act, Door door, TestPerson by, TestPerson on, Standing standing)
        {
            var (method, room) = (act.Split('@')[0], act.Contains('@', StringComparison.Ordinal) ? (RoomId?)null : Room);
            var connection = Server.Get<RoomBroker>().Connect(new ConnectionDescription(on.Id, ConnectionKind.Circuit, "127.0.0.1"))!;
            var prepared = await PrepareAsync(method, on, room, connection);
            var isDone = door.Ask is null ? await ByServiceAsync(method, by, prepared) : await ByMethodAsync(door.Ask, method, prepared);
            connection.End(EndReason.Closed);
            await UndoAsync(on, standing);
            return isDone;
        }

        private async Task<Prepared> PrepareAsync(string method, TestPerson on, RoomId? room, Connection connection)
        {
            var message = method == "message.delete" ? (await Server.PostAsync(on, Room, "said")).Id : default;
            var sanction = method != "sanction.lift" ? 0 : await Server.Get<CommitQueue>().CommitAsync(commit =>
            {
                // Imposed by nobody in particular, so that only the table counts.
                var row = new Sanction { UserId = on.Id.Value, Kind = SanctionKind.Warning, RoomId = room?.Value, Reason = "why", ById = "operator", At = commit.Now };
                commit.Db.Sanctions.Add(row);
                commit.Db.SaveChanges();
                return row.Id;
            });
            var token = method == "moderation.revoke" ? (await Server.AddTokenAsync(on)).Id : "";
            if (method.StartsWith("key.", StringComparison.Ordinal)) token = await KeyAsync(on, isRevoked: method == "key.restore");
            return new Prepared(on, room, message, sanction, await PrepareReportAsync(method, on, room), await PrepareSweepAsync(method, on), connection, token)
            {
                Rule = await RuleAsync(method, room), Held = await HeldAsync(method, on),
            };
        }

        private async Task<long> PrepareReportAsync(string method, TestPerson on, RoomId? room) => method is not ("report.read" or "report.resolve") ? 0 : await Server.Get<CommitQueue>().CommitAsync(commit =>
        {
            commit.Db.Reports.RemoveRange(commit.Db.Reports);
            commit.Db.SaveChanges();
            var row = new Report { ReporterId = _maker.Id.Value, UserId = on.Id.Value, RoomId = room?.Value, Category = ReportCategory.Spam, Comment = "", At = commit.Now };
            commit.Db.Reports.Add(row);
            commit.Db.SaveChanges();
            return row.Id;
        });

        private async Task<long> PrepareSweepAsync(string method, TestPerson on)
        {
            if (method == "sweep.run") await Server.PostAsync(on, Room, "said");
            if (method is not ("sweep.undo" or "sweep.purge" or "sweep.cancel")) return 0;
            return await Server.Get<CommitQueue>().CommitAsync(commit =>
            {
                // Swept by nobody in particular, so that only the table counts.
                var state = method == "sweep.cancel" ? SweepState.Running : SweepState.Done;
                var row = new Sweep { UserId = on.Id.Value, ById = "operator", At = commit.Now, Since = commit.Now, Rooms = Room.Value, Reason = "why", State = state };
                commit.Db.Sweeps.Add(row);
                commit.Db.SaveChanges();
                return row.Id;
            });
        }

        private Task<string> KeyAsync(TestPerson on, bool isRevoked) => Server.Get<CommitQueue>().CommitAsync(commit =>
        {
            var (_, row) = ApiKeys.Make(Guid.NewGuid().ToString("N"), ApiScopes.Read, "", on.Id, commit.Now);
            if (isRevoked) row.RevokedAt = commit.Now;
            commit.Db.ApiKeys.Add(row);
            return row.Id;
        });

        // Past the services, so that only the table counts.
        private Task<long> RuleAsync(string method, RoomId? room) => method is not ("rule.change" or "rule.remove") ? Task.FromResult(0L) : Server.Get<CommitQueue>().CommitAsync(commit =>
        {
            var row = new AutoModRule { RoomId = room?.Value, Name = "rule", Kind = RuleKind.Words, Patterns = "spam", Action = RuleAction.Block, ChangedById = "operator", ChangedAt = commit.Now };
            commit.Db.Rules.Add(row);
            commit.Db.SaveChanges();
            return row.Id;
        });

        private Task<long> HeldAsync(string method, TestPerson on) => method is not ("held.approve" or "held.reject") ? Task.FromResult(0L) : Server.Get<CommitQueue>().CommitAsync(commit =>
        {
            var row = new HeldMessage { AuthorId = on.Id.Value, RoomId = Room.Value, Key = Guid.NewGuid().ToString("N"), Fingerprint = "x", Text = "said", Source = "rule", At = commit.Now };
            commit.Db.Held.Add(row);
            commit.Db.SaveChanges();
            return row.Id;
        });

        private async Task<bool> ByServiceAsync(string method, TestPerson by, Prepared it)
        {
            var (sanctions, desk, settings) = (Server.Get<Sanctions>(), Server.Get<ModerationDesk>(), Server.Get<RoomSettings>());
            return method switch
            {
                "brake.lift" => await Server.Get<RaidBrake>().LiftAsync(by.Id, it.Room) == ModerationOutcome.Done,
                "report.list" => Server.Get<ReportLists>().List(by.Id, it.Room) is not null,
                "report.read" => await Server.Get<ReportDesk>().ReadAsync(by.Id, it.Report) is not null,
                "report.resolve" => (await Server.Get<ReportDesk>().ResolveAsync(by.Id, it.Report, new ReportVerdict(ReportDecision.Dismiss, "why"))).IsDone,
                "sweep.list" => Server.Get<SweepLists>().List(by.Id, it.Room) is not null,
                "sweep.run" => (await Server.Get<Sweeps>().RunAsync(by.Id, new SweepOrder(it.On.Id, 5, [Room], "why"))).IsDone,
                "sweep.undo" => (await Server.Get<Sweeps>().UndoAsync(by.Id, it.Sweep, "why")).IsDone,
                "sweep.purge" => (await Server.Get<Sweeps>().PurgeAsync(by.Id, it.Sweep, "why")).IsDone,
                "sweep.cancel" => (await Server.Get<Sweeps>().CancelAsync(by.Id, it.Sweep)).IsDone,
                "message.delete" => (await Server.Get<MessageEditor>().DeleteAsync(by.Id, it.Message, "why")).Outcome == MessageOutcome.Done,
                "held.approve" => (await Server.Get<HeldDesk>().ApproveAsync(by.Id, it.Held)).Outcome == HeldOutcome.Done,
                "held.list" => Server.Get<HeldDesk>().List(by.Id, it.Room) is not null,
                "held.reject" => (await Server.Get<HeldDesk>().RejectAsync(by.Id, it.Held, "why")).Outcome == HeldOutcome.Done,
                "policy.leave" => await Server.Get<PolicyDesk>().LeaveAsync(by.Id, it.Connection, Room) == PolicyOutcome.Done,
                "policy.register" => await Server.Get<PolicyDesk>().RegisterAsync(by.Id, it.Connection, Room, PolicyMode.Open) == PolicyOutcome.Done,
                "policy.set" => await Server.Get<PolicyDesk>().SetAsync(by.Id, Room, PolicyMode.Open) == PolicyOutcome.Done,
                "rule.add" => (await Server.Get<RuleDesk>().AddAsync(by.Id, it.Room, Rule)).IsDone,
                "rule.change" => (await Server.Get<RuleDesk>().ChangeAsync(by.Id, it.Rule, Rule)).IsDone,
                "rule.list" => Server.Get<RuleDesk>().List(by.Id, it.Room) is not null,
                "rule.remove" => (await Server.Get<RuleDesk>().RemoveAsync(by.Id, it.Rule)).IsDone,
                "rule.test" => (await Server.Get<RuleTrial>().TestAsync(by.Id, it.Room, Rule)).Outcome == RuleOutcome.Done,
                "room.kick" => (await sanctions.KickAsync(by.Id, Room, it.On.Id, "why")).IsDone,
                "room.lock" => (await settings.SetLockAsync(by.Id, Room, isLocked: true)).IsDone,
                "room.slow" => (await settings.SetSlowModeAsync(by.Id, Room, 5)).IsDone,
                "sanction.warn" => (await sanctions.ImposeAsync(by.Id, new SanctionOrder(it.On.Id, SanctionKind.Warning, it.Room, "why"))).IsDone,
                "sanction.mute" => (await sanctions.ImposeAsync(by.Id, new SanctionOrder(it.On.Id, SanctionKind.Mute, it.Room, "why", TimeSpan.FromHours(1)))).IsDone,
                "sanction.ban" => (await sanctions.ImposeAsync(by.Id, new SanctionOrder(it.On.Id, SanctionKind.Ban, it.Room, "why"))).IsDone,
                "sanction.lift" => (await sanctions.LiftAsync(by.Id, it.Sanction)).IsDone,
                "sanction.list" => Server.Get<SanctionLists>().List(by.Id, new SanctionQuery(it.Room)) is not null,
                "moderation.accounts" => desk.Accounts(by.Id) is not null,
                "moderation.audit" => desk.Audit(by.Id) is not null,
                "moderation.connections" => desk.Connections(by.Id) is not null,
                "moderation.disconnect" => await desk.DisconnectAsync(by.Id, it.Connection.Id, "why") == ModerationOutcome.Done,
                "moderation.disconnect_all" => (await Server.Get<ConnectionDesk>().DisconnectAllAsync(by.Id, it.On.Id, "why")).Outcome == ModerationOutcome.Done,
                "key.list" => Server.Get<KeyDesk>().List(by.Id, new KeyQuery(), default) is not null,
                "key.revoke" => await Server.Get<KeyDesk>().RevokeAsync(by.Id, it.Token, "why") == ModerationOutcome.Done,
                "key.restore" => await Server.Get<KeyDesk>().RestoreAsync(by.Id, it.Token, "why") == ModerationOutcome.Done,
                "moderation.overview" => Server.Get<OverviewBoard>().Samples(by.Id) is not null,
                "moderation.revoke" => await Server.Get<TokenDesk>().RevokeAsync(by.Id, it.Token, "why") == ModerationOutcome.Done,
                "moderation.rooms" => Server.Get<RoomDesk>().List(by.Id, new RoomQuery(), default) is not null,
                "moderation.tokens" => Server.Get<TokenDesk>().List(by.Id, new TokenQuery(), default) is not null,
                "moderation.why" => (await Server.Get<WhyDesk>().AskAsync(by.Id, it.On.Id, Room)).Outcome == ModerationOutcome.Done,
                "moderation.rank" => await desk.SetRankAsync(by.Id, it.On.Id, OtherRank(it.On), "why") == ModerationOutcome.Done,
                _ => throw new NotSupportedException(method),
            };
        }

        private async Task<bool> ByMethodAsync(Func<object, Task<JsonElement>> ask, string method, Prepared it)
        {
            var data = new Dictionary<string, object>(StringComparer.Ordinal) { ["user"] = it.On.Id.Value, ["reason"] = "why" };
            if (it.Room is { } room) data["room"] = room.Value;
            if (method == "sanction.mute") data["seconds"] = 3600;
            if (method == "sanction.list") data.Remove("user");
            if (method.StartsWith("rule.", StringComparison.Ordinal)) (data["name"], data["kind"], data["action"], data["patterns"]) = ("rule", "words", "block", new[] { "spam" });
            if (method.StartsWith("policy.", StringComparison.Ordinal)) data["fail"] = "open";
            if (it.Rule > 0 || it.Held > 0) data["id"] = Math.Max(it.Rule, it.Held);
            if (method == "message.delete") data["id"] = it.Message.ToString();
            if (method == "sanction.lift") data["id"] = it.Sanction;
            if (method == "room.slow") data["seconds"] = 5;
            if (method is "report.read" or "report.resolve") data["id"] = it.Report;
            if (method == "report.resolve") data["decision"] = "dismiss";
            if (method is "sweep.undo" or "sweep.purge" or "sweep.cancel") data["id"] = it.Sweep;
            if (method == "sweep.run") (data["minutes"], data["rooms"]) = (5, new[] { Room.Value });
            if (method == "moderation.disconnect") data["client"] = it.Connection.Id.ToString();
            if (method is "moderation.revoke" or "key.revoke" or "key.restore") data["id"] = it.Token;
            if (method == "moderation.why") data["room"] = Room.Value;
            if (method == "moderation.rank") data["rank"] = OtherRank(it.On) == Rank.Moderator ? "moderator" : "member";
            var reply = await ask(new { rpc = new { method, data } });
            if (reply.TryGetProperty("rpc", out _)) return true;
            Assert.Equal(103, TestSocket.ErrorOf(reply));
            return false;
        }

        private static RuleDraft Rule => new("rule", RuleKind.Words, RuleAction.Block) { Patterns = ["spam"] };

        private Rank OtherRank(TestPerson person) => Server.Get<UserDirectory>().Get(person.Id).Rank == Rank.Member ? Rank.Moderator : Rank.Member;

        // As it was: whatever was imposed is lifted, who went is back with their role and their rank, the room is open.
        private async Task UndoAsync(TestPerson on, Standing standing)
        {
            await Server.Get<CommitQueue>().CommitAsync(commit =>
            {
                commit.Db.Rules.RemoveRange(commit.Db.Rules);
                commit.Db.Held.RemoveRange(commit.Db.Held);
                commit.Db.Policies.RemoveRange(commit.Db.Policies);
                Server.Get<RuleBook>().Change(commit);
                foreach (var row in commit.Db.Sanctions.Where(row => row.LiftedAt == null)) row.LiftedAt = commit.Now;
                var room = commit.Db.Rooms.Single(room => room.Id == Room.Value);
                (room.IsLocked, room.SlowSeconds) = (false, 0);
                commit.Db.Users.Single(user => user.Id == on.Id.Value).Rank = RankOf(standing);
                return true;
            });
            Server.Get<UserDirectory>().Replace(new UserCard(on.Id, on.Name, RankOf(standing)));
            await PlaceAsync(on, standing);
        }

        private async Task PlaceAsync(TestPerson person, Standing standing)
        {
            Assert.True((await Server.Get<RoomWriter>().JoinAsync(person.Id, Room)).IsDone);
            await Server.Get<CommitQueue>().CommitAsync(commit =>
                commit.Db.Memberships.Single(m => m.RoomId == Room.Value && m.UserId == person.Id.Value).Role = standing switch
                {
                    Standing.RoomOwner => RoomRole.Owner,
                    Standing.RoomModerator => RoomRole.Moderator,
                    _ => RoomRole.Member,
                });
        }

        private static Rank RankOf(Standing standing) => standing switch { Standing.Administrator => Rank.Administrator, Standing.Moderator => Rank.Moderator, _ => Rank.Member };

        private sealed record Prepared(TestPerson On, RoomId? Room, MessageId Message, long Sanction, long Report, long Sweep, Connection Connection, string Token)
        {
            public long Rule { get; init; }

            public long Held { get; init; }
        }
    }

    /// <summary>One way in, held open.</summary>
    internal sealed record Door(Func<object, Task<JsonElement>>? Ask, IAsyncDisposable? Opened) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Opened?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}

using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Rooms;
using ChatApp.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Moderation;

/// <summary>What tests do with sanctions, in short words.</summary>
internal static class SanctionKit
{
    /// <summary>One millisecond.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    /// <summary>A clock that shows a whole millisecond, as commits do.</summary>
    public static SetTime Clock() => new(DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()));

    /// <summary>A server with a clock of the test.</summary>
    public static Task<TestServer> StartAsync(SetTime time, string? folder = null) => TestServer.StartAsync(replace: services => services.AddSingleton<TimeProvider>(time), folder: folder);

    /// <summary>Imposes a sanction; fails where it is refused.</summary>
    public static async Task<SanctionTerm> ImposeAsync(this TestServer server, TestPerson by, TestPerson on, SanctionKind kind, RoomId? room, TimeSpan? lasts = null, string reason = "Please calm down")
    {
        var result = await server.Get<Sanctions>().ImposeAsync(by.Id, new SanctionOrder(on.Id, kind, room, reason, lasts));
        Assert.Equal(SanctionOutcome.Done, result.Outcome);
        return result.Term!;
    }

    /// <summary>A moderator of the room, by its owner.</summary>
    public static async Task<TestPerson> AddRoomModeratorAsync(this TestServer server, TestPerson owner, RoomId room)
    {
        var moderator = await server.AddPersonAsync("Warden");
        Assert.True((await server.Get<RoomWriter>().InviteAsync(owner.Id, room, moderator.Id)).IsDone);
        Assert.True((await server.Get<RoomRoles>().SetAsync(owner.Id, room, moderator.Id, RoomRole.Moderator)).IsDone);
        return moderator;
    }

    /// <summary>Why a message of that person is refused, and until when; null where it is stored.</summary>
    public static async Task<PostResult.Rejected?> TryPostAsync(this TestServer server, TestPerson person, RoomId room, string text = "hello") =>
        await server.Get<MessageWriter>().PostAsync(person.Id, room, text, key: null) as PostResult.Rejected;
}

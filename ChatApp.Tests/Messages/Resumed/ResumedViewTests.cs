using System.Collections.Concurrent;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using ChatApp.Tests.Storage;

namespace ChatApp.Tests.Messages.Resumed;

/// <summary>
/// Twenty people do ten thousand things at random, through pages and sockets, while sockets are cut, readers are slow and
/// the server is stopped and started again. In the end every view that followed shows what a fresh load shows, the log has
/// no hole, and every key is there once.
/// </summary>
public sealed class ResumedViewTests
{
    private const int People = 20;
    private const int Operations = 10_000;
    private const int Restarts = 3;

    [Fact]
    public Task Every_resumed_view_equals_a_fresh_load() => RandomSeed.RunAsync(async seed =>
    {
        await using var house = await House.OpenAsync(People);
        var answers = new ConcurrentDictionary<(UserId Author, string Key), (RoomId Room, long? Offset)>();
        var pages = house.People.Where(person => person.Number % 2 == 0).Select(person => new PageView(house, person, new Random(seed + person.Number), isSlow: person.Number % 8 == 0)).ToList();
        var programs = house.People.Where(person => person.Number % 2 == 1).Select(person => new ProgramView(house, person, new Random(seed + person.Number), isSlow: person.Number % 8 == 1)).ToList();
        var views = pages.Select(page => page.FollowAsync()).Concat(programs.Select(program => program.FollowAsync())).ToList();

        var progress = new Progress();
        var actors = house.People.Select(async person =>
        {
            await using var actor = new Actor(house, person, new Random((seed * 100) + person.Number), person.Number % 2 == 0 ? pages[person.Number / 2] : null, answers, progress.Add);
            await actor.ActAsync(Operations / People);
        }).ToList();
        var restarting = RestartAsync(house, progress);
        // A view that fails must not be waited for by those who act.
        await await Task.WhenAny([Task.WhenAll([.. actors, restarting]), .. views.Select(FaultOf)]);
        await house.Quiet.CancelAsync();
        await Task.WhenAll(views).WaitAsync(TimeSpan.FromMinutes(2));

        var server = await house.ServerAsync();
        foreach (var room in house.Rooms)
        {
            var fresh = Fresh(server, house.People[0], room);
            var lines = fresh.Select(SeenMessages.LineOf).ToList();
            foreach (var program in programs) Assert.Equal(lines, program.Lines(room));
            foreach (var page in pages) page.AssertShows(room, fresh);
        }

        AssertEveryKeyOnce(server, answers);
        foreach (var page in pages) await page.CloseAsync();
        SoundFolder.Assert(server.Folder);

        // Without these nothing has been shown.
        Assert.True(programs.Sum(program => program.Returns) > 5 * programs.Count, "the programs were hardly ever cut");
        Assert.True(pages.Sum(page => page.Collapses) > 0, "no page was too slow");
        Assert.True(house.SlowEnds > 0, "no program was too slow");
    });

    private static async Task RestartAsync(House house, Progress progress)
    {
        for (var i = 1; i <= Restarts; i++)
        {
            await progress.ReachesAsync(Operations * i / (Restarts + 1));
            await house.RestartAsync();
        }
    }

    // Completes only where the task fails.
    private static async Task FaultOf(Task view)
    {
        await view;
        await Task.Delay(Timeout.Infinite, CancellationToken.None);
    }

    private static List<MessageView> Fresh(TestServer server, Resident viewer, RoomView room)
    {
        var messages = new List<MessageView>();
        while (server.Get<MessageHistory>().After(viewer.Id, room.Id, messages.Count == 0 ? Offset.Zero : messages[^1].Offset, 200) is { Messages: { Count: > 0 } page }) messages.AddRange(page);
        return messages;
    }

    private static void AssertEveryKeyOnce(TestServer server, ConcurrentDictionary<(UserId Author, string Key), (RoomId Room, long? Offset)> answers)
    {
        using var db = server.Get<ChatDatabase>().OpenRead();
        // ToDictionary throws where a key is there twice.
        var stored = db.Messages.ToDictionary(message => (new UserId(message.AuthorId), message.Key), message => (Room: new RoomId(message.RoomId), message.Offset));
        Assert.All(answers, answer =>
        {
            Assert.True(stored.TryGetValue(answer.Key, out var found), $"{answer.Key} is lost");
            Assert.Equal((answer.Value.Room, answer.Value.Offset ?? found.Offset), (found.Room, found.Offset));
        });
        Assert.True(answers.Count > Operations / 4, "hardly anybody posted");
    }

    private sealed class Progress
    {
        private int _done;

        public void Add(int operations) => Interlocked.Add(ref _done, operations);

        public Task ReachesAsync(int count) => Eventually.BecomesAsync(() => Volatile.Read(ref _done) >= count, "nobody acts any more", TimeSpan.FromMinutes(5));
    }
}

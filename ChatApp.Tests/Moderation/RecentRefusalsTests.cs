using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Moderation;

/// <summary>What was refused lately is remembered within its bounds, an hour long, and nobody pushes out what is others'.</summary>
public sealed class RecentRefusalsTests
{
    private static readonly UserId Ann = new("ann");
    private static readonly RoomId Room = new("general");
    private readonly SetTime _time = SanctionKit.Clock();
    private readonly RecentRefusals _refusals;

    public RecentRefusalsTests() => _refusals = new RecentRefusals(_time);

    [Fact]
    public void The_same_again_counts_up_and_comes_first()
    {
        var first = _time.Now;
        Note(Ann, "Words");
        _time.Now += TimeSpan.FromMinutes(1);
        _refusals.Note(Ann, Room, new PostResult.Rejected(PostRefusal.SlowMode));
        _time.Now += TimeSpan.FromMinutes(1);
        Note(Ann, "Words");
        _refusals.Note(Ann, Room, By("Words"), isEdit: true);
        Assert.Equal(
            [
                new RefusedAttempts(PostRefusal.Blocked, "Words", IsEdit: true, 1, _time.Now, _time.Now), new RefusedAttempts(PostRefusal.Blocked, "Words", IsEdit: false, 2, first, _time.Now),
                new RefusedAttempts(PostRefusal.SlowMode, By: null, IsEdit: false, 1, first.AddMinutes(1), first.AddMinutes(1)),
            ],
            _refusals.Of(Ann, Room));
        Assert.Empty(_refusals.Of(Ann, new RoomId("other")));
        Assert.Empty(_refusals.Of(new UserId("bob"), Room));
    }

    [Fact]
    public void It_is_forgotten_to_the_millisecond_an_hour_after_the_last_time()
    {
        Note(Ann, "Words");
        _time.Now += RecentRefusals.Memory - SanctionKit.Tick;
        Assert.Single(_refusals.Of(Ann, Room));
        _time.Now += SanctionKit.Tick;
        Assert.Empty(_refusals.Of(Ann, Room));
        Note(Ann, "Words");
        Assert.Equal((1, 1), (Assert.Single(_refusals.Of(Ann, Room)).Count, _refusals.Count));
    }

    [Fact]
    public void Only_what_orders_rules_and_programs_refuse_is_noted()
    {
        PostRefusal[] noted =
        [
            PostRefusal.Archived, PostRefusal.Locked, PostRefusal.Muted, PostRefusal.Banned, PostRefusal.SlowMode, PostRefusal.Blocked, PostRefusal.NotChecked, PostRefusal.TooManyHeld,
            PostRefusal.NewMember, PostRefusal.TooFast,
        ];
        foreach (var why in Enum.GetValues<PostRefusal>()) _refusals.Note(Ann, Room, new PostResult.Rejected(why));
        Assert.Equal(noted.Order(), _refusals.Of(Ann, Room).Select(line => line.Why).Order());
    }

    [Fact]
    public void One_person_keeps_the_newest_of_each_room_and_of_all_rooms()
    {
        for (var number = 0; number < 20; number++) Note(Ann, $"rule {number}");
        Assert.Equal(Enumerable.Range(4, RecentRefusals.MostInRoom).Reverse().Select(number => $"rule {number}"), _refusals.Of(Ann, Room).Select(line => line.By));
        for (var number = 0; number < 1000; number++) _refusals.Note(Ann, new RoomId($"r{number}"), By("Words"));
        Assert.Equal(RecentRefusals.MostOfOne, _refusals.Count);
        Assert.Empty(_refusals.Of(Ann, Room));
        Assert.Single(_refusals.Of(Ann, new RoomId("r999")));
    }

    [Fact]
    public void A_flood_of_one_person_and_of_many_who_try_much_pushes_out_nothing_of_those_who_try_little()
    {
        for (var number = 0; number < 500; number++) Note(new UserId($"quiet {number}"), "Words");
        for (var person = 0; person < 40; person++)
        {
            for (var number = 0; number < 200; number++) _refusals.Note(new UserId($"loud {person}"), new RoomId($"r{number}"), By("Words"));
        }

        Assert.Equal(RecentRefusals.Most, _refusals.Count);
        for (var number = 0; number < 500; number++) Assert.Single(_refusals.Of(new UserId($"quiet {number}"), Room));
    }

    [Fact]
    public void A_full_memory_takes_in_what_is_new_and_never_grows()
    {
        for (var number = 0; number < 3 * RecentRefusals.Most; number++) Note(new UserId($"person {number}"), "Words");
        Assert.Equal(RecentRefusals.Most, _refusals.Count);
        Assert.Single(_refusals.Of(new UserId($"person {(3 * RecentRefusals.Most) - 1}"), Room));
        _time.Now += RecentRefusals.Memory;
        Note(Ann, "Words");
        Assert.Equal(1, _refusals.Count);
    }

    private static PostResult.Rejected By(string rule) => new(PostRefusal.Blocked) { Source = rule };

    private void Note(UserId user, string rule) => _refusals.Note(user, Room, By(rule));
}

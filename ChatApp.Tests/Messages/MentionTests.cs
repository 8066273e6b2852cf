using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Messages;

/// <summary>Whom a message mentions: by its text, by who is in the room, and by what becomes of both.</summary>
public sealed class MentionTests(TestServer server) : MentionTestBase(server)
{
    private static int _number;

    [Fact]
    public async Task A_name_behind_a_sign_is_a_mention_with_a_row_and_a_mark_in_the_HTML()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        var message = await Server.PostAsync(ann, room.Id, $"hello @{bob.Name}, welcome");
        Assert.Equal($"<p>hello <span class=\"mention\" data-user=\"{bob.Id}\">@{bob.Name}</span>, welcome</p>", message.Html);
        Assert.Equal([bob.Id], message.Mentions.People);
        Assert.Equal([bob.Id], RowsOf(message));
        Assert.Equal([bob.Id], Server.Get<MessageHistory>().Find(ann.Id, message.Id)!.Mentions.People);
        SafeHtmlList.Check(message.Html);
    }

    [Theory]
    [InlineData("@{0}", true)]
    [InlineData("(@{0})", true)]
    [InlineData("@{0}'s turn", true)]
    [InlineData("**@{0}** now", true)]
    [InlineData("> @{0} said", true)]
    [InlineData("你好@{0}，你好", true)]
    [InlineData("one\n@{0}", true)]
    [InlineData("`@{0}`", false)]
    [InlineData("```\n@{0}\n```", false)]
    [InlineData("mail x@{0}", false)]
    [InlineData("\\@{0}", false)]
    [InlineData("@{0}son", false)]
    [InlineData("@ {0}", false)]
    [InlineData("@@{0}", false)]
    [InlineData("[@{0}](https://example.org)", false)]
    [InlineData("/@{0}", false)]
    public async Task Only_where_it_is_no_code_no_address_and_no_part_of_a_word(string text, bool isMention)
    {
        var (ann, room) = await RoomOfAnnAsync();
        var bob = await AddAsync(room, $"Zed{Interlocked.Increment(ref _number)}x");
        var message = await Server.PostAsync(ann, room.Id, string.Format(System.Globalization.CultureInfo.InvariantCulture, text, bob.Name));
        Assert.Equal(isMention, message.Mentions.Means(bob.Id));
        Assert.Equal(isMention, message.Html.Contains("class=\"mention\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Ann Lee", "@Ann Lee Smith")]
    [InlineData("王小明", "@王小明你好")]
    [InlineData("דנה כהן", "@דנה כהן שלום")]
    [InlineData("user_name", "see @USER_NAME please")]
    [InlineData("*star*", "@*star* shines")]
    [InlineData("Thomas Müller", "@thomas mu\u0308ller")]
    [InlineData("李", "问一下@李吧")]
    [InlineData("민수", "@민수님 안녕")]
    [InlineData("👩‍💻 Eve", "@👩‍💻 Eve!")]
    public async Task Names_of_any_script_with_spaces_and_marks_are_found(string name, string text)
    {
        var (ann, room) = await RoomOfAnnAsync();
        // Names are unique in the instance, and theories share it.
        var person = await AddAsync(room, name);
        var message = await Server.PostAsync(ann, room.Id, text);
        Assert.Equal([person.Id], message.Mentions.People);
        SafeHtmlList.Check(message.Html);
    }

    [Fact]
    public async Task The_longest_name_of_somebody_who_is_in_the_room_wins()
    {
        var (ann, room) = await RoomOfAnnAsync();
        var shorter = await AddAsync(room, "Kim");
        var longer = await Server.AddPersonAsync("Kim");
        await RenameAsync(longer.Id, "Kim Possible");
        Assert.Equal([shorter.Id], (await Server.PostAsync(ann, room.Id, "@Kim Possible?")).Mentions.People);
        await Server.Get<RoomWriter>().InviteAsync(ann.Id, room.Id, longer.Id);
        Assert.Equal([longer.Id], (await Server.PostAsync(ann, room.Id, "@Kim Possible!")).Mentions.People);
        Assert.Equal([shorter.Id], (await Server.PostAsync(ann, room.Id, "@Kim, possible")).Mentions.People);
    }

    [Fact]
    public async Task Who_is_not_in_the_room_and_oneself_are_not_mentioned()
    {
        var (ann, room) = await RoomOfAnnAsync();
        var outside = await Server.AddPersonAsync("Out");
        var message = await Server.PostAsync(ann, room.Id, $"@{outside.Name} and @{ann.Name}");
        Assert.False(message.Mentions.IsAny);
        Assert.DoesNotContain(outside.Id.Value, message.Html, StringComparison.Ordinal);
        Assert.Empty(RowsOf(message));
    }

    [Fact]
    public async Task New_names_and_renames_are_known_at_once_also_those_of_another_process()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        await Server.PostAsync(ann, room.Id, $"@{bob.Name}");
        await RenameAsync(bob.Id, $"Robert {bob.Id.Value[..6]}");
        Assert.False((await Server.PostAsync(ann, room.Id, $"@{bob.Name}")).Mentions.IsAny);
        Assert.Equal([bob.Id], (await Server.PostAsync(ann, room.Id, $"@robert {bob.Id.Value[..6]}")).Mentions.People);

        // As "user add" does it, past this process.
        var name = $"Elsewhere {bob.Id.Value[..6]}";
        await Server.Get<CommitQueue>().CommitAsync(commit =>
        {
            commit.Db.Database.ExecuteSql($"UPDATE users SET DisplayName = {name}, NormalizedDisplayName = {DisplayName.Fold(name)} WHERE Id = {bob.Id.Value}");
            return 0;
        });
        Assert.Equal([bob.Id], (await Server.PostAsync(ann, room.Id, $"@{name}")).Mentions.People);
    }

    [Fact]
    public async Task More_than_fifty_people_are_refused_and_fifty_are_not()
    {
        var (ann, room) = await RoomOfAnnAsync();
        var people = new List<TestPerson>();
        for (var i = 0; i <= Mentions.MaxPeople; i++) people.Add(await AddAsync(room, $"P{i:00}{ann.Id.Value[..4]}"));
        var fifty = await Server.PostAsync(ann, room.Id, string.Join(' ', people.Take(Mentions.MaxPeople).Select(person => $"@{person.Name}")));
        Assert.Equal(Mentions.MaxPeople, fifty.Mentions.People.Count);
        SafeHtmlList.Check(fifty.Html);
        var all = string.Join(' ', people.Select(person => $"@{person.Name}"));
        Assert.Equal(PostRefusal.TooManyMentions, Assert.IsType<PostResult.Rejected>(await Server.Get<MessageWriter>().PostAsync(ann.Id, room.Id, all, null)).Reason);
        Assert.Equal(MessageOutcome.TooManyMentions, (await Editor.EditAsync(ann.Id, fifty.Id, all)).Outcome);
    }

    [Fact]
    public async Task Rooms_are_linked_only_where_everybody_may_know_them()
    {
        var (ann, room) = await RoomOfAnnAsync();
        var secret = await Server.MakeRoomAsync(ann, RoomVisibility.Private, $"Secret {ann.Id.Value[..6]}");
        var open = await Server.MakeRoomAsync(ann, RoomVisibility.Public, $"Open {ann.Id.Value[..6]}");
        var message = await Server.PostAsync(ann, room.Id, $"#{secret.Name} #{open.Name.ToUpperInvariant()} /rooms/{secret.Id}?at=1 {Server.Address}/rooms/{open.Id}?at=2 https://example.org/rooms/{open.Id}?at=3");
        Assert.Equal([new Permalink(secret.Id, new Offset(1)), new Permalink(open.Id, new Offset(2))], Permalink.In(message.Html));
        Assert.DoesNotContain($"\"room-name\" href=\"/rooms/{secret.Id}\"", message.Html, StringComparison.Ordinal);
        Assert.Contains($"\"room-name\" href=\"/rooms/{open.Id}\"", message.Html, StringComparison.Ordinal);
        Assert.Contains("#… · 1", message.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hundred_signs_are_looked_at_and_a_hostile_text_costs_no_more()
    {
        var (ann, bob, room) = await RoomOfTwoAsync();
        Assert.False((await Server.PostAsync(ann, room.Id, string.Concat(Enumerable.Repeat("@x ", 100)) + $"@{bob.Name}")).Mentions.IsAny);
        Assert.True((await Server.PostAsync(ann, room.Id, string.Concat(Enumerable.Repeat("@x ", 99)) + $"@{bob.Name}")).Mentions.IsAny);
        await Server.PostAsync(ann, room.Id, string.Concat(Enumerable.Repeat("@á́́王 ", 1_300)));
        await Server.PostAsync(ann, room.Id, new string('@', 8_000));
    }
}

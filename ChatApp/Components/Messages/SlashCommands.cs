using ChatApp.Accounts;
using ChatApp.Resources;
using ChatApp.Rooms;
using Microsoft.Extensions.Localization;

namespace ChatApp.Components.Messages;

/// <summary>How a command went.</summary>
/// <param name="IsDone">False: nothing happened, and its text stays with its writer.</param>
/// <param name="Say">What to tell the writer; null for nothing.</param>
public sealed record CommandAnswer(bool IsDone, string? Say = null)
{
    /// <summary>True where the writer is no longer in the room.</summary>
    internal bool HasLeft { get; init; }

    /// <summary>True where the list of commands is asked for.</summary>
    internal bool Help { get; init; }
}

/// <summary>A command of the composer.</summary>
/// <param name="Name">Without the slash.</param>
/// <param name="ArgumentKey">Resource key of what stands behind it; null for nothing.</param>
public sealed record SlashCommand(string Name, string? ArgumentKey)
{
    /// <summary>What stands behind it, for people.</summary>
    public string Argument(IStringLocalizer<Text> text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return ArgumentKey is null ? "" : text[ArgumentKey].Value;
    }
}

/// <summary>
/// The commands that begin with a slash. <c>/me</c> and <c>/shrug</c> are only other ways to write a message, which the page
/// does by itself (js/commands.js); what is carried out here goes through the services, and these check every right.
/// </summary>
/// <param name="text">Words.</param>
/// <param name="users">Who is invited.</param>
/// <param name="rooms">What the topic is.</param>
/// <param name="writer">Invites and leaves.</param>
/// <param name="settings">Changes the topic.</param>
public sealed class SlashCommands(IStringLocalizer<Text> text, UserDirectory users, RoomDirectory rooms, RoomWriter writer, RoomSettings settings)
{
    /// <summary>Most people that one command invites.</summary>
    public const int MostGuests = 8;

    /// <summary>All of them, in the order in which they are shown.</summary>
    public static IReadOnlyList<SlashCommand> All { get; } =
    [
        new("me", "Commands.Argument.text"),
        new("shrug", "Commands.Argument.maybe"),
        new("topic", "Commands.Argument.text"),
        new("invite", "Commands.Argument.people"),
        new("leave", null),
        new("help", null),
    ];

    /// <summary>Carries out what somebody typed.</summary>
    public async Task<CommandAnswer> RunAsync(string command, string argument, RoomId room, UserId actor) => command switch
    {
        "topic" => await SetTopicAsync(argument, room, actor),
        "invite" => await InviteAsync(argument, room, actor),
        "leave" => await LeaveAsync(argument, room, actor),
        "help" => new CommandAnswer(IsDone: true) { Help = true },
        _ => Refused(text["Commands.Unknown", command.Length > 32 ? command[..32] : command]),
    };

    private static CommandAnswer Refused(string why) => new(IsDone: false, why);

    private static CommandAnswer Done(string what) => new(IsDone: true, what);

    private CommandAnswer Refused(RoomResult result) => Refused(result.Outcome switch
    {
        RoomOutcome.BadTopic => text["Commands.TopicTooLong", RoomWriter.MaxTopicLength],
        RoomOutcome.NotPossible => text["Commands.CannotLeave"],
        var outcome => text[$"RoomOutcome.{outcome}"],
    });

    private async Task<CommandAnswer> SetTopicAsync(string topic, RoomId room, UserId actor)
    {
        if (topic.Length == 0)
            return Done(rooms.Find(room, actor)?.Room.Topic is { Length: > 0 } now ? text["Commands.TopicIs", now] : text["Commands.NoTopic"]);
        var result = await settings.EditAsync(actor, room, new RoomEdit(Topic: topic));
        return result.IsDone ? Done(text["Commands.TopicSet"]) : Refused(result);
    }

    private async Task<CommandAnswer> LeaveAsync(string argument, RoomId room, UserId actor)
    {
        // "/leave it to me" is a sentence, and must not cost somebody a private room.
        if (argument.Length > 0) return Refused(text["Commands.NoArgument", "leave"]);
        var result = await writer.LeaveAsync(actor, room);
        return result.IsDone ? new CommandAnswer(IsDone: true) { HasLeft = true } : Refused(result);
    }

    private async Task<CommandAnswer> InviteAsync(string names, RoomId room, UserId actor)
    {
        if (names.Length == 0) return Refused(text["Commands.Missing", "invite"]);
        var (guests, stranger) = GuestsOf(names);
        if (stranger is not null) return Refused(text["Commands.NoSuchPerson", stranger]);
        if (guests.Count > MostGuests) return Refused(text["Commands.TooManyPeople", MostGuests]);
        List<UserCard> done = [];
        foreach (var guest in guests)
        {
            var result = await writer.InviteAsync(actor, room, guest.Id);
            if (!result.IsDone) return Refused(result);
            done.Add(guest);
        }

        return Done(text["Commands.Invited", string.Join(text["Reaction.Comma"], done.Select(guest => guest.Name))]);
    }

    // A name may have spaces: "@Ann Lee @Bob" are two people, and so are "Ann, Bob".
    private (List<UserCard> Guests, string? Stranger) GuestsOf(string names)
    {
        List<UserCard> guests = [];
        foreach (var name in names.Split(['@', ',', '，', '、', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (guests.Count > MostGuests) break;
            if (users.FindByName(name) is not { } guest) return ([], name.Length > 40 ? name[..40] : name);
            if (!guests.Contains(guest)) guests.Add(guest);
        }

        return guests.Count == 0 ? ([], names.Length > 40 ? names[..40] : names) : (guests, null);
    }
}

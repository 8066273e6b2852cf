using ChatApp.Accounts;
using ChatApp.Push;
using ChatApp.Storage;

namespace ChatApp.Presence;

/// <summary>How a choice went.</summary>
public enum PresenceOutcome
{
    /// <summary>Stored, or it was so already.</summary>
    Done,

    /// <summary>The end is over already, or further away than <see cref="PresenceChoices.Longest"/>.</summary>
    BadEnd,

    /// <summary>Too many choices within a minute.</summary>
    TooOften,

    /// <summary>The account is gone.</summary>
    NotFound,

    /// <summary>Nothing was stored; trying again soon makes sense.</summary>
    Busy,
}

/// <summary>Stores how people want to be seen, and puts it on the board.</summary>
/// <param name="commits">The one writer.</param>
/// <param name="board">Who is here.</param>
/// <param name="broker">The person's other devices.</param>
/// <param name="options">How many changes in a minute.</param>
/// <param name="time">The clock.</param>
public sealed class PresenceChoices(CommitQueue commits, PresenceBoard board, RoomBroker broker, AccountOptions options, TimeProvider time)
{
    /// <summary>The furthest end: a year.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    private readonly Budget _budget = new(time, options.ProfileChangesPerMinute, TimeSpan.FromMinutes(1));

    /// <summary>Chooses how the person is seen, from now on.</summary>
    /// <param name="user">Who.</param>
    /// <param name="mode">How.</param>
    /// <param name="until">When it ends by itself; null for no end. Without meaning for <see cref="PresenceMode.Automatic"/>.</param>
    public async Task<PresenceOutcome> SetAsync(UserId user, PresenceMode mode, DateTimeOffset? until)
    {
        var choice = mode == PresenceMode.Automatic ? PresenceChoice.None : new PresenceChoice(mode, until);
        try
        {
            return await commits.CommitAsync(commit =>
            {
                if (choice.Until is { } end && (end <= commit.Now || end - commit.Now > Longest)) return PresenceOutcome.BadEnd;
                if (commit.Db.Users.FirstOrDefault(account => account.Id == user.Value && account.DeletedAt == null) is not { } account) return PresenceOutcome.NotFound;
                if ((account.PresenceMode, account.PresenceUntil) == (choice.Mode, choice.Until)) return PresenceOutcome.Done;
                if (!_budget.TryTake(user)) return PresenceOutcome.TooOften;
                // A request of Identity that has read the account before, and writes all of it, shall not undo this.
                account.ConcurrencyStamp = Guid.NewGuid().ToString();
                (account.PresenceMode, account.PresenceUntil) = (choice.Mode, choice.Until);
                commit.AfterCommit(() =>
                {
                    board.Choose(user, choice);
                    broker.PublishToUser(user, new OwnPresenceChosen(choice));
                });
                return PresenceOutcome.Done;
            });
        }
        catch (StorageUnavailableException)
        {
            return PresenceOutcome.Busy;
        }
    }
}

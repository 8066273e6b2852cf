using System.Text;
using ChatApp.Accounts.Images;
using ChatApp.Push;
using ChatApp.Storage;

namespace ChatApp.Accounts;

/// <summary>How a change of somebody's profile went. The words for people stand in the resource files under these names.</summary>
public enum ProfileOutcome
{
    /// <summary>Done, or it was so already.</summary>
    Done,

    /// <summary>See <see cref="DisplayName"/>.</summary>
    BadName,

    /// <summary>Somebody else has that name, or one that looks the same.</summary>
    NameTaken,

    /// <summary>Longer than <see cref="Profiles.MaxStatusLength"/>, or with characters that nobody sees.</summary>
    BadStatus,

    /// <summary>A language, theme or time zone that does not exist.</summary>
    BadChoice,

    /// <summary>Too many changes within a minute.</summary>
    TooOften,

    /// <summary>The account is gone.</summary>
    NotFound,

    /// <summary>Nothing was stored; trying again soon makes sense.</summary>
    Busy,
}

/// <summary>What somebody has chosen about the pages they see; null leaves it to the browser.</summary>
/// <param name="Language">Language of pages and mails.</param>
/// <param name="Theme"><c>light</c>, <c>dark</c> or <c>contrast</c>.</param>
/// <param name="TimeZone">IANA name of a zone.</param>
/// <param name="Density"><c>compact</c>; null for comfortable.</param>
/// <param name="Motion"><c>reduce</c>.</param>
public sealed record Choices(string? Language, string? Theme, string? TimeZone, string? Density = null, string? Motion = null);

/// <summary>Tells the open pages of a person what they have chosen about looks.</summary>
/// <param name="Choices">All of it.</param>
public sealed record LooksChanged(Choices Choices);

/// <summary>Somebody's name, status or picture is another one now. Not an entry of any log: whoever misses it sees it when loading.</summary>
/// <param name="User">As everybody sees them now.</param>
/// <param name="At">When.</param>
public sealed record UserChanged(UserCard User, DateTimeOffset At);

/// <summary>What people say of themselves and how they want their pages. A change is seen by everybody at once.</summary>
/// <param name="commits">The one writer.</param>
/// <param name="database">For reading.</param>
/// <param name="news">Tells everybody.</param>
/// <param name="options">How many changes in a minute.</param>
/// <param name="time">The clock.</param>
public sealed class Profiles(CommitQueue commits, ChatDatabase database, ProfileNews news, AccountOptions options, TimeProvider time)
{
    /// <summary>Longest status, in code points.</summary>
    public const int MaxStatusLength = 100;

    private readonly Budget _budget = new(time, options.ProfileChangesPerMinute, TimeSpan.FromMinutes(1));

    /// <summary>The status as it is stored: one line, trimmed; null where it is too long or holds characters that nobody sees.</summary>
    public static string? NormalizeStatus(string? input)
    {
        if (string.IsNullOrWhiteSpace(input)) return "";
        if (input.Length > MaxStatusLength * 8) return null;
        string status;
        try
        {
            status = string.Join(' ', input.Normalize(NormalizationForm.FormC).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        }
        catch (ArgumentException)
        {
            return null; // half of a surrogate pair
        }

        if (status.EnumerateRunes().Any(VisibleText.IsForbiddenInNames)) return null;
        // The column counts UTF-16 units: emoji may take two.
        return status.EnumerateRunes().Count() <= MaxStatusLength && status.Length <= 2 * MaxStatusLength ? status : null;
    }

    /// <summary>What the person has chosen; null where the account is gone.</summary>
    public Choices? ChoicesOf(UserId id)
    {
        using var db = database.OpenRead();
        return db.Users.Where(user => user.Id == id.Value).Select(user => new Choices(user.Language, user.Theme, user.TimeZone, user.Density, user.Motion)).FirstOrDefault();
    }

    /// <summary>Changes what others see: name and status.</summary>
    public Task<ProfileOutcome> DescribeAsync(UserId id, string? name, string? status)
    {
        if (DisplayName.Normalize(name) is not { } displayName) return Task.FromResult(ProfileOutcome.BadName);
        if (NormalizeStatus(status) is not { } statusText) return Task.FromResult(ProfileOutcome.BadStatus);
        var folded = DisplayName.Fold(displayName);
        return ChangeAsync(id, (commit, account) =>
        {
            if (account.DisplayName == displayName && account.StatusText == statusText) return ProfileOutcome.Done;
            if (commit.Db.Users.Any(other => other.NormalizedDisplayName == folded && other.Id != id.Value)) return ProfileOutcome.NameTaken;
            if (!_budget.TryTake(id)) return ProfileOutcome.TooOften;
            (account.DisplayName, account.NormalizedDisplayName, account.StatusText) = (displayName, folded, statusText);
            news.Tell(commit, account);
            return ProfileOutcome.Done;
        });
    }

    /// <summary>Keeps what the person has chosen about their pages.</summary>
    /// <param name="id">Who.</param>
    /// <param name="choices">What; the caller knows languages and themes.</param>
    public Task<ProfileOutcome> ChooseAsync(UserId id, Choices choices)
    {
        ArgumentNullException.ThrowIfNull(choices);
        if (choices is { Language.Length: > 16 } or { Theme.Length: > 16 } or { Density.Length: > 16 } or { Motion.Length: > 16 } || (choices.TimeZone is { } zone && !TimeZones.All.Contains(zone, StringComparer.Ordinal)))
            return Task.FromResult(ProfileOutcome.BadChoice);
        return ChangeAsync(id, (commit, account) =>
        {
            (account.Language, account.Theme, account.TimeZone) = (choices.Language, choices.Theme, choices.TimeZone);
            (account.Density, account.Motion) = (choices.Density, choices.Motion);
            commit.AfterCommit(() => news.TellPages(id, new LooksChanged(choices)));
            return ProfileOutcome.Done;
        });
    }

    /// <summary>Gives the account a picture that was checked.</summary>
    public Task<ProfileOutcome> ShowPictureAsync(UserId id, CleanImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return ChangeAsync(id, (commit, account) =>
        {
            if (!_budget.TryTake(id)) return ProfileOutcome.TooOften;
            account.AvatarVersion = Secret.NewId(16);
            if (commit.Db.Avatars.Find(id.Value) is { } avatar)
                (avatar.Version, avatar.ContentType, avatar.Bytes) = (account.AvatarVersion, image.ContentType, image.Bytes);
            else
                commit.Db.Avatars.Add(new AvatarImage { UserId = id.Value, Version = account.AvatarVersion, ContentType = image.ContentType, Bytes = image.Bytes });
            news.Tell(commit, account);
            return ProfileOutcome.Done;
        });
    }

    /// <summary>Takes the picture away; initials are shown again.</summary>
    public Task<ProfileOutcome> HidePictureAsync(UserId id) => ChangeAsync(id, (commit, account) =>
    {
        if (account.AvatarVersion is null) return ProfileOutcome.Done;
        account.AvatarVersion = null;
        if (commit.Db.Avatars.Find(id.Value) is { } avatar) commit.Db.Avatars.Remove(avatar);
        news.Tell(commit, account);
        return ProfileOutcome.Done;
    });

    /// <summary>A picture by its address; null where it is not that person's present one.</summary>
    public AvatarImage? PictureOf(UserId id, string version)
    {
        using var db = database.OpenRead();
        return db.Avatars.FirstOrDefault(avatar => avatar.UserId == id.Value && avatar.Version == version);
    }

    private async Task<ProfileOutcome> ChangeAsync(UserId id, Func<Commit, ChatUser, ProfileOutcome> change)
    {
        try
        {
            return await commits.CommitAsync(commit =>
            {
                if (commit.Db.Users.FirstOrDefault(user => user.Id == id.Value && user.DeletedAt == null) is not { } account) return ProfileOutcome.NotFound;
                // A request of Identity that has read the account before, and writes all of it, shall not undo this.
                account.ConcurrencyStamp = Guid.NewGuid().ToString();
                return change(commit, account);
            });
        }
        catch (StorageUnavailableException)
        {
            return ProfileOutcome.Busy;
        }
    }
}

/// <summary>Tells everybody that somebody looks another way now.</summary>
/// <param name="users">Takes over what is true now.</param>
/// <param name="broker">The live connections.</param>
public sealed class ProfileNews(UserDirectory users, RoomBroker broker)
{
    /// <summary>Tells the person's own open pages; programs have no looks.</summary>
    public void TellPages(UserId user, object news)
    {
        foreach (var connection in broker.ConnectionsOf(user).Where(static one => one.Description.Kind == ConnectionKind.Circuit)) connection.Send(broker.Wrap(news));
    }

    /// <summary>To be called in the change itself; what is told is told once it is on disk.</summary>
    public void Tell(Commit commit, ChatUser account)
    {
        ArgumentNullException.ThrowIfNull(commit);
        ArgumentNullException.ThrowIfNull(account);
        var happened = new UserChanged(UserCard.Of(account), commit.Now);
        commit.AfterCommit(() =>
        {
            users.Replace(happened.User);
            broker.PublishToUser(happened.User.Id, happened);
            // Everybody is in the default rooms with them, so it is news for all. What rooms keep in memory for those who come back names
            // them as they were, and goes.
            foreach (var room in broker.Channels.Where(channel => channel.Kind == ChannelKind.Room)) broker.Publish(room, happened, offset: null, rewrites: true);
        });
    }
}

/// <summary>Time zones that can be chosen.</summary>
public static class TimeZones
{
    /// <summary>IANA names that this machine knows, by name.</summary>
    public static readonly IReadOnlyList<string> All = [.. TimeZoneInfo.GetSystemTimeZones()
        .Select(zone => zone.HasIanaId ? zone.Id : TimeZoneInfo.TryConvertWindowsIdToIanaId(zone.Id, out var iana) ? iana : null)
        .OfType<string>()
        .Where(name => name.Length <= 64 && (name == "UTC" || (name.Contains('/', StringComparison.Ordinal) && !name.StartsWith("Etc/", StringComparison.Ordinal) && !name.StartsWith("SystemV/", StringComparison.Ordinal))))
        .Distinct(StringComparer.Ordinal)
        .Order(StringComparer.Ordinal)];
}

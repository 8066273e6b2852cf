using System.Globalization;
using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Settings;

/// <summary>How a change of the settings went.</summary>
public enum SettingOutcome
{
    /// <summary>Done, or it was so already.</summary>
    Done,

    /// <summary>Administrators only.</summary>
    NotAllowed,

    /// <summary>A value is none that the setting can have.</summary>
    OutOfRange,

    /// <summary>Nothing was stored; trying again soon makes sense.</summary>
    Busy,
}

/// <summary>Tells open pages that messages may be longer or shorter from now on.</summary>
/// <param name="Most">Longest message, in Unicode code points.</param>
public sealed record TextLimitChanged(int Most);

/// <summary>Tells open admin pages that a setting has another value.</summary>
/// <param name="Values">All of them, as they are now.</param>
public sealed record InstanceSettingsChanged(InstanceValues Values);

/// <summary>
/// Settings that administrators change while the server runs. Stored as text by name; what is not stored has its default,
/// which the operator's settings may give. Readers get an immutable snapshot from memory, which is swapped after the commit.
/// A new one is a property of <see cref="InstanceValues"/> and a line in <c>Others</c>; a new limit is a line of <see cref="LiveLimits"/>.
/// </summary>
/// <param name="database">Where they are stored.</param>
/// <param name="commits">The one writer.</param>
/// <param name="users">Who is told of a change.</param>
/// <param name="broker">Tells them.</param>
/// <param name="accounts">The operator's defaults for accounts.</param>
/// <param name="messages">The operator's defaults for messages.</param>
/// <param name="limits">The operator's defaults for limits, and how far they may be moved.</param>
public sealed class InstanceSettings(ChatDatabase database, CommitQueue commits, UserDirectory users, RoomBroker broker, AccountOptions accounts, MessageOptions messages, LiveLimits limits)
{
    /// <summary>Longest <see cref="InstanceValues.Contact"/>, in UTF-16 units.</summary>
    public const int MaxContactLength = 200;

    /// <summary>Highest <see cref="InstanceValues.RegistrationsPerMinute"/> and <see cref="InstanceValues.JoinsPerMinute"/>.</summary>
    public const int MaxPerMinute = 10_000;

    /// <summary>Highest <see cref="InstanceValues.NewMemberMinutes"/>: thirty days.</summary>
    public const int MaxNewMinutes = 43_200;

    /// <summary>Highest <see cref="InstanceValues.NewMemberConversations"/>.</summary>
    public const int MaxNewConversations = 1000;

    /// <summary>Longest time in which authors can edit: ten years.</summary>
    public const int MaxEditHours = 87_600;

    private const long MaxTime = 253_402_300_800_000; // the year 10000

    private static readonly Setting[] Others =
    [
        new("registration",
            values => RegistrationModes.NameOf(values.Registration),
            (values, text) => RegistrationModes.Parse(text) is { } mode ? values with { Registration = mode } : null),
        new("contact",
            values => values.Contact,
            (values, text) => text.Length <= MaxContactLength && !text.Any(char.IsControl) ? values with { Contact = text } : null),
        Number("brake.registrations", MaxPerMinute, values => values.RegistrationsPerMinute, (values, number) => values with { RegistrationsPerMinute = number }),
        Number("brake.joins", MaxPerMinute, values => values.JoinsPerMinute, (values, number) => values with { JoinsPerMinute = number }),
        Number("new-members.minutes", MaxNewMinutes, values => values.NewMemberMinutes, (values, number) => values with { NewMemberMinutes = number }),
        Number("new-members.conversations", MaxNewConversations, values => values.NewMemberConversations, (values, number) => values with { NewMemberConversations = number }),
        Number("retention_days", RoomSettings.MaxRetentionDays, values => values.RetentionDays, (values, days) => values with { RetentionDays = days }),
        Number("edit_hours", MaxEditHours, values => values.EditHours, (values, hours) => values with { EditHours = hours }),
        new("brake.since",
            values => values.BrakedAt is { } at ? at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture) : "",
            (values, text) => text.Length == 0 ? values with { BrakedAt = null }
                : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at < MaxTime ? values with { BrakedAt = DateTimeOffset.FromUnixTimeMilliseconds(at) } : null),
    ];

    private readonly Setting[] _all =
    [
        .. Others,
        .. limits.All.Select(limit => Number(limit.Name, limit.Most, values => limit.Read(values.Limits), (values, number) => values with { Limits = limit.Write(values.Limits, number) }, limit.Least)),
    ];

    private readonly InstanceValues _defaults = new(RegistrationModes.Parse(accounts.Registration) ?? RegistrationMode.Open)
    {
        RegistrationsPerMinute = accounts.RegistrationsPerMinute,
        JoinsPerMinute = accounts.JoinsPerMinute,
        RetentionDays = messages.RetentionDays,
        EditHours = messages.EditHours,
        Limits = limits.Operators,
    };

    private readonly Lock _gate = new();
    private InstanceValues? _current;

    /// <summary>What holds now, from memory.</summary>
    public InstanceValues Current
    {
        get
        {
            if (Volatile.Read(ref _current) is { } known) return known;
            // A change that is committed meanwhile waits for the lock, and so is not overwritten by what was read before it.
            lock (_gate)
            {
                if (_current is { } other) return other;
                using var db = database.OpenRead();
                var stored = In(db);
                Hold(stored);
                return stored;
            }
        }
    }

    /// <summary>Reads what is stored before the first connection, so that the engine keeps to it from the beginning.</summary>
    public void Begin() => _ = Current;

    /// <summary>What somebody wants who began with older values: where they changed something it is theirs, everything else is as it is now.</summary>
    /// <param name="wanted">What they want; a value that cannot be stays, and is refused when it is set.</param>
    /// <param name="known">What they began with.</param>
    /// <param name="now">What holds now.</param>
    public InstanceValues Merge(InstanceValues wanted, InstanceValues known, InstanceValues now) => _all.Aggregate(
        wanted, (values, setting) => setting.Write(wanted) == setting.Write(known) ? setting.Read(values, setting.Write(now)) ?? values : values);

    /// <summary>What holds as far as a transaction sees: for decisions that no change may overtake.</summary>
    public InstanceValues In(ChatDbContext db)
    {
        ArgumentNullException.ThrowIfNull(db);
        var stored = db.InstanceSettings.AsNoTracking().ToDictionary(row => row.Name, row => row.Value, StringComparer.Ordinal);
        // What an older or newer version stored there and this one cannot read is as if it were not there.
        return _all.Aggregate(_defaults, (values, setting) => stored.TryGetValue(setting.Name, out var text) ? setting.Read(values, text) ?? values : values);
    }

    /// <summary>
    /// Changes settings, with an entry in the audit log for each that has another value afterwards. Administrators only.
    /// </summary>
    /// <param name="actor">Who changes them.</param>
    /// <param name="change">Makes the new values of those that are stored: what it leaves alone stays as others have set it.</param>
    /// <param name="reason">Why, for the audit log; may be empty.</param>
    public async Task<SettingOutcome> ChangeAsync(UserId actor, Func<InstanceValues, InstanceValues> change, string reason = "")
    {
        ArgumentNullException.ThrowIfNull(change);
        try
        {
            return await commits.CommitAsync(commit => Change(commit, actor, change, reason));
        }
        catch (StorageUnavailableException)
        {
            return SettingOutcome.Busy;
        }
    }

    private SettingOutcome Change(Commit commit, UserId actor, Func<InstanceValues, InstanceValues> change, string reason)
    {
        // Read here and not from memory: a demotion in the same batch counts.
        if (commit.Db.Users.FirstOrDefault(user => user.Id == actor.Value)?.Rank != Rank.Administrator) return SettingOutcome.NotAllowed;
        var before = In(commit.Db);
        var after = change(before) with { BrakedAt = before.BrakedAt };
        // Whoever says who may make an account has taken it over from the brake.
        if (after.Registration != before.Registration) after = after with { BrakedAt = null };
        if (!Enum.IsDefined(after.Registration) || _all.Any(setting => setting.Read(after, setting.Write(after)) is null)) return SettingOutcome.OutOfRange;
        if (after != before) Store(commit, actor, before, after, "setting.change", reason);
        return SettingOutcome.Done;
    }

    /// <summary>Lets only those make an account who have an invitation, as a part of another change. Nothing happens where it is so already.</summary>
    internal void Brake(Commit commit, string why)
    {
        var before = In(commit.Db);
        if (before.Registration != RegistrationMode.Open) return;
        AuditLog.Add(commit, RaidBrake.Self, "brake.instance", "registration", why, reason: "");
        Store(commit, RaidBrake.Self, before, before with { Registration = RegistrationMode.InviteOnly, BrakedAt = commit.Now }, action: null);
    }

    /// <summary>Takes that back, where the brake did it and nobody has changed it since.</summary>
    internal void LiftBrake(Commit commit, UserId actor)
    {
        var before = In(commit.Db);
        if (before.BrakedAt is null) return;
        AuditLog.Add(commit, actor, "brake.lift", "registration", "", reason: "");
        Store(commit, actor, before, before with { Registration = RegistrationMode.Open, BrakedAt = null }, action: null);
    }

    // With an entry for each setting that is another one then; null where the entry stands there already.
    private void Store(Commit commit, UserId actor, InstanceValues before, InstanceValues after, string? action, string reason = "")
    {
        foreach (var setting in _all)
        {
            var (old, wanted) = (setting.Write(before), setting.Write(after));
            if (old == wanted) continue;
            if (commit.Db.InstanceSettings.FirstOrDefault(row => row.Name == setting.Name) is { } stored) stored.Value = wanted;
            else commit.Db.InstanceSettings.Add(new InstanceSetting { Name = setting.Name, Value = wanted });
            if (action is not null && setting.Name != "brake.since") AuditLog.Add(commit, actor, action, setting.Name, $"{setting.Name}: {old} -> {wanted}", reason, old, wanted);
        }

        commit.AfterCommit(() =>
        {
            lock (_gate) Hold(after);
            broker.TellAdminPages(users, new InstanceSettingsChanged(after));
            if (after.Limits.Text != before.Limits.Text) broker.TellAllPages(new TextLimitChanged(after.Limits.Text));
        });
    }

    // The engine knows no settings: what it keeps to is handed to it.
    private void Hold(InstanceValues values)
    {
        Volatile.Write(ref _current, values);
        (broker.Limits.PerUser, broker.Limits.PerAddress) = (values.Limits.ConnectionsPerUser, values.Limits.ConnectionsPerAddress);
    }

    private static Setting Number(string name, int most, Func<InstanceValues, int> write, Func<InstanceValues, int, InstanceValues> read, int least = 0) => new(
        name,
        values => write(values).ToString(CultureInfo.InvariantCulture),
        (values, text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? read(values, number) : null);

    // How a setting becomes text, and what it is as text: null where the text is none that it can have.
    private sealed record Setting(string Name, Func<InstanceValues, string> Write, Func<InstanceValues, string, InstanceValues?> Read);
}

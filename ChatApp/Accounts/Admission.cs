using ChatApp.Moderation;
using ChatApp.Settings;
using ChatApp.Storage;

namespace ChatApp.Accounts;

/// <summary>What a stranger who wants an account is told.</summary>
/// <param name="IsFirst">True where nobody has an account: whoever is first gets one in any mode, and becomes the administrator.</param>
/// <param name="Mode">Who may make an account for themselves.</param>
/// <param name="Contact">Whom to ask otherwise; empty says it in general.</param>
/// <param name="Invitation">What their invitation offers; null where they brought none that holds.</param>
public sealed record AdmissionView(bool IsFirst, RegistrationMode Mode, string Contact, InvitationView? Invitation)
{
    /// <summary>True where they may make an account.</summary>
    public bool IsAdmitted => IsFirst || Mode == RegistrationMode.Open || (Mode == RegistrationMode.InviteOnly && Invitation is not null);
}

/// <summary>Says who may make an account for themselves: by the mode of the instance, and by an invitation.</summary>
/// <param name="settings">The mode.</param>
/// <param name="invitations">The invitations.</param>
/// <param name="brake">Stops raids.</param>
/// <param name="database">For reading.</param>
/// <param name="time">The clock.</param>
public sealed class Admission(InstanceSettings settings, Invitations invitations, RaidBrake brake, ChatDatabase database, TimeProvider time)
{
    /// <summary>What to show somebody who comes, with an invitation or without.</summary>
    public AdmissionView Look(string? invitation)
    {
        var values = settings.Current;
        using var db = database.OpenRead();
        return new AdmissionView(!db.Users.Any(), values.Registration, values.Contact, string.IsNullOrEmpty(invitation) ? null : invitations.Look(invitation));
    }

    /// <summary>Why somebody may not make an account now; null where they may. A first look, before anything is told about names.</summary>
    public RegistrationError? Check(string? invitation)
    {
        using var db = database.OpenRead();
        return Judge(db, invitation, time.GetUtcNow(), out _);
    }

    /// <summary>The same as far as a transaction sees, with the invitation that is to be used.</summary>
    internal RegistrationError? Judge(ChatDbContext db, string? secret, DateTimeOffset now, out Invitation? invitation)
    {
        invitation = null;
        if (!db.Users.Any()) return null;
        var mode = settings.In(db).Registration;
        if (mode == RegistrationMode.Closed) return RegistrationError.Closed;
        // Who brings a link wants what it gives: without it they would be somewhere else than they think.
        if (string.IsNullOrEmpty(secret)) return mode == RegistrationMode.Open ? null : RegistrationError.NotInvited;
        invitation = Invitations.Find(db, secret, mode, now);
        return invitation is null ? RegistrationError.NotInvited : null;
    }

    /// <summary>Counts a new account that is made without an invitation. False where it may not be made: it is one too many within the minute.</summary>
    internal bool Admits(Commit commit, ChatUser newcomer) => !commit.Db.Users.Any() || brake.Admits(commit, newcomer);

    /// <summary>Counts the use of an invitation by a new account, which is added in the same change and gets its rank.</summary>
    internal void Use(Commit commit, Invitation invitation, ChatUser newcomer)
    {
        newcomer.Rank = invitation.Rank;
        if (invitation.Rank > Rank.Member)
            AuditLog.Add(commit, new UserId(invitation.CreatedById), "user.rank", newcomer.Id, $"{newcomer.DisplayName}: {Rank.Member} -> {invitation.Rank}", $"invitation {invitation.Id}");
        invitations.Use(commit, invitation, UserCard.Of(newcomer));
    }
}

using ChatApp.Moderation;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Settings;
using ChatApp.Storage;

namespace ChatApp.Accounts;

/// <summary>How making or revoking an invitation went.</summary>
public enum InvitationOutcome
{
    /// <summary>Done, or it was so already.</summary>
    Done,

    /// <summary>The person may not do this, see <see cref="InvitationRights"/>.</summary>
    NotAllowed,

    /// <summary>There is no such invitation, as far as this person may know.</summary>
    NotFound,

    /// <summary>There is no such room for this person, or they are not in it.</summary>
    NoSuchRoom,

    /// <summary>Not 1 to <see cref="Invitations.MostUses"/> uses.</summary>
    BadUses,

    /// <summary>Shorter than <see cref="Invitations.ShortestLife"/> or longer than <see cref="Invitations.LongestLife"/>.</summary>
    BadLife,

    /// <summary>Longer than <see cref="Invitations.MaxNoteLength"/>.</summary>
    BadNote,

    /// <summary>The person has made <see cref="Invitations.MostPerDay"/> within a day.</summary>
    TooMany,

    /// <summary>Nothing was stored; trying again soon makes sense.</summary>
    Busy,
}

/// <summary>An invitation that was made, or why not.</summary>
/// <param name="Outcome">How it went.</param>
/// <param name="Id">Names it; null where there is none.</param>
/// <param name="Secret">What stands in its link. Shown this once: only its hash is stored.</param>
/// <param name="ExpiresAt">When it ends by itself; null where it does not.</param>
public readonly record struct InvitationResult(InvitationOutcome Outcome, string? Id = null, string? Secret = null, DateTimeOffset? ExpiresAt = null);

/// <summary>Tells open admin pages that an invitation was made, used or revoked.</summary>
public sealed record InvitationsChanged;

/// <summary>
/// Links with which people make accounts and come into rooms. Each use is counted in the transaction of what it gives, by
/// the one writer: of many at once no more come than may.
/// </summary>
/// <param name="commits">The one writer.</param>
/// <param name="database">For reading.</param>
/// <param name="settings">Whether registration is open to all.</param>
/// <param name="users">Names and ranks.</param>
/// <param name="rooms">Brings people into rooms.</param>
/// <param name="broker">Tells open pages.</param>
/// <param name="time">The clock.</param>
public sealed class Invitations(
    CommitQueue commits, ChatDatabase database, InstanceSettings settings, UserDirectory users, RoomWriter rooms, RoomBroker broker, TimeProvider time)
{
    /// <summary>How the secret of each link begins.</summary>
    public const string Prefix = "invite_";

    /// <summary>Most uses of one invitation.</summary>
    public const int MostUses = 1000;

    /// <summary>Longest note, in UTF-16 units.</summary>
    public const int MaxNoteLength = 64;

    /// <summary>Most invitations that one person makes within a day.</summary>
    public const int MostPerDay = 100;

    /// <summary>Most lines of a list, the newest ones.</summary>
    public const int MaxLines = 200;

    /// <summary>Most names of those who came that a line holds.</summary>
    public const int MostNames = 20;

    /// <summary>The shortest life of an invitation that ends by itself.</summary>
    public static readonly TimeSpan ShortestLife = TimeSpan.FromHours(1);

    /// <summary>The longest life of an invitation that ends by itself.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromDays(90);

    /// <summary>Where a link leads, on this server.</summary>
    public static string PathOf(string secret) => "/account/register?invite=" + secret;

    /// <summary>Makes an invitation, with an entry in the audit log. Who may is <see cref="InvitationRights"/>' affair.</summary>
    public async Task<InvitationResult> CreateAsync(UserId actor, InvitationWish wish)
    {
        ArgumentNullException.ThrowIfNull(wish);
        var note = RoomText.OneLine(wish.Note);
        if (wish.MaxUses is < 1 or > MostUses) return new(InvitationOutcome.BadUses);
        if (wish.Life is { } life && (life < ShortestLife || life > LongestLife)) return new(InvitationOutcome.BadLife);
        if (note.Length > MaxNoteLength) return new(InvitationOutcome.BadNote);
        try
        {
            return await commits.CommitAsync(commit => Create(commit, actor, wish with { Note = note }));
        }
        catch (StorageUnavailableException)
        {
            return new(InvitationOutcome.Busy);
        }
    }

    /// <summary>
    /// Revokes an invitation: nobody comes by it any more, and who came stays. For who made it, moderators where it is that of a
    /// member, and administrators.
    /// </summary>
    public async Task<InvitationOutcome> RevokeAsync(UserId actor, string id, string reason)
    {
        try
        {
            return await commits.CommitAsync(commit => Revoke(commit, actor, id, reason));
        }
        catch (StorageUnavailableException)
        {
            return InvitationOutcome.Busy;
        }
    }

    /// <summary>The newest invitations, at most <see cref="MaxLines"/>: all for moderators, for others their own.</summary>
    public IReadOnlyList<InvitationLine> List(UserId viewer)
    {
        var by = users.Get(viewer);
        var seesAll = by.IsModerator;
        using var db = database.OpenRead();
        var found = db.Invitations
            .Where(invitation => seesAll || invitation.CreatedById == viewer.Value)
            .OrderByDescending(invitation => invitation.CreatedAt).ThenBy(invitation => invitation.Id)
            .Take(MaxLines)
            .Select(invitation => new
            {
                Invitation = invitation,
                Came = db.InvitationUses.Where(use => use.InvitationId == invitation.Id).OrderBy(use => use.At).Take(MostNames).Select(use => use.UserId).ToList(),
            })
            .ToList();
        var known = RoomAccess.Find(db, found.Select(line => line.Invitation.RoomId).OfType<string>().Distinct().Select(id => new RoomId(id)), viewer);
        return [.. found.Select(line => Line(db, line.Invitation, line.Came, known, by))];
    }

    /// <summary>
    /// What an invitation offers; null where it does not hold: unknown, revoked, expired, used up, or its maker may not invite any
    /// more. Which of these it is, nobody is told.
    /// </summary>
    public InvitationView? Look(string? secret)
    {
        using var db = database.OpenRead();
        if (Find(db, secret, settings.Current.Registration, time.GetUtcNow()) is not { } invitation) return null;
        var room = invitation.RoomId is { } id ? db.Rooms.First(room => room.Id == id) : null;
        return new InvitationView(users.Get(new UserId(invitation.CreatedById)), invitation.Rank, room is null ? null : RoomView.Of(room));
    }

    /// <summary>
    /// Brings somebody who has an account into the room of an invitation. Counts as a use, once for each person; being there
    /// already counts as none.
    /// </summary>
    /// <returns><see cref="RoomOutcome.NotFound"/> where the invitation does not hold or is for no room.</returns>
    public Task<RoomResult> JoinAsync(UserId who, string? secret) => commits.CommitRoomAsync(commit =>
    {
        if (Find(commit.Db, secret, settings.In(commit.Db).Registration, commit.Now) is not { RoomId: { } id } invitation) return new RoomResult(RoomOutcome.NotFound);
        if (RoomAccess.Find(commit.Db, new RoomId(id), who) is { IsMember: true } standing) return new RoomResult(RoomOutcome.Done, standing.Room);
        // Who came by it once and is out again does not come in by it again.
        if (commit.Db.InvitationUses.Any(use => use.InvitationId == invitation.Id && use.UserId == who.Value)) return new RoomResult(RoomOutcome.NotFound);
        Use(commit, invitation, users.Get(who));
        return new RoomResult(RoomOutcome.Done, RoomView.Of(commit.Db.Rooms.First(room => room.Id == id)));
    });

    /// <summary>The invitation with that secret, where it holds at this moment; the secrets' hashes are compared by the index.</summary>
    internal static Invitation? Find(ChatDbContext db, string? secret, RegistrationMode mode, DateTimeOffset now)
    {
        if (secret is null || secret.Length != Secret.LengthWith(Prefix) || !secret.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        var hash = Secret.Hash(secret);
        return db.Invitations.FirstOrDefault(invitation => invitation.Hash == hash) is { } found && StateOf(db, found, mode, now) == InvitationState.Live ? found : null;
    }

    /// <summary>Counts a use and gives the room, in the change that is being made. The caller has got the invitation in it from <see cref="Find"/>.</summary>
    internal void Use(Commit commit, Invitation invitation, UserCard who)
    {
        invitation.Uses++;
        commit.Db.InvitationUses.Add(new InvitationUse { InvitationId = invitation.Id, UserId = who.Id.Value, At = commit.Now });
        if (invitation.RoomId is { } room) rooms.Admit(commit, new RoomId(room), who, new UserId(invitation.CreatedById));
        Tell(commit);
    }

    private static InvitationState StateOf(ChatDbContext db, Invitation invitation, RegistrationMode mode, DateTimeOffset now)
    {
        if (invitation.RevokedAt is not null) return InvitationState.Revoked;
        if (invitation.Uses >= invitation.MaxUses) return InvitationState.UsedUp;
        if (invitation.ExpiresAt <= now) return InvitationState.Expired;
        var room = invitation.RoomId is { } id ? new RoomId(id) : (RoomId?)null;
        return db.Users.FirstOrDefault(user => user.Id == invitation.CreatedById) is { } maker && InvitationRights.MayGive(db, maker, invitation.Rank, room, mode, now)
            ? InvitationState.Live
            : InvitationState.Suspended;
    }

    private InvitationResult Create(Commit commit, UserId actor, InvitationWish wish)
    {
        if (commit.Db.Users.FirstOrDefault(user => user.Id == actor.Value) is not { } maker) return new(InvitationOutcome.NotAllowed);
        var room = wish.Room is { } wanted && RoomAccess.Find(commit.Db, wanted, actor) is { IsMember: true } ? commit.Db.Rooms.First(room => room.Id == wanted.Value) : null;
        if (wish.Room is not null && room is null) return new(InvitationOutcome.NoSuchRoom);
        if (!InvitationRights.MayGive(commit.Db, maker, wish.Rank, wish.Room, settings.In(commit.Db).Registration, commit.Now)) return new(InvitationOutcome.NotAllowed);
        var yesterday = commit.Now - TimeSpan.FromDays(1);
        if (commit.Db.Invitations.Count(made => made.CreatedById == actor.Value && made.CreatedAt > yesterday) >= MostPerDay) return new(InvitationOutcome.TooMany);

        var secret = Secret.Make(Prefix);
        var invitation = new Invitation
        {
            Id = Secret.NewId(),
            Hash = Secret.Hash(secret),
            CreatedById = actor.Value,
            Note = wish.Note,
            Rank = wish.Rank,
            RoomId = wish.Room?.Value,
            MaxUses = wish.MaxUses,
            CreatedAt = commit.Now,
            ExpiresAt = commit.Now + wish.Life,
        };
        commit.Db.Invitations.Add(invitation);
        AuditLog.Add(commit, actor, "invitation.create", invitation.Id, DetailsOf(invitation, room), reason: "");
        Tell(commit);
        return new(InvitationOutcome.Done, invitation.Id, secret, invitation.ExpiresAt);
    }

    private InvitationOutcome Revoke(Commit commit, UserId actor, string id, string reason)
    {
        var by = commit.Db.Users.FirstOrDefault(user => user.Id == actor.Value);
        var invitation = commit.Db.Invitations.FirstOrDefault(one => one.Id == id);
        if (by is null || invitation is null || (by.Rank < Rank.Moderator && invitation.CreatedById != by.Id)) return InvitationOutcome.NotFound;
        var makerRank = commit.Db.Users.Where(user => user.Id == invitation.CreatedById).Select(user => user.Rank).First();
        if (!InvitationRights.MayRevoke(actor, by.Rank, new UserId(invitation.CreatedById), makerRank)) return InvitationOutcome.NotAllowed;
        if (invitation.RevokedAt is not null) return InvitationOutcome.Done;
        invitation.RevokedAt = commit.Now;
        var room = invitation.RoomId is null ? null : commit.Db.Rooms.FirstOrDefault(room => room.Id == invitation.RoomId);
        AuditLog.Add(commit, actor, "invitation.revoke", invitation.Id, DetailsOf(invitation, room), reason);
        Tell(commit);
        return InvitationOutcome.Done;
    }

    private InvitationLine Line(ChatDbContext db, Invitation invitation, List<string> came, IReadOnlyDictionary<RoomId, RoomStanding> known, UserCard viewer)
    {
        var maker = users.Get(new UserId(invitation.CreatedById));
        return new InvitationLine(
            invitation.Id, invitation.Note, maker, invitation.Rank, invitation.RoomId is not null,
            invitation.RoomId is { } room ? known.GetValueOrDefault(new RoomId(room))?.Room : null,
            StateOf(db, invitation, settings.Current.Registration, time.GetUtcNow()), invitation.Uses, invitation.MaxUses,
            invitation.CreatedAt, invitation.ExpiresAt, [.. came.Select(id => users.Get(new UserId(id)))],
            CanRevoke: invitation.RevokedAt is null && InvitationRights.MayRevoke(viewer.Id, viewer.Rank, maker.Id, maker.Rank));
    }

    private void Tell(Commit commit) => commit.AfterCommit(() => broker.TellAdminPages(users, new InvitationsChanged()));

    private static string DetailsOf(Invitation invitation, Room? room) =>
        $"{invitation.Id}: {invitation.Rank}, {invitation.Uses}/{invitation.MaxUses}"
        + (room is null ? "" : $", {AuditLog.NameOf(room)}")
        + (invitation.Note.Length == 0 ? "" : $", \"{invitation.Note}\"");
}

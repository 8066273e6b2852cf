using System.Globalization;
using ChatApp.Accounts.Mail;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Presence;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Storage;
using ChatApp.Topics;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Accounts;

/// <summary>How a deletion went. The words for people stand in the resource files under these names.</summary>
public enum DeletionOutcome
{
    /// <summary>The account is gone.</summary>
    Done,

    /// <summary>The instance would be left without an administrator.</summary>
    LastAdministrator,

    /// <summary>The account is gone already.</summary>
    NotFound,

    /// <summary>Nothing was stored; trying again soon makes sense.</summary>
    Busy,
}

/// <summary>
/// Deletes accounts: in one commit the person is taken off everything that names them, and all ways in are gone. What they said stays, by
/// "Deleted user" and a few letters that tell one from another; address and name are free for others.
/// </summary>
/// <param name="commits">The one writer.</param>
/// <param name="broker">The live connections.</param>
/// <param name="news">Tells everybody.</param>
/// <param name="presence">Who is here.</param>
/// <param name="topics">Who may listen to what.</param>
/// <param name="blocks">Who does not want to hear from whom.</param>
/// <param name="mails">Tells the person.</param>
public sealed class AccountDeletion(CommitQueue commits, RoomBroker broker, ProfileNews news, PresenceBoard presence, TopicAccess topics, Blocks blocks, AccountMails mails)
{
    /// <summary>What the name of a deleted account begins with.</summary>
    public const string Name = "Deleted user";

    /// <summary>The same for a bot.</summary>
    public const string BotName = "Deleted bot";

    /// <summary>Deletes an account, and the bots that belong to it. Who may ask for it is the caller's affair.</summary>
    public async Task<DeletionOutcome> DeleteAsync(UserId id)
    {
        var language = CultureInfo.CurrentUICulture.Name;
        try
        {
            return await commits.CommitAsync(commit =>
            {
                if (commit.Db.Users.FirstOrDefault(user => user.Id == id.Value && user.DeletedAt == null) is not { } account) return DeletionOutcome.NotFound;
                if (account.Rank == Rank.Administrator && commit.Db.Users.Count(user => user.Rank == Rank.Administrator && user.DeletedAt == null && !user.IsBot) == 1)
                    return DeletionOutcome.LastAdministrator;
                var farewell = new ChatUser { DisplayName = account.DisplayName, Email = account.Email, Language = account.Language ?? language };
                var bots = commit.Db.Users.Where(user => user.OwnerId == id.Value && user.DeletedAt == null).ToList();
                foreach (var one in (ChatUser[])[.. bots, account])
                {
                    Anonymise(commit, one);
                    // The next one sees who is left.
                    commit.Db.SaveChanges();
                }

                AuditLog.Add(commit, id, "account.delete", id.Value, bots.Count == 0 ? "" : $"and {bots.Count} bots", reason: "");
                commit.AfterCommit(() => mails.Deleted(farewell));
                return DeletionOutcome.Done;
            });
        }
        catch (StorageUnavailableException)
        {
            return DeletionOutcome.Busy;
        }
    }

    /// <summary>Takes somebody off everything, in the change that is being made.</summary>
    internal void Anonymise(Commit commit, ChatUser account)
    {
        var (db, id, user) = (commit.Db, account.Id, new UserId(account.Id));
        account.DisplayName = $"{(account.IsBot ? BotName : Name)} {Secret.NewId(6)}";
        account.NormalizedDisplayName = DisplayName.Fold(account.DisplayName);
        (account.Email, account.NormalizedEmail, account.UserName, account.NormalizedUserName) = (null, null, null, null);
        (account.PasswordHash, account.PhoneNumber, account.TwoFactorEnabled, account.EmailConfirmed) = (null, null, false, false);
        (account.StatusText, account.TimeZone, account.Language, account.Theme, account.AvatarVersion) = ("", null, null, null, null);
        (account.Density, account.Motion, account.PresenceMode, account.PresenceUntil) = (null, null, PresenceMode.Automatic, null);
        (account.SecurityStamp, account.ConcurrencyStamp) = (Guid.NewGuid().ToString("N"), Guid.NewGuid().ToString());
        (account.LockoutEnabled, account.LockoutEnd) = (true, DateTimeOffset.MaxValue);
        (account.Rank, account.DeletedAt) = (Rank.Member, commit.Now);

        LeaveRooms(commit, account);
        db.Avatars.RemoveRange(db.Avatars.Where(row => row.UserId == id));
        db.Sessions.RemoveRange(db.Sessions.Where(row => row.UserId == id));
        db.PersonalTokens.RemoveRange(db.PersonalTokens.Where(row => row.UserId == id));
        db.UserLogins.RemoveRange(db.UserLogins.Where(row => row.UserId == id));
        db.UserTokens.RemoveRange(db.UserTokens.Where(row => row.UserId == id));
        db.UserClaims.RemoveRange(db.UserClaims.Where(row => row.UserId == id));
        db.UserPasskeys.RemoveRange(db.UserPasskeys.Where(row => row.UserId == id));
        db.ReadMarkers.RemoveRange(db.ReadMarkers.Where(row => row.UserId == id));
        db.RoomPreferences.RemoveRange(db.RoomPreferences.Where(row => row.UserId == id));
        db.Bookmarks.RemoveRange(db.Bookmarks.Where(row => row.UserId == id));
        db.Mentions.Where(row => row.UserId == id).ExecuteDelete();
        db.ThreadFollows.RemoveRange(db.ThreadFollows.Where(row => row.UserId == id));
        db.Sanctions.RemoveRange(db.Sanctions.Where(row => row.UserId == id));
        db.Reports.RemoveRange(db.Reports.Where(row => row.UserId == id || row.ReporterId == id));
        db.Held.RemoveRange(db.Held.Where(row => row.AuthorId == id));
        foreach (var key in db.ApiKeys.Where(row => row.UserId == id && row.RevokedAt == null)) key.RevokedAt = commit.Now;
        foreach (var invitation in db.Invitations.Where(row => row.CreatedById == id && row.RevokedAt == null)) invitation.RevokedAt = commit.Now;

        blocks.Forget(commit, user);
        db.RoomPreferences.RemoveRange(db.RoomPreferences.Where(row => row.UserId == id));

        news.Tell(commit, account);
        commit.AfterCommit(() =>
        {
            presence.Choose(user, PresenceChoice.None);
            topics.RankChanged(user);
            broker.EndAll(user, EndReason.SignedOut);
        });
    }

    private void LeaveRooms(Commit commit, ChatUser account)
    {
        var user = new UserId(account.Id);
        var gone = UserCard.Of(account);
        // In conversations they stay, by the name that is left: the others go on reading them, and nobody comes in their place.
        var direct = commit.Db.Rooms.Where(room => room.Visibility == RoomVisibility.Direct).Select(room => room.Id);
        foreach (var membership in commit.Db.Memberships.Where(row => row.UserId == account.Id && !direct.Contains(row.RoomId)).ToList())
        {
            var (id, room) = (new RoomId(membership.RoomId), commit.Db.Rooms.Find(membership.RoomId)!);
            var others = commit.Db.Memberships.Where(row => row.RoomId == membership.RoomId && row.UserId != account.Id);
            if (membership.Role == RoomRole.Owner && !others.Any(row => row.Role == RoomRole.Owner)) Succeed(commit, room, others, gone);
            commit.Db.Memberships.Remove(membership);
            var offset = RoomLog.Append(commit, room, LogEntryKind.MemberLeft, user, subject: user);
            commit.AfterCommit(() =>
            {
                broker.Revoke(user, id, EndReason.RemovedByServer);
                broker.Publish(id, new MemberChanged(id, gone, IsMember: false, commit.Now), offset);
            });
        }
    }

    // A room has an owner: the one of the highest role who has been there longest.
    private void Succeed(Commit commit, Room room, IQueryable<Membership> others, UserCard by)
    {
        if (others.OrderByDescending(row => row.Role).ThenBy(row => row.JoinedAt).FirstOrDefault() is not { } heir) return;
        heir.Role = RoomRole.Owner;
        var member = new UserId(heir.UserId);
        var card = commit.Db.Users.Where(user => user.Id == heir.UserId).Select(UserCard.FromAccount).Single();
        AuditLog.Add(commit, by.Id, "room.role", member.Value, $"{card.Name} in {AuditLog.NameOf(room)}: {RoomRole.Member} -> {RoomRole.Owner}", reason: "");
        RoomLog.Append(commit, room, LogEntryKind.RoleChanged, by.Id, broker,
            new RoleChanged(new RoomId(room.Id), card, RoomRole.Owner, by, commit.Now), subject: member);
    }
}

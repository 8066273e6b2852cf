using ChatApp.Moderation;
using ChatApp.Storage;
using Microsoft.AspNetCore.Identity;

namespace ChatApp.Accounts;

/// <summary>What belongs to every change of the ways into an account.</summary>
internal static class SecurityChange
{
    private const string Provider = "ChatApp";

    /// <summary>The account as the change finds it; null where it is gone.</summary>
    public static ChatUser? Account(Commit commit, UserId user) => commit.Db.Users.FirstOrDefault(row => row.Id == user.Value && row.DeletedAt == null);

    /// <summary>Ends the account's other sign-ins by a new security stamp, and writes the person's own action into the audit log.</summary>
    /// <param name="commit">The change.</param>
    /// <param name="account">Whose; tracked by the change.</param>
    /// <param name="action">What was done.</param>
    /// <param name="details">To what, by its name.</param>
    /// <param name="acting">The session that does it, which goes on.</param>
    public static void Seal(Commit commit, ChatUser account, string action, string details, ActingSession acting)
    {
        account.ChangedBy = acting.Id;
        account.SecurityStamp = Secret.NewId(32);
        AuditLog.Add(commit, new UserId(account.Id), action, account.Id, details, reason: "");
    }

    /// <summary>A value that belongs to an account; null where there is none.</summary>
    public static string? Value(ChatDbContext db, UserId user, string name) => Row(db, user, name)?.Value;

    /// <summary>Sets a value of an account, or takes it away.</summary>
    public static void SetValue(ChatDbContext db, UserId user, string name, string? value)
    {
        switch (Row(db, user, name), value)
        {
            case ({ } row, null):
                db.UserTokens.Remove(row);
                break;
            case ({ } row, _):
                row.Value = value;
                break;
            case (null, not null):
                db.UserTokens.Add(new IdentityUserToken<string> { UserId = user.Value, LoginProvider = Provider, Name = name, Value = value });
                break;
        }
    }

    /// <summary>Ways in that need nothing else: a password, linked sign-ins, passkeys.</summary>
    public static int WaysIn(ChatDbContext db, ChatUser account) => (account.PasswordHash is null ? 0 : 1)
        + db.UserLogins.Count(login => login.UserId == account.Id)
        + db.Set<IdentityUserPasskey<string>>().Count(passkey => passkey.UserId == account.Id);

    private static IdentityUserToken<string>? Row(ChatDbContext db, UserId user, string name) =>
        db.UserTokens.FirstOrDefault(token => token.UserId == user.Value && token.LoginProvider == Provider && token.Name == name);
}

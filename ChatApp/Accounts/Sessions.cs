using ChatApp.Moderation;
using ChatApp.Storage;

namespace ChatApp.Accounts;

/// <summary>
/// Begins, renews and ends sessions. What ends here is worth nothing from the commit on, in whatever form it is shown, and
/// <see cref="LiveSessions"/> ends what is connected by it before anybody hears that it is done.
/// </summary>
/// <param name="commits">The one writer: of two changes at once the second sees the first.</param>
/// <param name="options">How many an account may have.</param>
/// <param name="time">The clock, for what is read.</param>
/// <param name="database">For reading.</param>
/// <param name="live">Which are connected.</param>
public sealed class Sessions(CommitQueue commits, AccountOptions options, TimeProvider time, ChatDatabase database, LiveSessions live)
{
    /// <summary>How long a browser stays signed in that does not come: 30 days.</summary>
    public static readonly TimeSpan BrowserLife = TimeSpan.FromDays(30);

    /// <summary>How long a refresh token lives: 14 days.</summary>
    public static readonly TimeSpan ProgramLife = TimeSpan.FromDays(14);

    private const int IdLength = 16;

    /// <summary>How long a session of that kind lives without being used.</summary>
    public static TimeSpan LifeOf(SessionKind kind) => kind == SessionKind.Browser ? BrowserLife : ProgramLife;

    /// <summary>
    /// A new session; where the account has too many of that kind, the one that was used longest ago ends. Null where the account is
    /// locked, banned or deleted, or has got another password since it was read.
    /// </summary>
    /// <exception cref="StorageUnavailableException">Nothing can be stored now.</exception>
    public Task<UserSession?> BeginAsync(ChatUser user, SessionKind kind, string name, string address)
    {
        ArgumentNullException.ThrowIfNull(user);
        return commits.CommitAsync(commit =>
        {
            var account = commit.Db.Users.FirstOrDefault(stored => stored.Id == user.Id);
            if (account is null || account.SecurityStamp != user.SecurityStamp || !commit.Db.OpenAccounts(commit.Now).Any(open => open.Id == user.Id)) return null;
            var session = new UserSession
            {
                Id = Secret.NewId(IdLength),
                UserId = user.Id,
                Kind = kind,
                Name = AgentName.Clean(name),
                Address = SessionUses.Shorten(address),
                CreatedAt = commit.Now,
                LastSeenAt = commit.Now,
                ExpiresAt = commit.Now + LifeOf(kind),
            };
            var others = commit.Db.Sessions.Where(other => other.UserId == user.Id && other.Kind == kind && other.EndedAt == null && other.ExpiresAt > commit.Now);
            foreach (var other in others.OrderByDescending(other => other.LastSeenAt).Skip(options.SessionsPerUser - 1)) other.EndedAt = commit.Now;
            commit.Db.Sessions.Add(session);
            return session;
        });
    }

    /// <summary>
    /// Takes a refresh token for the next one, once: its generation is over with this. A token of an earlier generation has been
    /// used before, by its owner or by a thief, and nobody can say which of them this is; so the session ends for both.
    /// </summary>
    /// <returns>The session with its new generation; null where the token is worthless.</returns>
    /// <exception cref="StorageUnavailableException">Nothing can be stored now; the token is as good as before.</exception>
    public Task<UserSession?> RenewAsync(UserId user, string id, int generation, string address) => commits.CommitAsync(commit =>
    {
        var session = commit.Db.Sessions.FirstOrDefault(stored => stored.Id == id && stored.UserId == user.Value && stored.EndedAt == null && stored.ExpiresAt > commit.Now);
        // From before a backup was restored: of a session as it is not any more.
        if (session is null || generation > session.Generation) return null;
        if (generation < session.Generation)
        {
            session.EndedAt = commit.Now;
            return null;
        }

        session.Generation++;
        session.Address = SessionUses.Shorten(address);
        session.LastSeenAt = commit.Now;
        session.ExpiresAt = commit.Now + ProgramLife;
        return session;
    });

    /// <summary>Ends a session of that account. False where it has no such session.</summary>
    /// <exception cref="StorageUnavailableException">Nothing can be stored now.</exception>
    public Task<bool> EndAsync(UserId user, string id) => commits.CommitAsync(commit =>
    {
        var session = commit.Db.Sessions.FirstOrDefault(stored => stored.Id == id && stored.UserId == user.Value && stored.EndedAt == null);
        if (session is null) return false;
        session.EndedAt = commit.Now;
        return true;
    });

    /// <summary>Ends all sessions of an account but one.</summary>
    /// <returns>How many there were.</returns>
    /// <exception cref="StorageUnavailableException">Nothing can be stored now.</exception>
    public Task<int> EndOthersAsync(UserId user, string? keep) => commits.CommitAsync(commit =>
    {
        var others = commit.Db.Sessions.Where(session => session.UserId == user.Value && session.Id != keep && session.EndedAt == null).ToList();
        foreach (var session in others) session.EndedAt = commit.Now;
        return others.Count(session => session.ExpiresAt > commit.Now);
    });

    /// <summary>The sessions of an account that hold, those that are live and then those used last first.</summary>
    public IReadOnlyList<SessionLine> List(UserId user)
    {
        var (now, connected) = (time.GetUtcNow(), live.Of(user));
        using var db = database.OpenRead();
        return [.. db.Sessions
            .Where(session => session.UserId == user.Value && session.EndedAt == null && session.ExpiresAt > now)
            .OrderByDescending(session => session.LastSeenAt)
            .AsEnumerable()
            .Select(session => new SessionLine(session.Id, session.Kind, session.Name, session.Address, session.CreatedAt, session.LastSeenAt, connected.Contains(session.Id)))
            .OrderByDescending(session => session.IsLive)];
    }
}

/// <summary>A session as its owner sees it.</summary>
/// <param name="Id">Identity.</param>
/// <param name="Kind">Browser or program.</param>
/// <param name="Name">What it says it is; may be empty.</param>
/// <param name="Address">From where it was used last.</param>
/// <param name="CreatedAt">When it began.</param>
/// <param name="LastSeenAt">When it was used last, to the minute.</param>
/// <param name="IsLive">True where it is connected now.</param>
public sealed record SessionLine(string Id, SessionKind Kind, string Name, string Address, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt, bool IsLive);

using ChatApp.Accounts;
using ChatApp.Moderation;
using ChatApp.Moderation.Held;
using ChatApp.Settings;

namespace ChatApp.Components.Admin;

/// <summary>A section of the console: one page below <c>/admin</c>.</summary>
/// <param name="Id">The last part of its address; small letters.</param>
/// <param name="Title">Key of its title in the resources.</param>
/// <param name="Icon">Drawing before the title.</param>
/// <param name="Component">What is rendered there; it has the parameters <c>Actor</c> and <c>Version</c>, see <see cref="ConsoleSection"/>.</param>
public sealed record AdminSection(string Id, string Title, string Icon, Type Component)
{
    /// <summary>The lowest rank that sees it. Only for what is shown: the services decide.</summary>
    public Rank Least { get; init; } = Rank.Moderator;

    /// <summary>How much waits there for whoever looks, from memory or by an index; null shows no number.</summary>
    public Func<IServiceProvider, UserCard, int>? Count { get; init; }

    /// <summary>Events of the person's own connection after which the section looks again.</summary>
    public IReadOnlyList<Type> News { get; init; } = [];
}

/// <summary>The one table of the console's sections, in the order of its navigation.</summary>
public static class AdminSections
{
    /// <summary>All of them; the first is what <c>/admin</c> shows.</summary>
    public static IReadOnlyList<AdminSection> All { get; } =
    [
        new("overview", "Overview.Title", "pulse", typeof(OverviewSection)),
        new("reports", "Reports.Queue", "flag", typeof(ReportsSection))
        {
            Count = static (services, actor) => services.GetRequiredService<ReportLists>().Count(actor.Id), News = [typeof(ReportsChanged)],
        },
        new("held", "Held.Title", "clock", typeof(HeldSection))
        {
            Count = static (services, actor) => services.GetRequiredService<HeldDesk>().Count(actor.Id, room: null), News = [typeof(HeldChanged)],
        },
        new("rules", "Rules.Title", "check-all", typeof(RulesSection)),
        new("connections", "Admin.Connections", "monitor", typeof(ConnectionsSection)),
        new("rooms", "RoomsAdmin.Title", "hash", typeof(RoomsSection)),
        new("users", "Admin.Users", "users", typeof(UsersSection)),
        new("sanctions", "SanctionsAdmin.Title", "mute", typeof(SanctionsSection)),
        new("sweeps", "Sweeps.Title", "archive", typeof(SweepsSection)) { News = [typeof(SweepsChanged)] },
        new("invitations", "Invites.Title", "user-plus", typeof(InvitationsSection)) { News = [typeof(InvitationsChanged)] },
        new("tokens", "TokensAdmin.Title", "key", typeof(TokensSection)) { Least = Rank.Administrator },
        new("why", "Why.Title", "compass", typeof(WhySection)),
        new("audit", "Admin.Audit", "list", typeof(AuditSection)),
        new("settings", "AdminSettings.Title", "gear", typeof(SettingsSection)) { Least = Rank.Administrator, News = [typeof(InstanceSettingsChanged)] },
    ];

    /// <summary>Those that somebody sees.</summary>
    public static IEnumerable<AdminSection> For(UserCard actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return actor.IsModerator ? All.Where(section => actor.Rank >= section.Least) : [];
    }
}

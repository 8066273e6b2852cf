namespace ChatApp.Accounts;

/// <summary>Who may make an account for themselves. Whoever is first always may; the operator makes accounts in any mode.</summary>
public enum RegistrationMode
{
    /// <summary>Anybody.</summary>
    Open,

    /// <summary>Whoever has a link that holds, see <see cref="Invitations"/>.</summary>
    InviteOnly,

    /// <summary>Nobody, with a link or without.</summary>
    Closed,
}

/// <summary>The modes as they are written in settings and in the database.</summary>
public static class RegistrationModes
{
    /// <summary>What <see cref="Parse"/> takes, as a regular expression.</summary>
    public const string Pattern = "open|invite-only|closed";

    /// <summary>The word for a mode.</summary>
    public static string NameOf(RegistrationMode mode) => mode switch
    {
        RegistrationMode.InviteOnly => "invite-only",
        RegistrationMode.Closed => "closed",
        _ => "open",
    };

    /// <summary>The mode that a word stands for; null where it stands for none.</summary>
    public static RegistrationMode? Parse(string? word) => word switch
    {
        "open" => RegistrationMode.Open,
        "invite-only" => RegistrationMode.InviteOnly,
        "closed" => RegistrationMode.Closed,
        _ => null,
    };
}

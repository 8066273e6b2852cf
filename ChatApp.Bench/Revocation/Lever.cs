namespace ChatApp.Bench.Revocation;

/// <summary>Ways in which somebody loses a right while connected.</summary>
internal enum Lever
{
    /// <summary>Signed out everywhere but in one session.</summary>
    SignOutOthers,

    /// <summary>The password is changed, in one session.</summary>
    Password,

    /// <summary>An administrator locks the account.</summary>
    Lock,

    /// <summary>A moderator becomes a member, and a topic of moderators is closed to them.</summary>
    Rank,

    /// <summary>Membership of a private room ends.</summary>
    Room,
}

/// <summary>What levers have in common.</summary>
internal static class LeverFacts
{
    /// <summary>In tables.</summary>
    public static string NameOf(Lever lever) => lever switch
    {
        Lever.SignOutOthers => "sign-out of all others",
        Lever.Password => "password change",
        Lever.Lock => "lock",
        Lever.Rank => "role loss",
        _ => "removal from a room",
    };

    /// <summary>True where connections end; false where they only lose a channel.</summary>
    public static bool Ends(Lever lever) => lever is not (Lever.Rank or Lever.Room);

    /// <summary>True where the session that was signed in last goes on.</summary>
    public static bool SparesOne(Lever lever) => lever is Lever.SignOutOthers or Lever.Password;
}

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

    /// <summary>A mute in that room: nothing ends, and every device is told.</summary>
    Mute,

    /// <summary>A ban from that room.</summary>
    RoomBan,

    /// <summary>A ban from the instance.</summary>
    Ban,
}

/// <summary>What levers have in common.</summary>
internal static class LeverFacts
{
    /// <summary>Those that the verb <c>revocation</c> pulls.</summary>
    public static readonly Lever[] OfRights = [Lever.SignOutOthers, Lever.Password, Lever.Lock, Lever.Rank, Lever.Room];

    /// <summary>Those that the verb <c>sanctions</c> pulls.</summary>
    public static readonly Lever[] OfModerators = [Lever.Mute, Lever.RoomBan, Lever.Ban];

    /// <summary>In tables.</summary>
    public static string NameOf(Lever lever) => lever switch
    {
        Lever.SignOutOthers => "sign-out of all others",
        Lever.Password => "password change",
        Lever.Lock => "lock",
        Lever.Rank => "role loss",
        Lever.Mute => "mute",
        Lever.RoomBan => "ban from a room",
        Lever.Ban => "ban from the instance",
        _ => "removal from a room",
    };

    /// <summary>True where connections end; false where they only lose a channel.</summary>
    public static bool Ends(Lever lever) => lever is not (Lever.Rank or Lever.Room or Lever.Mute or Lever.RoomBan);

    /// <summary>True where the session that was signed in last goes on.</summary>
    public static bool SparesOne(Lever lever) => lever is Lever.SignOutOthers or Lever.Password;
}

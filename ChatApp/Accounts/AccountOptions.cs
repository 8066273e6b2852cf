using System.ComponentModel.DataAnnotations;

namespace ChatApp.Accounts;

/// <summary>Limits of sign-in and registration. Section <c>Accounts</c> of the settings.</summary>
public sealed class AccountOptions
{
    /// <summary>Sign-ins, registrations and token requests per minute from one network address; 20 by default, 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int AttemptsPerMinute { get; init; } = 20;

    /// <summary>Wrong passwords after which an account is locked; 5 by default, 1 to 100.</summary>
    [Range(1, 100)]
    public int LockoutAttempts { get; init; } = 5;

    /// <summary>Minutes that a locked account stays locked; 5 by default, 1 to 1,440.</summary>
    [Range(1, 1440)]
    public int LockoutMinutes { get; init; } = 5;

    /// <summary>Minutes that an access token of a program lives; 60 by default, 1 to 1,440.</summary>
    [Range(1, 1440)]
    public int AccessTokenMinutes { get; init; } = 60;

    /// <summary>Browsers, and as many programs, that an account may be signed in with; one more ends the one used longest ago. 200 by default, 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int SessionsPerUser { get; init; } = 200;

    /// <summary>Seconds between two looks whether the sign-in behind an open page still holds; 60 by default, 1 to 3,600.</summary>
    [Range(1, 3600)]
    public int RevalidateSeconds { get; init; } = 60;

    /// <summary>Who may sign tokens for accounts of this instance; none by default.</summary>
    public IssuerOptions[] Issuers { get; init; } = [];

    /// <summary>
    /// Who may make an account for themselves: <c>open</c> (anybody; the default), <c>invite-only</c> or <c>closed</c>. What an
    /// administrator has set on the admin page wins.
    /// </summary>
    [Required, RegularExpression(RegistrationModes.Pattern)]
    public string Registration { get; init; } = "open";

    /// <summary>
    /// Accounts that may be made within a minute without an invitation; from the next one on only invited people make one, until a moderator
    /// lifts that. 30 by default, 0 (never) to 10,000. What an administrator has set on the admin page wins.
    /// </summary>
    [Range(0, 10_000)]
    public int RegistrationsPerMinute { get; init; } = 30;

    /// <summary>The same for people who join one public room by themselves; 60 by default, 0 (never) to 10,000.</summary>
    [Range(0, 10_000)]
    public int JoinsPerMinute { get; init; } = 60;

    /// <summary>
    /// Host name that passkeys are made for, where it is not the one that requests name; a passkey works on this host and those below
    /// it, and is worthless once the name changes. None by default: the host of the request.
    /// </summary>
    [RegularExpression("[A-Za-z0-9.-]{0,253}")]
    public string PasskeyDomain { get; init; } = "";

    /// <summary>Other sites with which people may sign in; none by default.</summary>
    public ExternalProvider[] Providers { get; init; } = [];

    /// <summary>True where a new account can sign in only once its address is confirmed by a link; false by default.</summary>
    public bool ConfirmEmail { get; init; }

    /// <summary>Mails with links that one account may cause in an hour; 5 by default, 1 to 1,000.</summary>
    [Range(1, 1000)]
    public int MailsPerHour { get; init; } = 5;

    /// <summary>Changes of its name, status and picture that one account may make in a minute; 10 by default, 1 to 1,000.</summary>
    [Range(1, 1000)]
    public int ProfileChangesPerMinute { get; init; } = 10;

    /// <summary>Exports of own data that may run at the same time, each by another account; 4 by default, 1 to 100.</summary>
    [Range(1, 100)]
    public int Exports { get; init; } = 4;
}

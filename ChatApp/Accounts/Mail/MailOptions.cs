using System.ComponentModel.DataAnnotations;

namespace ChatApp.Accounts.Mail;

/// <summary>How a connection to the mail server is protected.</summary>
public enum SmtpTls
{
    /// <summary>Begins in clear text and must be protected before anything is said (STARTTLS, port 587).</summary>
    StartTls,

    /// <summary>Protected from the first byte (port 465).</summary>
    Implicit,

    /// <summary>Not at all: for a server on the same machine. A password is then never sent.</summary>
    None,
}

/// <summary>Mail to people. Section <c>Mail</c> of the settings.</summary>
public sealed class MailOptions
{
    /// <summary>Address from which mail comes; <c>chatapp@localhost</c> by default, 3 to 254 ASCII characters.</summary>
    [Required, RegularExpression("[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,189}")]
    public string From { get; init; } = "chatapp@localhost";

    /// <summary>Host of the mail server; empty, the default, writes mails as files into <c>mail/</c> of the data folder. At most 253 characters.</summary>
    [StringLength(253)]
    public string SmtpHost { get; init; } = "";

    /// <summary>Port of the mail server; 587 by default, 1 to 65,535.</summary>
    [Range(1, 65_535)]
    public int SmtpPort { get; init; } = 587;

    /// <summary>Name that the mail server asks for; empty by default: it asks for none. At most 256 characters.</summary>
    [StringLength(256)]
    public string SmtpUser { get; init; } = "";

    /// <summary>Password that belongs to it; empty by default, at most 256 characters.</summary>
    [StringLength(256)]
    public string SmtpPassword { get; init; } = "";

    /// <summary>Protection of the connection: <c>StartTls</c> by default, <c>Implicit</c>, or <c>None</c>.</summary>
    public SmtpTls SmtpTls { get; init; } = SmtpTls.StartTls;

    /// <summary>Where people reach the server, such as <c>https://chat.example.org</c>: links in mails begin with it. By default the first address of <c>Urls</c>.</summary>
    [RegularExpression("(https?://[A-Za-z0-9.:\\[\\]-]{1,253})?/?")]
    public string PublicUrl { get; init; } = "";

    /// <summary>Mails that may wait to be sent; 1,000 by default, 1 to 100,000. What comes beyond is dropped, and logged.</summary>
    [Range(1, 100_000)]
    public int QueueLength { get; init; } = 1000;

    /// <summary>Seconds that one step of the conversation with the mail server may take; 30 by default, 1 to 300.</summary>
    [Range(1, 300)]
    public int SmtpSeconds { get; init; } = 30;
}

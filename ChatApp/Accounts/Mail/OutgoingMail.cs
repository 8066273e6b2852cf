namespace ChatApp.Accounts.Mail;

/// <summary>A mail to one person, ready to be written down.</summary>
/// <param name="To">Address of the receiver.</param>
/// <param name="Subject">One line.</param>
/// <param name="Text">The mail as plain text.</param>
/// <param name="Html">The same as HTML.</param>
/// <param name="Language">Language of both.</param>
public sealed record OutgoingMail(string To, string Subject, string Text, string Html, string Language);

/// <summary>A mail could not be delivered now.</summary>
/// <param name="message">Why; without an address.</param>
/// <param name="isFinal">True where trying again would not help.</param>
/// <param name="inner">What it came from.</param>
public sealed class MailException(string message, bool isFinal, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>True where trying again would not help.</summary>
    public bool IsFinal => isFinal;
}

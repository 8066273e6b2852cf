namespace ChatApp.Client;

/// <summary>Why the server, or this client in its name, refused something.</summary>
/// <param name="Code">The protocol's error code: 100-399 common (103 permission denied, 111 too many requests),
/// from 400 the chat's own (400 muted, 407 too long); or a closing code (3500-3999, 4500-4999) when the
/// connection ended for good.</param>
/// <param name="Message">A short English sentence for logs, not for people.</param>
/// <param name="Temporary">True when the same request may succeed later.</param>
/// <param name="RetryAfter">How long to wait before trying again, where the server said so.</param>
/// <param name="Until">When what is in the way (a mute, a ban, slow mode) ends by itself, where it does.</param>
public sealed record ChatError(int Code, string Message, bool Temporary, TimeSpan? RetryAfter = null, DateTimeOffset? Until = null)
{
    internal const int Internal = 100;
    internal const int Unauthorized = 101;
    internal const int BadRequest = 107;
    internal const int TokenExpired = 109;
    internal const int TooManyRequests = 111;
    internal const int TooLong = 407;

    internal static readonly ChatError NotTheProtocol = new(Internal, "the server's reply is not the protocol's", Temporary: false);
}

/// <summary>
/// The one exception of this library for what a server may answer: every refusal, and a connection that ended for good.
/// A refused call throws instead of returning a value, so that a program which forgets to look does not go on as if
/// its message had been posted. Misuse throws the framework's own argument and state exceptions.
/// </summary>
/// <param name="error">What was answered.</param>
/// <param name="innerException">What caused it on this side, if anything.</param>
public sealed class ChatException(ChatError error, Exception? innerException = null)
    : Exception($"{error.Message} ({error.Code})", innerException)
{
    /// <summary>Code, message and whether trying again makes sense.</summary>
    public ChatError Error { get; } = error;
}

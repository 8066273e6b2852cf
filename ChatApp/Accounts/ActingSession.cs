namespace ChatApp.Accounts;

/// <summary>
/// The session whose cookie a request has shown, for what is changed while it is served: who changes their own password stays
/// signed in where they do it. One for each request.
/// </summary>
public sealed class ActingSession
{
    /// <summary>Its id; null where there is none.</summary>
    public string? Id { get; set; }
}

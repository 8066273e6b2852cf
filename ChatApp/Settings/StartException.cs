namespace ChatApp.Settings;

/// <summary>Something that the operator has to mend before the server can start; its message is the one line they see.</summary>
/// <param name="message">What is wrong and what to do, in one line.</param>
public sealed class StartException(string message) : Exception(message);

namespace ChatApp.Components.Admin;

/// <summary>The answer of an <see cref="OrderDialog"/>.</summary>
/// <param name="SlowSeconds">Slow mode, in seconds; 0 for none.</param>
/// <param name="IsLocked">Whether only moderators shall post.</param>
/// <param name="Reason">Why.</param>
public sealed record OrderChoice(int SlowSeconds, bool IsLocked, string Reason);

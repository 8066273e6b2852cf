namespace ChatApp.Accounts;

/// <summary>The words for scopes, in settings, forms and answers.</summary>
public static class TokenScopeNames
{
    private static readonly (string Name, TokenScopes Scope)[] Words =
        [("read", TokenScopes.Read), ("post", TokenScopes.Post), ("moderate", TokenScopes.Moderate), ("admin", TokenScopes.Admin)];

    /// <summary>All of them, the least first.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Words.Select(word => word.Name)];

    /// <summary>The scope of a word; null where it is none.</summary>
    public static TokenScopes? Read(string? name) => Array.Find(Words, word => word.Name == name) is { Scope: not TokenScopes.None and var scope } ? scope : null;

    /// <summary>The words for some scopes.</summary>
    public static IEnumerable<string> Of(TokenScopes scopes) => Words.Where(word => scopes.HasFlag(word.Scope)).Select(word => word.Name);
}

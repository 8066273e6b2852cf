namespace ChatApp.Accounts;

/// <summary>What <see cref="ApiScopes"/> are called where people and programs read them.</summary>
public static class ApiScopeNames
{
    private static readonly (ApiScopes Scope, string Name)[] All = [(ApiScopes.Publish, "publish"), (ApiScopes.Read, "read"), (ApiScopes.Manage, "manage")];

    /// <summary>The names of scopes, the harmless first.</summary>
    public static IEnumerable<string> Of(ApiScopes scopes) => All.Where(known => scopes.HasFlag(known.Scope)).Select(known => known.Name);

    /// <summary>The scopes of a list of names with commas between; null where one is none.</summary>
    public static ApiScopes? Parse(string list)
    {
        ArgumentNullException.ThrowIfNull(list);
        var scopes = ApiScopes.None;
        foreach (var word in list.Split(',', StringSplitOptions.TrimEntries))
        {
            var scope = Array.Find(All, known => known.Name == word).Scope;
            if (scope == ApiScopes.None) return null;
            scopes |= scope;
        }

        return scopes;
    }
}

using Microsoft.AspNetCore.Identity;

namespace ChatApp.Accounts;

/// <summary>Refuses the passwords that attackers try first, and the account's own address or name as password.</summary>
public sealed class CommonPasswords : IPasswordValidator<ChatUser>
{
    // The most used ones of eight characters and more, as published breach statistics agree on them.
    private static readonly HashSet<string> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        "12345678", "123456789", "1234567890", "0123456789", "987654321", "87654321", "11111111", "00000000", "88888888",
        "12341234", "11223344", "12121212", "123123123", "147258369", "password", "password1", "password12", "password123",
        "passw0rd", "p@ssw0rd", "p@ssword", "qwertyui", "qwertyuiop", "qwerty12", "qwerty123", "qwerty1234", "1q2w3e4r",
        "1q2w3e4r5t", "1qaz2wsx", "zaq12wsx", "q1w2e3r4", "asdfghjk", "asdfghjkl", "zxcvbnm1", "abcd1234", "abc12345",
        "a1b2c3d4", "iloveyou", "iloveyou1", "sunshine", "princess", "football", "baseball", "superman", "whatever",
        "trustno1", "welcome1", "welcome123", "letmein1", "letmein123", "changeme", "changeme1", "admin123", "admin1234",
        "administrator", "computer", "internet", "michelle", "jennifer", "starwars", "dragon12", "master12", "monkey12",
        "secret12", "secret123", "test1234", "testtest", "guest123", "default1", "woaini1314", "5201314520", "qq123456",
        "a12345678", "aa123456", "123qweasd", "1234qwer", "qwer1234", "asdf1234", "zxcv1234", "chatchat", "chatapp1",
    };

    /// <inheritdoc/>
    public Task<IdentityResult> ValidateAsync(UserManager<ChatUser> manager, ChatUser user, string? password)
    {
        ArgumentNullException.ThrowIfNull(user);
        var isCommon = password is null || Known.Contains(password) || password.Distinct().Count() < 3 ||
            password.Equals(user.Email, StringComparison.OrdinalIgnoreCase) ||
            password.Equals(user.DisplayName, StringComparison.OrdinalIgnoreCase);
        return Task.FromResult(isCommon
            ? IdentityResult.Failed(new IdentityError { Code = "CommonPassword", Description = "This password is too easy to guess." })
            : IdentityResult.Success);
    }
}

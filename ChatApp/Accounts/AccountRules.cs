using Microsoft.AspNetCore.Identity;

namespace ChatApp.Accounts;

/// <summary>What an address and a password must be, wherever one is given.</summary>
internal static class AccountRules
{
    /// <summary>True for one e-mail address of at most 254 characters, and nothing around it.</summary>
    public static bool IsEmail(string text) =>
        text.Length <= 254 && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)) &&
        text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at == text.LastIndexOf('@') && at < text.Length - 1 &&
        System.Net.Mail.MailAddress.TryCreate(text, out var parsed) && parsed.Address == text;

    /// <summary>True for 8 to 256 characters that are not tried first.</summary>
    public static async Task<bool> IsGoodPasswordAsync(this UserManager<ChatUser> users, ChatUser user, string? password)
    {
        if (password is null or { Length: > 256 }) return false;
        foreach (var validator in users.PasswordValidators)
        {
            if (!(await validator.ValidateAsync(users, user, password)).Succeeded) return false;
        }

        return true;
    }
}

using ChatApp.Resources;
using Microsoft.Extensions.Localization;

namespace ChatApp.Components.Account;

/// <summary>What people are told of a password that was refused.</summary>
public static class PasswordWords
{
    /// <summary>Fewest characters of a password.</summary>
    public const int MinLength = 8;

    /// <summary>Most characters of a password.</summary>
    public const int MaxLength = 256;

    /// <summary>Why it was refused.</summary>
    public static string WhatIsWrong(IStringLocalizer<Text> text, string? password)
    {
        ArgumentNullException.ThrowIfNull(text);
        return password?.Length switch
        {
            null or < MinLength => text["Account.ShortPassword", MinLength],
            > MaxLength => text["Account.LongPassword", MaxLength],
            _ => text["Account.EasyPassword"],
        };
    }
}

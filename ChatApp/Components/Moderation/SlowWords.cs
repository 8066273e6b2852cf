using ChatApp.Resources;
using Microsoft.Extensions.Localization;

namespace ChatApp.Components.Moderating;

/// <summary>Slow modes in words.</summary>
internal static class SlowWords
{
    /// <summary>The slow modes that a page offers, in seconds.</summary>
    public static readonly int[] Choices = [0, 5, 10, 30, 60, 300, 900, 3600, 21_600];

    /// <summary>How long it is.</summary>
    public static string Of(IStringLocalizer<Text> text, int seconds) => seconds switch
    {
        0 => text["Slow.Off"],
        < 60 => text["Slow.Seconds", seconds],
        < 3600 when seconds % 60 == 0 => text["Slow.Minutes", seconds / 60],
        _ when seconds % 3600 == 0 => text["Slow.Hours", seconds / 3600],
        _ => text["Slow.Seconds", seconds],
    };
}

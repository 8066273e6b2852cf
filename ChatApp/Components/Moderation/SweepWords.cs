using System.Globalization;
using ChatApp.Moderation;
using ChatApp.Resources;
using Microsoft.Extensions.Localization;

namespace ChatApp.Components.Moderating;

/// <summary>Sweeps in words.</summary>
internal static class SweepWords
{
    /// <summary>How far it is, in one sentence.</summary>
    public static string Of(IStringLocalizer<Text> text, SweepLine line) => text[$"Sweep.State.{line.State}", Number(line.Messages), Number(line.Left)];

    private static string Number(int number) => number.ToString("N0", CultureInfo.CurrentCulture);
}

using System.Globalization;

namespace ChatApp.Bench;

/// <summary>A figure with the bound that must hold and the one that is aimed at.</summary>
/// <param name="Name">What is bounded.</param>
/// <param name="Value">The measured figure, usually a ratio; null where it could not be measured.</param>
/// <param name="Must">The bound that decides the exit code, as <c>&gt;= 1</c> or <c>&lt;= 2</c>.</param>
/// <param name="Aim">The bound that is wished for.</param>
/// <param name="Ok">Whether the must-bound holds.</param>
internal sealed record Target(string Name, double? Value, string Must, string Aim, bool Ok)
{
    /// <summary>Larger is better.</summary>
    public static Target AtLeast(string name, double? value, double must, double aim) =>
        new(name, Rounded(value), $">= {Text(must)}", $">= {Text(aim)}", value >= must);

    /// <summary>Smaller is better.</summary>
    public static Target AtMost(string name, double? value, double must, double aim) =>
        new(name, Rounded(value), $"<= {Text(must)}", $"<= {Text(aim)}", value <= must);

    private static double? Rounded(double? value) => value is { } number && double.IsFinite(number) ? Math.Round(number, 3) : null;

    private static string Text(double bound) => bound.ToString("0.###", CultureInfo.InvariantCulture);
}

using System.Globalization;

namespace ChatApp.Bench;

/// <summary>Sums up measured values.</summary>
internal static class Figures
{
    /// <summary>The middle value; the mean of the two middle ones of an even number. 0 without values.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0) return 0;
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>As a number of the JSON line.</summary>
    public static double Rounded(double value) => double.IsFinite(value) ? Math.Round(value, 3) : 0;

    /// <summary>As a cell of a table.</summary>
    public static string Text(double value, string format = "0.00") => value.ToString(format, CultureInfo.InvariantCulture);
}

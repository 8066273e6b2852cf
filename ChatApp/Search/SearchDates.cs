using System.Globalization;

namespace ChatApp.Search;

/// <summary>Reads the dates of filters: <c>2026-11-20</c>, <c>2026-11</c>, <c>2026</c>.</summary>
internal static class SearchDates
{
    private static readonly (string Format, Func<DateTime, DateTime> End)[] Forms =
    [
        ("yyyy-M-d", day => day.AddDays(1)),
        ("yyyy-M", month => month.AddMonths(1)),
        ("yyyy", year => year.AddYears(1)),
    ];

    /// <summary>The time from the beginning of the day, month or year to the beginning of the next; null where it is no date.</summary>
    public static (DateTimeOffset Start, DateTimeOffset End)? Read(string text, TimeZoneInfo zone)
    {
        foreach (var (format, end) in Forms)
        {
            if (!DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var start)) continue;
            // A day at either end of the calendar has no beginning in every zone; nobody wrote anything then.
            if (start.Year is < 1970 or > 9990) return null;
            return (At(start, zone), At(end(start), zone));
        }

        return null;
    }

    // Where the clocks skip midnight, the day begins with the first time that exists.
    private static DateTimeOffset At(DateTime local, TimeZoneInfo zone)
    {
        while (zone.IsInvalidTime(local)) local = local.AddMinutes(15);
        return new DateTimeOffset(local, zone.GetUtcOffset(local));
    }
}

namespace ChatApp.Components;

/// <summary>What the server knows of the browser behind a page.</summary>
/// <param name="Address">Its network address.</param>
/// <param name="Zone">Its time zone; UTC where it named none that exists.</param>
public sealed record ClientContext(string Address, TimeZoneInfo Zone)
{
    /// <summary>The time zone of that name; UTC where there is none.</summary>
    public static TimeZoneInfo ZoneOf(string? name) =>
        name is { Length: > 0 and <= 64 } && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : TimeZoneInfo.Utc;

    /// <summary>A moment as the person's clock shows it.</summary>
    public DateTime Local(DateTimeOffset moment) => TimeZoneInfo.ConvertTime(moment, Zone).DateTime;

    /// <summary>The moment at which the person's clock shows that; where the clocks skip it, the next one that exists.</summary>
    public DateTimeOffset MomentOf(DateTime local)
    {
        while (Zone.IsInvalidTime(local)) local = local.AddMinutes(15);
        return new DateTimeOffset(local, Zone.GetUtcOffset(local));
    }
}

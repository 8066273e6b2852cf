namespace ChatApp.Moderation;

/// <summary>Which page of a list somebody wants, and in which order.</summary>
/// <param name="Page">From 0; beyond <see cref="MostPages"/> it is the last that is given.</param>
/// <param name="Sort">By what; each list names what it knows, and anything else is its usual order.</param>
/// <param name="IsDescending">True for the largest, newest or last first.</param>
public readonly record struct PageAsk(int Page = 0, string Sort = "", bool IsDescending = false)
{
    /// <summary>Lines of a page.</summary>
    public const int Size = 25;

    /// <summary>Pages that can be turned to. What lies beyond is found by filters: nobody reads on that far, and each page costs those before it.</summary>
    public const int MostPages = 400;

    /// <summary>Lines before the page.</summary>
    public int Skip => Math.Clamp(Page, 0, MostPages - 1) * Size;
}

/// <summary>A page of a list.</summary>
/// <param name="Lines">At most <see cref="PageAsk.Size"/>.</param>
/// <param name="Total">How many there are in all; where that is more than can be turned to, the number of those and one.</param>
public sealed record LinePage<T>(IReadOnlyList<T> Lines, int Total);

/// <summary>Cuts pages out of lists.</summary>
internal static class LinePages
{
    /// <summary>Counting stops here.</summary>
    public const int MostLines = PageAsk.MostPages * PageAsk.Size;

    /// <summary>A page of what is stored: one query counts, and stops where no page follows; one reads.</summary>
    public static LinePage<TLine> Page<T, TLine>(this IQueryable<T> ordered, PageAsk ask, Func<T, TLine> line) =>
        new([.. ordered.Skip(ask.Skip).Take(PageAsk.Size).AsEnumerable().Select(line)], ordered.Take(MostLines + 1).Count());

    /// <summary>A page of what is in memory.</summary>
    public static LinePage<T> Page<T>(this IReadOnlyCollection<T> ordered, PageAsk ask) =>
        new([.. ordered.Skip(ask.Skip).Take(PageAsk.Size)], Math.Min(ordered.Count, MostLines + 1));

    /// <summary>In one direction or the other.</summary>
    public static IOrderedQueryable<T> Order<T, TKey>(this IQueryable<T> lines, PageAsk ask, System.Linq.Expressions.Expression<Func<T, TKey>> key) =>
        ask.IsDescending ? lines.OrderByDescending(key) : lines.OrderBy(key);

    /// <summary>In one direction or the other.</summary>
    public static IOrderedEnumerable<T> Order<T, TKey>(this IEnumerable<T> lines, PageAsk ask, Func<T, TKey> key) =>
        ask.IsDescending ? lines.OrderByDescending(key) : lines.OrderBy(key);
}

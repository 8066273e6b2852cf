using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Messages;

/// <summary>
/// Stores the HTML of messages anew where older rules made it. Nobody waits for that: whoever reads such a message sees it by
/// the present rules already (<see cref="MessageView"/>); this saves the work of doing so at each reading. Whom a message names does
/// not change by it: its old HTML says who that was (<see cref="KeptNames"/>).
/// </summary>
/// <param name="database">For reading.</param>
/// <param name="commits">The one writer.</param>
/// <param name="markdown">The present rules.</param>
/// <param name="time">The clock.</param>
public sealed class HtmlRenewal(ChatDatabase database, CommitQueue commits, MarkdownRenderer markdown, TimeProvider time)
{
    /// <summary>Messages looked at in one go, and the most that one change stores.</summary>
    public const int BatchSize = 200;

    /// <summary>Goes through all messages once after the rules have changed; otherwise there is nothing to do.</summary>
    /// <returns>How many were stored anew.</returns>
    /// <exception cref="StorageUnavailableException">Not now; the next round begins again and finds less to do.</exception>
    public async Task<int> RunAsync(CancellationToken stop = default)
    {
        if (IsDone()) return 0;
        var (renewed, after) = (0, 0L);
        while (Next(after) is { Count: > 0 } rows)
        {
            stop.ThrowIfCancellationRequested();
            after = rows[^1].Id;
            // Rendered here: the writer only stores.
            var fresh = rows.Where(row => row.IsOld).Select(row => (row.Id, row.Revision, Html: markdown.Render(row.Text, KeptNames.In(row.Html)))).ToList();
            if (fresh.Count == 0) continue;
            var began = time.GetTimestamp();
            renewed += await commits.CommitAsync(commit => fresh.Sum(row => Store(commit.Db, row.Id, row.Revision, row.Html)));
            await Task.Delay(time.GetElapsedTime(began), time, stop);
        }

        await commits.CommitAsync(commit => commit.Db.UpkeepMarks.Single(mark => mark.Name == UpkeepMark.HtmlVersion).Value = MarkdownRenderer.Version);
        return renewed;
    }

    private bool IsDone()
    {
        using var db = database.OpenRead();
        return db.UpkeepMarks.Single(mark => mark.Name == UpkeepMark.HtmlVersion).Value == MarkdownRenderer.Version;
    }

    private List<Row> Next(long after)
    {
        using var db = database.OpenRead();
        return [.. db.Messages
            .Where(message => message.Id > after)
            .OrderBy(message => message.Id)
            .Take(BatchSize)
            .Select(message => new Row(message.Id, message.Revision, message.DeletedAt == null && message.HtmlVersion != MarkdownRenderer.Version, message.Text, message.Html))];
    }

    // Edited or deleted meanwhile: then it has been rendered by the present rules, or there is nothing left to render.
    private static int Store(ChatDbContext db, long id, int revision, string html) => db.Database.ExecuteSql(
        $"UPDATE messages SET Html = {html}, HtmlVersion = {MarkdownRenderer.Version} WHERE Id = {id} AND Revision = {revision} AND DeletedAt IS NULL");

    private sealed record Row(long Id, int Revision, bool IsOld, string Text, string Html);
}

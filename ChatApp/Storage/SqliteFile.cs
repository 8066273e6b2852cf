using SQLitePCL;

namespace ChatApp.Storage;

/// <summary>
/// A database file without the provider around it, for statements that take minutes: they tell how far they are and can
/// be stopped. (The provider's own handle has a type of another version of the same library; see <see cref="SqliteRuntime"/>.)
/// </summary>
internal sealed class SqliteFile : IDisposable
{
    private const int InstructionsPerLook = 100_000;
    private const int BusyMilliseconds = 30_000;
    private readonly sqlite3 _handle;
    private readonly Progress _progress;
    private readonly string _path;

    private SqliteFile(sqlite3 handle, string path, Progress progress)
    {
        _handle = handle;
        _path = path;
        _progress = progress;
    }

    /// <exception cref="BackupException">It cannot be opened.</exception>
    public static SqliteFile OpenRead(string path, Progress progress)
    {
        SqliteRuntime.EnsureLoaded();
        var code = raw.sqlite3_open_v2(path, out var handle, raw.SQLITE_OPEN_READONLY, null);
        var file = new SqliteFile(handle, path, progress);
        if (code == raw.SQLITE_OK) code = raw.sqlite3_busy_timeout(handle, BusyMilliseconds);
        if (code == raw.SQLITE_OK) return file;
        var problem = file.Problem();
        file.Dispose();
        throw problem;
    }

    /// <summary>Runs one statement to its end.</summary>
    /// <param name="sql">With at most one parameter.</param>
    /// <param name="argument">Its value; null where there is none.</param>
    /// <param name="done">Bytes that are done, asked now and then; null where nobody knows.</param>
    /// <returns>The columns of each row as texts.</returns>
    /// <exception cref="BackupException">SQLite's own words.</exception>
    /// <exception cref="OperationCanceledException">The work shall end.</exception>
    public List<string[]> Run(string sql, string? argument = null, Func<long>? done = null)
    {
        raw.sqlite3_progress_handler(_handle, InstructionsPerLook, _ =>
        {
            _progress.Reach(done?.Invoke() ?? 0);
            return _progress.IsStopped ? 1 : 0;
        }, v: null);
        Check(raw.sqlite3_prepare_v2(_handle, sql, out var statement));
        using (statement)
        {
            if (argument is not null) Check(raw.sqlite3_bind_text(statement, 1, argument));
            var rows = new List<string[]>();
            while (true)
            {
                var code = raw.sqlite3_step(statement);
                if (code == raw.SQLITE_DONE) return rows;
                if (code != raw.SQLITE_ROW) Check(code);
                rows.Add([.. Enumerable.Range(0, raw.sqlite3_column_count(statement)).Select(column => raw.sqlite3_column_text(statement, column).utf8_to_string() ?? "")]);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private void Check(int code)
    {
        if (code == raw.SQLITE_OK) return;
        if (code == raw.SQLITE_INTERRUPT && _progress.IsStopped) throw new OperationCanceledException("stopped");
        throw Problem();
    }

    private BackupException Problem() => new($"'{_path}': {raw.sqlite3_errmsg(_handle).utf8_to_string()}");
}

using System.Data;
using System.Runtime.InteropServices;
using ChatApp.Search;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using SQLitePCL;

namespace ChatApp.Storage;

/// <summary>
/// The writer's connection, kept open from batch to batch: its pages stay cached and its statements prepared, which makes
/// a post several times cheaper than a new context for each batch. Used by the writer's thread alone, inside the gate.
/// After a fault it is thrown away and a new one is opened.
/// </summary>
/// <param name="database">Opens the context whose connection this is.</param>
internal sealed class WriterSession(ChatDatabase database) : IDisposable
{
    private const int BusyMilliseconds = 30_000;
    private const string BeginWriting = "BEGIN IMMEDIATE";
    private const string CommitAll = "COMMIT";
    private const string RollbackAll = "ROLLBACK";
    private const string Savepoint = "SAVEPOINT change";
    private const string Release = "RELEASE change";
    private const string RollbackTo = "ROLLBACK TO change";
    private const string IndexRange = "INSERT INTO message_search(rowid, Text) SELECT Id, search_form(Text) FROM messages WHERE Id BETWEEN ?1 AND ?2";

    private const string MergeIndex = "INSERT INTO message_search(message_search, rank) VALUES ('merge', ?1)";

    // Left to itself the index merges 64 pages and more at once, which holds up everybody for 30 ms; so it is told to do
    // little and often: a page for each change, never many at a time.
    private const int FewestPagesToMerge = 8;
    private const int MostPagesToMerge = 16;
    private const int MostPagesOwed = 64;

    private readonly Dictionary<string, Statement> _prepared = new(StringComparer.Ordinal);
    private readonly ChatDbContext _db = database.OpenWrite();
    private sqlite3? _handle;
    private IdRange _unindexed;
    private IdRange _unindexedBefore;
    private bool _isDeferring;
    private int _pagesOwed;

    /// <summary>The context on this connection.</summary>
    public ChatDbContext Db => _db;

    /// <summary>True while texts that were added in this transaction are not in the full-text index yet.</summary>
    public bool HasUnindexed => _unindexed.Last > 0;

    private SqliteConnection Connection => (SqliteConnection)_db.Database.GetDbConnection();

    /// <summary>Begins a transaction that holds the right to write from its first moment.</summary>
    public void Begin()
    {
        if (Connection.State == ConnectionState.Closed) Open();
        Execute(BeginWriting, []);
    }

    /// <summary>Everything since <see cref="Begin"/> is on disk when this returns.</summary>
    /// <param name="changes">How many changes the transaction holds: so much work its full-text index owes.</param>
    public void Commit(int changes)
    {
        Index();
        Merge(changes);
        Execute(CommitAll, []);
        // First the rights of the whole batch, then the news: who comes from here on is judged by what is stored now.
        _db.ForgetChanged();
    }

    /// <summary>Marks the place to which <see cref="UndoChange"/> goes back.</summary>
    public void BeginChange()
    {
        Execute(Savepoint, []);
        _unindexedBefore = _unindexed;
    }

    /// <summary>Keeps what came since <see cref="BeginChange"/>.</summary>
    public void EndChange() => Execute(Release, []);

    /// <summary>Undoes what came since <see cref="BeginChange"/>.</summary>
    public void UndoChange()
    {
        Execute(RollbackTo, []);
        // Also what the change itself brought into the index is undone.
        _unindexed = _unindexedBefore;
        EndChange();
    }

    /// <summary>
    /// Adds a message whose text goes into the full-text index later, at the latest when the batch is committed: the index
    /// writes its pages at each statement of a trigger, and all texts of a batch in one statement cost about half.
    /// </summary>
    /// <param name="sql">An INSERT that returns the id.</param>
    /// <param name="values">See <see cref="Prepared"/>.</param>
    public long InsertUnindexed(string sql, ReadOnlySpan<SqlValue> values)
    {
        _isDeferring = true;
        try
        {
            var id = Prepared(sql).ExecuteNumber(values);
            _unindexed = HasUnindexed ? _unindexed with { Last = id } : new IdRange(id, id);
            return id;
        }
        finally
        {
            _isDeferring = false;
        }
    }

    /// <summary>Brings the texts that were added so far into the index; before anything that could change one of them.</summary>
    public void Index()
    {
        if (!HasUnindexed) return;
        Execute(IndexRange, [_unindexed.First, _unindexed.Last]);
        _unindexed = default;
    }

    /// <summary>Carries out a statement.</summary>
    /// <param name="sql">See <see cref="Prepared"/>.</param>
    /// <param name="values">Values of its parameters.</param>
    /// <returns>How many rows changed.</returns>
    public int Execute(string sql, ReadOnlySpan<SqlValue> values) => Prepared(sql).Execute(values);

    /// <summary>A statement that is prepared once.</summary>
    /// <param name="sql">A constant: its parameters are <c>?1</c>, <c>?2</c> and so on. What people wrote comes as their values.</param>
    public Statement Prepared(string sql)
    {
        if (_prepared.TryGetValue(sql, out var statement)) return statement;
        statement = new Statement(_handle!, sql);
        _prepared.Add(sql, statement);
        return statement;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Thrown away after a fault: what it has changed may be stored all the same.
        _db.ForgetChanged();
        foreach (var statement in _prepared.Values) statement.Dispose();
        // The connection may be used again, by whoever opens one next.
        if (_handle is not null && raw.sqlite3_get_autocommit(_handle) == 0) _ = raw.sqlite3_exec(_handle, RollbackAll);
        _db.Dispose();
    }

    private void Open()
    {
        _db.Database.OpenConnection();
        // The transaction is begun and ended here, past the context.
        _db.Database.AutoTransactionBehavior = AutoTransactionBehavior.Never;
        _handle = SqliteRuntime.HandleOf(Connection);
        // Another process may write (user add), for a moment.
        _ = raw.sqlite3_busy_timeout(_handle, BusyMilliseconds);
        Connection.CreateFunction(SearchText.DeferralName, () => _isDeferring);
    }

    private void Merge(int changes)
    {
        _pagesOwed = Math.Min(_pagesOwed + changes, MostPagesOwed);
        if (_pagesOwed < FewestPagesToMerge) return;
        var pages = Math.Min(_pagesOwed, MostPagesToMerge);
        Execute(MergeIndex, [pages]);
        _pagesOwed -= pages;
    }

    // Ids grow, and between two of a batch there is none of anybody else.
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct IdRange(long First, long Last);
}

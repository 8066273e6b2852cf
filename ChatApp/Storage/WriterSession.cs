using System.Data;
using System.Runtime.InteropServices;
using ChatApp.Search;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Storage;

/// <summary>
/// The writer's connection, kept open from batch to batch: its pages stay cached and its statements prepared, which makes
/// a post several times cheaper than a new context for each batch. Used by the writer's thread alone, inside the gate.
/// After a fault it is thrown away and a new one is opened.
/// </summary>
/// <param name="database">Opens the context whose connection this is.</param>
internal sealed class WriterSession(ChatDatabase database) : IDisposable
{
    private const string Savepoint = "SAVEPOINT change";
    private const string Release = "RELEASE change";
    private const string RollbackTo = "ROLLBACK TO change";
    private const string IndexRange = "INSERT INTO message_search(rowid, Text) SELECT Id, search_form(Text) FROM messages WHERE Id BETWEEN $1 AND $2";

    private const string MergeIndex = "INSERT INTO message_search(message_search, rank) VALUES ('merge', $1)";

    // Left to itself the index merges 64 pages and more at once, which holds up everybody for 30 ms; so it is told to do
    // little and often: a page for each change, never many at a time.
    private const int FewestPagesToMerge = 8;
    private const int MostPagesToMerge = 16;
    private const int MostPagesOwed = 64;

    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);
    private readonly ChatDbContext _db = database.OpenWrite();
    private SqliteTransaction? _transaction;
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
        _transaction = Connection.BeginTransaction(deferred: false);
        _db.Database.UseTransaction(_transaction);
    }

    /// <summary>Everything since <see cref="Begin"/> is on disk when this returns.</summary>
    /// <param name="changes">How many changes the transaction holds: so much work its full-text index owes.</param>
    public void Commit(int changes)
    {
        Index();
        Merge(changes);
        _transaction!.Commit();
        End();
        // First the rights of the whole batch, then the news: who comes from here on is judged by what is stored now.
        _db.ForgetChanged();
    }

    /// <summary>Marks the place to which <see cref="UndoChange"/> goes back.</summary>
    public void BeginChange()
    {
        Command(Savepoint, []).ExecuteNonQuery();
        _unindexedBefore = _unindexed;
    }

    /// <summary>Keeps what came since <see cref="BeginChange"/>.</summary>
    public void EndChange() => Command(Release, []).ExecuteNonQuery();

    /// <summary>Undoes what came since <see cref="BeginChange"/>.</summary>
    public void UndoChange()
    {
        Command(RollbackTo, []).ExecuteNonQuery();
        // Also what the change itself brought into the index is undone.
        _unindexed = _unindexedBefore;
        EndChange();
    }

    /// <summary>
    /// Adds a message whose text goes into the full-text index later, at the latest when the batch is committed: the index
    /// writes its pages at each statement of a trigger, and all texts of a batch in one statement cost about half.
    /// </summary>
    /// <param name="sql">An INSERT that returns the id.</param>
    /// <param name="values">See <see cref="Command"/>.</param>
    public long InsertUnindexed(string sql, ReadOnlySpan<object?> values)
    {
        _isDeferring = true;
        try
        {
            var id = (long)Command(sql, values).ExecuteScalar()!;
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
        Command(IndexRange, [_unindexed.First, _unindexed.Last]).ExecuteNonQuery();
        _unindexed = default;
    }

    /// <summary>A statement that is prepared once.</summary>
    /// <param name="sql">A constant: its parameters are <c>$1</c>, <c>$2</c> and so on.</param>
    /// <param name="values">Their values, null for NULL.</param>
    public SqliteCommand Command(string sql, ReadOnlySpan<object?> values)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            command = Connection.CreateCommand();
#pragma warning disable CA2100 // The text is a constant of the calling service; what people wrote comes as parameters.
            command.CommandText = sql;
#pragma warning restore CA2100
            for (var place = 1; place <= values.Length; place++) command.Parameters.Add(new SqliteParameter { ParameterName = $"${place}" });
            _prepared.Add(sql, command);
        }

        for (var place = 0; place < values.Length; place++) command.Parameters[place].Value = values[place] ?? DBNull.Value;
        command.Transaction = _transaction;
        return command;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Thrown away after a fault: what it has changed may be stored all the same.
        _db.ForgetChanged();
        foreach (var command in _prepared.Values) command.Dispose();
        _transaction?.Dispose();
        _db.Dispose();
    }

    private void Open()
    {
        _db.Database.OpenConnection();
        _db.Database.AutoSavepointsEnabled = false;
        Connection.CreateFunction(SearchText.DeferralName, () => _isDeferring);
    }

    private void Merge(int changes)
    {
        _pagesOwed = Math.Min(_pagesOwed + changes, MostPagesOwed);
        if (_pagesOwed < FewestPagesToMerge) return;
        var pages = Math.Min(_pagesOwed, MostPagesToMerge);
        Command(MergeIndex, [pages]).ExecuteNonQuery();
        _pagesOwed -= pages;
    }

    private void End()
    {
        _db.Database.UseTransaction(null);
        _transaction!.Dispose();
        _transaction = null;
    }

    // Ids grow, and between two of a batch there is none of anybody else.
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct IdRange(long First, long Last);
}

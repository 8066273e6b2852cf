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

    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);
    private readonly ChatDbContext _db = Open(database);
    private SqliteTransaction? _transaction;

    /// <summary>The context on this connection.</summary>
    public ChatDbContext Db => _db;

    private SqliteConnection Connection => (SqliteConnection)_db.Database.GetDbConnection();

    /// <summary>Begins a transaction that holds the right to write from its first moment.</summary>
    public void Begin()
    {
        _transaction = Connection.BeginTransaction(deferred: false);
        _db.Database.UseTransaction(_transaction);
    }

    /// <summary>Everything since <see cref="Begin"/> is on disk when this returns.</summary>
    public void Commit()
    {
        _transaction!.Commit();
        End();
    }

    /// <summary>Marks the place to which <see cref="UndoChange"/> goes back.</summary>
    public void BeginChange() => Command(Savepoint, []).ExecuteNonQuery();

    /// <summary>Keeps what came since <see cref="BeginChange"/>.</summary>
    public void EndChange() => Command(Release, []).ExecuteNonQuery();

    /// <summary>Undoes what came since <see cref="BeginChange"/>.</summary>
    public void UndoChange()
    {
        Command(RollbackTo, []).ExecuteNonQuery();
        EndChange();
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
        foreach (var command in _prepared.Values) command.Dispose();
        _transaction?.Dispose();
        _db.Dispose();
    }

    private static ChatDbContext Open(ChatDatabase database)
    {
        var db = database.OpenWrite();
        db.Database.OpenConnection();
        db.Database.AutoSavepointsEnabled = false;
        return db;
    }

    private void End()
    {
        _db.Database.UseTransaction(null);
        _transaction!.Dispose();
        _transaction = null;
    }
}

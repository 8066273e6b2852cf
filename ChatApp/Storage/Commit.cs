using Microsoft.Data.Sqlite;

namespace ChatApp.Storage;

/// <summary>What a change sees while it runs on the writer.</summary>
public sealed class Commit
{
    private CommitQueue.WorkItem? _item;
    private bool _usesContext;

    internal Commit(WriterSession session, DateTimeOffset now)
    {
        Session = session;
        Now = now;
    }

    /// <summary>The writer's context, inside the batch's transaction. What is added is saved when the change returns.</summary>
    public ChatDbContext Db
    {
        get
        {
            _usesContext = true;
            Session.Index();
            return Session.Db;
        }
    }

    /// <summary>The time of the commit, by the server's clock, to the millisecond.</summary>
    public DateTimeOffset Now { get; }

    internal WriterSession Session { get; }

    /// <summary>Runs <paramref name="action"/> after the batch is on disk, in commit order; never if it fails.</summary>
    public void AfterCommit(Action action) => _item?.AfterCommit(action);

    /// <summary>
    /// Carries out a statement without the context, for the few changes that come thousands of times a second.
    /// </summary>
    /// <param name="sql">A constant: it is prepared once. Its parameters are <c>$1</c>, <c>$2</c> and so on.</param>
    /// <param name="values">Their values as the database holds them, null for NULL.</param>
    /// <returns>How many rows changed.</returns>
    public int Execute(string sql, params ReadOnlySpan<object?> values) => Session.Command(sql, values).ExecuteNonQuery();

    /// <summary>Adds a message; its text is in the full-text index when the batch is committed.</summary>
    /// <param name="sql">An INSERT that returns the id, see <see cref="Execute"/>.</param>
    /// <param name="values">Values of the parameters.</param>
    public long InsertMessage(string sql, params ReadOnlySpan<object?> values) => Session.InsertUnindexed(sql, values);

    /// <summary>The first row that a statement gives, see <see cref="Execute"/>; the default value where it gives none.</summary>
    /// <param name="sql">A constant.</param>
    /// <param name="read">Takes the values out of the row.</param>
    /// <param name="values">Values of the parameters.</param>
    public T? First<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        ArgumentNullException.ThrowIfNull(read);
        using var reader = Session.Command(sql, values).ExecuteReader();
        return reader.Read() ? read(reader) : default;
    }

    internal void Run(CommitQueue.WorkItem item)
    {
        _item = item;
        _usesContext = false;
        try
        {
            item.Run(this);
            if (_usesContext) Session.Db.SaveChanges();
        }
        finally
        {
            if (_usesContext) Session.Db.ChangeTracker.Clear();
        }
    }
}

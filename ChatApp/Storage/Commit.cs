using ChatApp.Moderation;

namespace ChatApp.Storage;

/// <summary>What a change sees while it runs on the writer.</summary>
public sealed class Commit
{
    private CommitQueue.WorkItem? _item;
    private bool _usesContext;

    internal Commit(WriterSession session, DateTimeOffset now, bool isAlone)
    {
        Session = session;
        Now = now;
        IsAlone = isAlone;
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

    /// <summary>By which kind of connection the change was asked for.</summary>
    public Entrance Via => _item?.Via ?? default;

    /// <summary>True where the batch holds this one change: nobody waits for what is done after it.</summary>
    public bool IsAlone { get; }

    internal WriterSession Session { get; }

    /// <summary>Runs <paramref name="action"/> after the batch is on disk, in commit order; never if it fails.</summary>
    public void AfterCommit(Action action) => _item?.AfterCommit(action);

    /// <summary>
    /// Carries out a statement without the context, for the few changes that come thousands of times a second.
    /// </summary>
    /// <param name="sql">A constant: it is prepared once. Its parameters are <c>?1</c>, <c>?2</c> and so on.</param>
    /// <param name="values">Their values, null for NULL.</param>
    /// <returns>How many rows changed.</returns>
    public int Execute(string sql, params ReadOnlySpan<SqlValue> values) => Session.Execute(sql, values);

    /// <summary>Adds a message; its text is in the full-text index when the batch is committed.</summary>
    /// <param name="sql">An INSERT that returns the id, see <see cref="Execute"/>.</param>
    /// <param name="values">Values of the parameters.</param>
    public long InsertMessage(string sql, params ReadOnlySpan<SqlValue> values) => Session.InsertUnindexed(sql, values);

    /// <summary>The rows that a statement gives, see <see cref="Execute"/>.</summary>
    /// <param name="sql">A constant.</param>
    /// <param name="values">Values of the parameters.</param>
    public Rows Query(string sql, params ReadOnlySpan<SqlValue> values)
    {
        var statement = Session.Prepared(sql);
        statement.Bind(values);
        return new Rows(statement);
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

using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace ChatApp.Tests.Harness;

/// <summary>What a server asks of its database while this lives, on whatever thread; other servers of the process are not counted.</summary>
internal sealed class DatabaseReads : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    private readonly string _folder;
    private readonly ConcurrentQueue<string> _statements = new();
    private readonly ConcurrentQueue<IDisposable> _subscriptions = new();
    private int _opened;

    public DatabaseReads(TestServer server)
    {
        _folder = server.Folder;
        _subscriptions.Enqueue(DiagnosticListener.AllListeners.Subscribe(this));
    }

    /// <summary>Statements through Entity Framework.</summary>
    public IReadOnlyCollection<string> Statements => _statements;

    /// <summary>Connections that were opened, for whatever: a stretch of a log is read past Entity Framework, by one statement on a connection of its own.</summary>
    public int Opened => Volatile.Read(ref _opened);

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == DbLoggerCategory.Name) _subscriptions.Enqueue(value.Subscribe(this));
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Key == RelationalEventId.CommandExecuting.Name && value.Value is CommandEventData executing && IsOurs(executing.Connection)) _statements.Enqueue(executing.Command.CommandText);
        if (value.Key == RelationalEventId.ConnectionOpened.Name && value.Value is ConnectionEventData opened && IsOurs(opened.Connection)) Interlocked.Increment(ref _opened);
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public void Dispose()
    {
        foreach (var subscription in _subscriptions) subscription.Dispose();
    }

    private bool IsOurs(System.Data.Common.DbConnection? connection) => connection?.DataSource.StartsWith(_folder, StringComparison.Ordinal) == true;
}

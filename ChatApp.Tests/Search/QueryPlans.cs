using System.Data.Common;
using System.Diagnostics;
using ChatApp.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace ChatApp.Tests.Search;

/// <summary>Tells by which way the database carries out the statements of an action, in the words of EXPLAIN QUERY PLAN.</summary>
internal sealed class QueryPlans : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly List<(string Sql, List<(string Name, object? Value)> Parameters)> _statements = [];
    private readonly List<IDisposable> _subscriptions = [];

    private QueryPlans() => _subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));

    /// <summary>One text for each statement that the action runs on this thread, with a line for each step.</summary>
    public static List<string> Of(ChatDatabase database, Action action) => [.. WithSql(database, action).Select(statement => statement.Plan)];

    /// <summary>The same, with the statements themselves.</summary>
    public static List<(string Sql, string Plan)> WithSql(ChatDatabase database, Action action)
    {
        using var plans = new QueryPlans();
        action();
        return [.. plans._statements.Select(statement => (statement.Sql, Explain(database, statement.Sql, statement.Parameters)))];
    }

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == DbLoggerCategory.Name) _subscriptions.Add(value.Subscribe(this));
    }

    // Other tests run at the same time; a search does all its work on the thread that asked.
    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Key != RelationalEventId.CommandExecuting.Name || value.Value is not CommandEventData executing || Environment.CurrentManagedThreadId != _thread) return;
        _statements.Add((executing.Command.CommandText, [.. executing.Command.Parameters.Cast<DbParameter>().Select(parameter => (parameter.ParameterName, parameter.Value))]));
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public void Dispose() => _subscriptions.ForEach(subscription => subscription.Dispose());

    /// <summary>The same for one statement, where nothing observes how it is run.</summary>
    public static string Explain(ChatDatabase database, string sql, List<(string Name, object? Value)> parameters)
    {
        using var db = database.OpenRead();
        db.Database.OpenConnection();
        using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = "EXPLAIN QUERY PLAN " + sql;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        using var reader = command.ExecuteReader();
        var steps = new List<string>();
        while (reader.Read()) steps.Add(reader.GetString(3));
        return string.Join('\n', steps) + "\n";
    }
}

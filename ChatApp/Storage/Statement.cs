using System.Buffers;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ChatApp.Storage;

/// <summary>
/// A statement that is prepared once and carried out thousands of times a second: without the objects that a command makes
/// for each time, whose collection would hold up everybody.
/// </summary>
internal sealed class Statement : IDisposable
{
    private const int BytesOnStack = 1024;

    private readonly sqlite3 _connection;
    private readonly sqlite3_stmt _prepared;
    private readonly int _parameters;

    /// <param name="connection">The connection; it outlives this.</param>
    /// <param name="sql">One statement. Its parameters are <c>?1</c>, <c>?2</c> and so on.</param>
    /// <exception cref="SqliteException">It is none.</exception>
    public Statement(sqlite3 connection, string sql)
    {
        _connection = connection;
        Check(raw.sqlite3_prepare_v2(connection, sql, out _prepared));
        _parameters = raw.sqlite3_bind_parameter_count(_prepared);
    }

    /// <summary>Carries it out to its end.</summary>
    /// <returns>How many rows it changed.</returns>
    public int Execute(ReadOnlySpan<SqlValue> values)
    {
        Bind(values);
        try
        {
            while (Step())
            {
                // Rows that nobody wants.
            }

            return raw.sqlite3_changes(_connection);
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>Carries it out to its end, and gives the number that it returns.</summary>
    public long ExecuteNumber(ReadOnlySpan<SqlValue> values)
    {
        Bind(values);
        try
        {
            if (!Step()) throw new InvalidOperationException("the statement returned nothing");
            var number = Number(0);
            while (Step())
            {
                // Only the end is missing.
            }

            return number;
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>Sets the parameters, all of them.</summary>
    public void Bind(ReadOnlySpan<SqlValue> values)
    {
        // One that was named otherwise would have got its number from the order in which they stand.
        if (values.Length != _parameters) throw new ArgumentException($"the statement has {_parameters} parameters", nameof(values));
        for (var place = 1; place <= values.Length; place++)
        {
            var value = values[place - 1];
            if (value.IsNumber) Check(raw.sqlite3_bind_int64(_prepared, place, value.Number));
            else if (value.Text is { } text) Bind(place, text);
            else Check(raw.sqlite3_bind_null(_prepared, place));
        }
    }

    /// <summary>Goes to the next row; false where there is none.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(_prepared);
        if (code == raw.SQLITE_ROW) return true;
        if (code != raw.SQLITE_DONE) throw Fault(code);
        return false;
    }

    /// <summary>Makes it ready for the next time; also after a fault, which has been told already.</summary>
    public void Reset() => _ = raw.sqlite3_reset(_prepared);

    /// <summary>A number of the row, by its column from 0.</summary>
    public long Number(int column) => raw.sqlite3_column_int64(_prepared, column);

    /// <summary>A text of the row, by its column from 0; not for NULL.</summary>
    public string Text(int column) => raw.sqlite3_column_text(_prepared, column).utf8_to_string();

    /// <summary>True where the row has NULL there.</summary>
    public bool IsNull(int column) => raw.sqlite3_column_type(_prepared, column) == raw.SQLITE_NULL;

    /// <inheritdoc/>
    public void Dispose() => _prepared.Dispose();

    private void Bind(int place, string text)
    {
        if (text.Length == 0)
        {
            // Of no bytes at all NULL would be made.
            Check(raw.sqlite3_bind_text(_prepared, place, utf8z.FromSpan("\0"u8)));
            return;
        }

        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        var rented = most > BytesOnStack ? ArrayPool<byte>.Shared.Rent(most) : null;
        var bytes = rented ?? stackalloc byte[BytesOnStack];
        // The library copies them.
        Check(raw.sqlite3_bind_text(_prepared, place, bytes[..Encoding.UTF8.GetBytes(text, bytes)]));
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
    }

    private SqliteException Fault(int code) =>
        new($"SQLite Error {code}: '{raw.sqlite3_errmsg(_connection).utf8_to_string()}'.", code, raw.sqlite3_extended_errcode(_connection));

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK) throw Fault(code);
    }
}

/// <summary>What a statement of the writer gives, row by row. Dispose it before the statement is used again.</summary>
public readonly ref struct Rows
{
    private readonly Statement _statement;

    internal Rows(Statement statement) => _statement = statement;

    /// <summary>Goes to the next row; false where there is none.</summary>
    public bool Read() => _statement.Step();

    /// <summary>A number of the row, by its column from 0.</summary>
    public long Number(int column) => _statement.Number(column);

    /// <summary>A text of the row, by its column from 0; not for NULL.</summary>
    public string Text(int column) => _statement.Text(column);

    /// <summary>True where the row has NULL there.</summary>
    public bool IsNull(int column) => _statement.IsNull(column);

    /// <summary>Makes the statement ready for the next time.</summary>
    public void Dispose() => _statement.Reset();
}

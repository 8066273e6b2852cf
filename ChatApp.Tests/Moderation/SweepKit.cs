using ChatApp.Moderation;
using ChatApp.Storage;
using ChatApp.Tests.Harness;
using Microsoft.EntityFrameworkCore;

namespace ChatApp.Tests.Moderation;

/// <summary>What tests do with sweeps, in short words.</summary>
internal static class SweepKit
{
    // What a sweep and its undoing leave on purpose: the sweep itself, its entries in the logs, and what counts removed texts.
    private static readonly string[] Grown = ["sweeps", "sweep_parts", "audit", "log", "rooms", "upkeep"];

    /// <summary>Sweeps; fails where it is refused.</summary>
    public static async Task<SweepLine> SweepAsync(this TestServer server, TestPerson by, TestPerson on, params RoomId[] rooms)
    {
        var result = await server.Get<Sweeps>().RunAsync(by.Id, new SweepOrder(on.Id, 60, rooms.Length == 0 ? null : rooms, "Flooding"));
        Assert.Equal(SweepOutcome.Done, result.Outcome);
        return result.Line!;
    }

    /// <summary>Waits until a sweep is in that state.</summary>
    public static Task IsAsync(this TestServer server, SweepLine sweep, SweepState state) => Eventually.EqualsAsync(state, () => StateOf(server, sweep));

    /// <summary>Each row of each table that undoing shall leave as it was.</summary>
    public static List<string> Rows(this TestServer server)
    {
        using var db = server.Get<ChatDatabase>().OpenRead();
        db.Database.OpenConnection();
        List<string> rows = [];
        foreach (var table in db.Model.GetEntityTypes().Select(type => type.GetTableName()).OfType<string>().Distinct(StringComparer.Ordinal).Except(Grown, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            using var command = db.Database.GetDbConnection().CreateCommand();
#pragma warning disable CA2100 // the name of a table of the model
            command.CommandText = $"SELECT * FROM \"{table}\" ORDER BY rowid";
#pragma warning restore CA2100
            using var reader = command.ExecuteReader();
            var values = new object[reader.FieldCount];
            while (reader.Read())
            {
                reader.GetValues(values);
                rows.Add($"{table}: {string.Join('|', values.Select(value => value is byte[] bytes ? Convert.ToHexString(bytes) : value))}");
            }
        }

        return rows;
    }

    private static SweepState StateOf(TestServer server, SweepLine sweep)
    {
        using var db = server.Get<ChatDatabase>().OpenRead();
        return db.Sweeps.Single(row => row.Id == sweep.Id).State;
    }
}

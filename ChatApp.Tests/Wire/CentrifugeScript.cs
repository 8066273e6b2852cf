using System.Text.Json;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Wire;

/// <summary>Runs a script with the unmodified npm client; every frame that it sent and received is held to docs/asyncapi.yaml.</summary>
internal static class CentrifugeScript
{
    /// <inheritdoc cref="NodeScript.RunAsync"/>
    public static async Task<NodeResult> RunAsync(string script, IEnumerable<string> arguments, TimeSpan? deadline = null)
    {
        var record = Path.GetTempFileName();
        try
        {
            var result = await NodeScript.RunAsync($"ChatApp.Tests/Wire/centrifuge/{script}", [.. arguments, "--frames", record], deadline);
            await VerifyAsync(await File.ReadAllLinesAsync(record));
            return result;
        }
        finally
        {
            File.Delete(record);
        }
    }

    private static async Task VerifyAsync(string[] record)
    {
        Assert.Contains(record, line => line.StartsWith("> ", StringComparison.Ordinal));
        Assert.Contains(record, line => line.StartsWith("< ", StringComparison.Ordinal));
        var ledger = new FrameLedger();
        foreach (var line in record)
        {
            if (line[0] == '>') ledger.Sent(line[2..]);
            else ledger.Received(JsonDocument.Parse(line[2..]).RootElement);
        }

        await ledger.VerifyAsync();
    }
}

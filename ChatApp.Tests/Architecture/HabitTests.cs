using System.Text.RegularExpressions;

namespace ChatApp.Tests.Architecture;

/// <summary>What no code does here, each with the reason. Most of it the analyzers see as well, but not in every file.</summary>
public sealed class HabitTests
{
    private const int LongestFile = 300;

    private static readonly SourceRule Sql = new(
        "SQL is never put together from values: pass parameters. Where a statement cannot take one, allow the file here and say why.",
        path => InProduct(path),
        """(FromSqlRaw|ExecuteSqlRaw(Async)?|SqlQueryRaw|\.Sql)\s*(<[^>(]*>)?\(\s*\$|CommandText\s*=\s*\$|CommandText\s*\+=|CommandText\s*=[^;]*"\s*\+\s*[^\s"$@]""");

    private static readonly SourceRule HttpContextAccessor = new(
        "IHttpContextAccessor is null or stale in a circuit: pass on what is needed.",
        path => InProduct(path),
        @"\bI?HttpContextAccessor\b");

    private static readonly SourceRule Console = new(
        "The server speaks through its log; only the commands and a failing start write to the console.",
        path => path.StartsWith("ChatApp/", StringComparison.Ordinal) && SourceTree.IsCode(path),
        @"(?<!\w)Console\.(Write|Error|Out|OpenStandard)")
    {
        Except = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ChatApp/Commands/ServeCommand.cs"] = "says in one line why the start failed, before there is a log",
            ["ChatApp/Commands/BackupCommands.cs"] = "says on the command line what was checked, and how far it is",
            ["ChatApp/Commands/CommandLine.cs"] = "answers `help`, and words that it does not know",
            ["ChatApp/Commands/UserCommand.cs"] = "answers `user add` on the command line",
            ["ChatApp/Commands/KeyCommand.cs"] = "answers `key` on the command line",
        },
    };

    private static readonly SourceRule Clock = new(
        "Time comes from TimeProvider, and nothing blocks a pool thread.",
        path => SourceTree.IsCode(path) && !path.StartsWith("ChatApp.Tests/Architecture/", StringComparison.Ordinal),
        @"\bDateTime(Offset)?\.(Utc)?(Now|Today)\b|\bThread\.Sleep\b|\basync\s+void\b|\.GetAwaiter\(\)\s*\.GetResult\(\)");

    private static readonly SourceRule FixedWait = new(
        "A test waits for a condition (Eventually), never for a time.",
        path => InTests(path),
        @"\bTask\.Delay\((?!Timeout\.Infinite)|\bWaitForTimeoutAsync\b")
    {
        Except = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ChatApp.Tests/Harness/Eventually.cs"] = "is the one place that polls",
        },
    };

    private static readonly SourceRule Skipped = new(
        "No test is skipped: it passes, fails, or does not exist.",
        path => InTests(path),
        @"\bSkip(When|Unless)?\s*=|\bAssert\.Skip|\bSkip\.If|\bSkippable(Fact|Theory)\b");

    [Fact]
    public void No_SQL_is_put_together_from_values() => Sql.AssertHolds();

    [Theory]
    [InlineData("db.Messages.FromSqlRaw($\"select {x}\")")]
    [InlineData("await db.Database.ExecuteSqlRawAsync(\n    $\"delete {x}\");")]
    [InlineData("db.Database.SqlQueryRaw<long>($\"select {x}\")")]
    [InlineData("command.CommandText = $\"pragma {x}\";")]
    [InlineData("command.CommandText = \"pragma \" + x;")]
    [InlineData("command.CommandText += x;")]
    public void The_rule_on_SQL_stops(string code) => Sql.AssertStops("ChatApp/Storage/Bad.cs", code);

    [Theory]
    [InlineData("db.Messages.FromSql($\"select {x}\")")]
    [InlineData("command.CommandText = \"pragma journal_mode = wal\";")]
    [InlineData("command.CommandText = \"select 1 \" +\n    \"from t\";")]
    public void The_rule_on_SQL_allows(string code) => Sql.AssertAllows("ChatApp/Storage/Good.cs", code);

    [Fact]
    public void Nothing_uses_the_HTTP_context_accessor() => HttpContextAccessor.AssertHolds();

    [Fact]
    public void The_rule_on_the_HTTP_context_accessor_stops_it() =>
        HttpContextAccessor.AssertStops("ChatApp/Accounts/Bad.cs", "class Bad(IHttpContextAccessor accessor);");

    [Fact]
    public void Only_the_command_line_writes_to_the_console() => Console.AssertHolds();

    [Fact]
    public void The_rule_on_the_console_stops_a_feature()
    {
        Console.AssertStops("ChatApp/Messages/Bad.cs", "Console.WriteLine(text);");
        Console.AssertStops("ChatApp/Messages/Bad.cs", "System.Console.Error.WriteLine(text);");
        Console.AssertAllows("ChatApp/Commands/ServeCommand.cs", "Console.Error.WriteLine(problem);");
        Console.AssertAllows("ChatApp/Messages/Good.cs", "MessageConsole.Write(text);");
    }

    [Fact]
    public void Nothing_reads_the_clock_or_blocks() => Clock.AssertHolds();

    [Theory]
    [InlineData("@DateTime.UtcNow")]
    [InlineData("@code { async void Click() { } }")]
    [InlineData("Thread.Sleep(1);")]
    [InlineData("task.GetAwaiter().GetResult();")]
    public void The_rule_on_clocks_and_blocking_stops(string code) => Clock.AssertStops("ChatApp/Components/Bad.razor", code);

    [Fact]
    public void No_test_waits_for_a_fixed_time() => FixedWait.AssertHolds();

    [Fact]
    public void The_rule_on_waiting_stops_a_delay()
    {
        FixedWait.AssertStops("ChatApp.Tests/Push/Bad.cs", "await Task.Delay(100);");
        FixedWait.AssertStops("ChatApp.Tests/Push/Bad.cs", "await page.WaitForTimeoutAsync(100);");
        FixedWait.AssertAllows("ChatApp.Tests/Push/Good.cs", "await Task.Delay(Timeout.Infinite, stop);");
    }

    [Fact]
    public void No_test_is_skipped() => Skipped.AssertHolds();

    [Fact]
    public void The_rule_on_skipping_stops_it()
    {
        Skipped.AssertStops("ChatApp.Tests/Push/Bad.cs", "[Fact(Skip = \"slow\")]");
        Skipped.AssertAllows("ChatApp.Tests/Push/Good.cs", "history.Skip(3)");
    }

    [Fact]
    public void No_file_is_longer_than_300_lines()
    {
        var tooLong = SourceTree.Files.Select(Complaint).Where(complaint => complaint is not null).ToList();
        Assert.True(tooLong.Count == 0, $"Look for the second idea in each of these:\n{string.Join('\n', tooLong)}");
    }

    [Fact]
    public void The_rule_on_length_stops_301_lines_but_no_migration()
    {
        var lines = string.Concat(Enumerable.Repeat("x\n", LongestFile + 1));
        Assert.NotNull(Complaint(new SourceFile("ChatApp/Rooms/Bad.cs", lines)));
        Assert.NotNull(Complaint(new SourceFile("ChatApp/wwwroot/bad.js", lines)));
        Assert.Null(Complaint(new SourceFile("ChatApp/Rooms/Good.cs", lines[2..])));
        Assert.Null(Complaint(new SourceFile("ChatApp/Storage/Migrations/First.cs", lines)));
    }

    [Theory]
    [InlineData("P:System.DateTime.Now")]
    [InlineData("P:System.DateTime.UtcNow")]
    [InlineData("P:System.DateTimeOffset.Now")]
    [InlineData("P:System.DateTimeOffset.UtcNow")]
    [InlineData("P:System.Threading.Tasks.Task`1.Result")]
    [InlineData("M:System.Threading.Tasks.Task.Wait")]
    [InlineData("M:System.Threading.Thread.Sleep(System.Int32)")]
    [InlineData("M:System.Threading.Thread.Sleep(System.TimeSpan)")]
    [InlineData("T:Microsoft.AspNetCore.Http.IHttpContextAccessor")]
    public void The_compiler_bans(string api)
    {
        var banned = SourceTree.Files.Single(file => file.Path == "BannedSymbols.txt").Text;
        Assert.Contains($"\n{api};", "\n" + banned, StringComparison.Ordinal);
    }

    private static string? Complaint(SourceFile file)
    {
        var counted = SourceTree.IsCode(file.Path) || Regex.IsMatch(file.Path, @"\.m?js$", RegexOptions.None, TimeSpan.FromSeconds(1));
        var lines = file.Text.AsSpan().TrimEnd('\n').Count('\n') + 1;
        return counted && lines > LongestFile && !file.Path.Contains("/Migrations/", StringComparison.Ordinal)
            ? $"  {file.Path}:{lines}"
            : null;
    }

    private static bool InProduct(string path) =>
        SourceTree.IsCode(path) && !path.StartsWith("ChatApp.Tests/", StringComparison.Ordinal);

    // The rules themselves have to quote what they forbid.
    private static bool InTests(string path) =>
        SourceTree.IsCode(path) && path.StartsWith("ChatApp.Tests/", StringComparison.Ordinal)
        && !path.StartsWith("ChatApp.Tests/Architecture/", StringComparison.Ordinal);
}

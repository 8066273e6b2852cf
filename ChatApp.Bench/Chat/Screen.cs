using System.Globalization;
using ChatApp.Client;

namespace ChatApp.Bench.Chat;

/// <summary>What stands in the terminal: one line after the other, from whatever thread.</summary>
internal sealed class Screen(TextWriter output)
{
    private readonly Lock _gate = new();

    /// <summary>Something about the chat itself.</summary>
    public void Note(string text) => Write("-- " + text);

    /// <summary>A message, or what became of it.</summary>
    public void Say(ChatMessage message, string mark = "") => Write(
        $"[{TimeZoneInfo.ConvertTime(message.At, TimeZoneInfo.Local).ToString("HH:mm", CultureInfo.InvariantCulture)} {message.Room}] "
        + $"{message.Author.Name}: {(message.Deleted ? "(deleted)" : message.Text)}{mark}");

    // Other people's words must not command the terminal: an escape character in a message could rewrite the screen.
    private static string Tame(string text) =>
        string.Concat(text.ReplaceLineEndings("\n").Select(c => c == '\n' ? "\n      " : char.IsControl(c) ? "\uFFFD" : c.ToString()));

    private void Write(string line)
    {
        lock (_gate)
        {
            output.WriteLine(Tame(line));
            output.Flush();
        }
    }
}

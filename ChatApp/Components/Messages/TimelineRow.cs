using System.Globalization;
using ChatApp.Messages;

namespace ChatApp.Components.Messages;

/// <summary>A message and where it stands among its neighbours.</summary>
/// <param name="Message">The message.</param>
/// <param name="Day">The local day, where it is another one than that of the message before.</param>
/// <param name="IsHead">True where author and time are shown: another author or another minute than before.</param>
/// <param name="Clock">Local time of day.</param>
public readonly record struct TimelineRow(MessageView Message, DateOnly? Day, bool IsHead, string Clock)
{
    /// <summary>The rows of a window, oldest first.</summary>
    /// <param name="messages">The window.</param>
    /// <param name="local">A moment as the reader's clock shows it.</param>
    public static IEnumerable<TimelineRow> Of(IReadOnlyList<MessageView> messages, Func<DateTimeOffset, DateTime> local)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(local);
        MessageView? previous = null;
        DateTime previousTime = default;
        foreach (var message in messages)
        {
            var time = local(message.At);
            var isNewDay = previous is null || time.Date != previousTime.Date;
            var isHead = isNewDay || previous!.Author.Id != message.Author.Id || time.Hour != previousTime.Hour || time.Minute != previousTime.Minute;
            yield return new TimelineRow(
                message, isNewDay ? DateOnly.FromDateTime(time) : null, isHead, time.ToString("t", CultureInfo.CurrentCulture));
            (previous, previousTime) = (message, time);
        }
    }
}

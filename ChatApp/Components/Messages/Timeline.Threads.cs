using System.Globalization;
using ChatApp.Components.Shared;
using ChatApp.Messages;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace ChatApp.Components.Messages;

/// <summary>The way from a room into its threads, and what is different where the timeline shows one.</summary>
public sealed partial class Timeline
{
    /// <summary>Called with the message whose thread somebody wants to see.</summary>
    [Parameter]
    public EventCallback<MessageId> OnThread { get; set; }

    [Inject]
    private Threads Threads { get; set; } = default!;

    // Two timelines stand in one page: what is named in a thread's has names of its own.
    private string Suffix => Thread is null ? "" : "-thread";

    /// <summary>Called by the page: shows the thread of a message.</summary>
    [JSInvokable]
    public Task OpenThread(string? id) => Thread is null && TryParse(id, out var message) ? OnThread.InvokeAsync(message) : Task.CompletedTask;

    private void OpenThreadAtPlace(MessageId thread)
    {
        if (Threads.Of(Viewer, thread) is { IsFollowing: true } standing) (_readUpTo, _divider) = (standing.UpTo, standing.First);
    }

    // Null where nothing was stored. Who does not follow a thread has no place in it that could move.
    private async Task<Offset?> MarkAsync(Offset place, bool isBack = false)
    {
        if (Thread is not { } thread) return (await Markers.MarkAsync(Viewer, Room.Id, place, isBack))?.UpTo;
        return await Threads.ReadAsync(Viewer, thread, place, isBack) is { } standing ? standing.IsFollowing ? standing.UpTo : _readUpTo : null;
    }

    private bool IsRoot(TimelineRow row) => Thread is not null && row.Stored?.Id == Thread;

    private string AnswersOf(int count) => count switch
    {
        0 => L["Thread.NoAnswers"],
        1 => L["Thread.OneAnswer"],
        ThreadSummary.MaxCount => L["Thread.ManyAnswers", ThreadSummary.MaxCount],
        _ => L["Thread.Answers", count],
    };

    private string LastOf(DateTimeOffset last)
    {
        var time = Client.Local(last);
        var isToday = time.Date == Client.Local(Time.GetUtcNow()).Date;
        return L["Thread.Last", time.ToString(isToday ? "t" : "g", CultureInfo.CurrentCulture)];
    }

    private MarkupString FaceOf(UserId writer) => Avatar.Of(Users.Get(writer), "avatar-tiny");
}

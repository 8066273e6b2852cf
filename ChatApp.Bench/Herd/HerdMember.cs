using System.Buffers.Text;
using ChatApp.Bench.Load;

namespace ChatApp.Bench.Herd;

/// <summary>How far a member of the herd has come back.</summary>
internal enum HerdState
{
    /// <summary>Not connected; it comes a little later.</summary>
    Away,

    /// <summary>The network connects it.</summary>
    Opening,

    /// <summary>It waits for the answer to its upgrade request.</summary>
    Upgrading,

    /// <summary>It has said who it is and where it was.</summary>
    Joining,

    /// <summary>It is subscribed.</summary>
    Live,
}

/// <summary>One client that remembers its position in a room, across connections.</summary>
internal sealed class HerdMember
{
    /// <summary>Its connection; the last one while it is away.</summary>
    public required ClientConnection Connection { get; set; }

    public HerdState State { get; set; }

    /// <summary>The log that its position belongs to.</summary>
    public string Epoch { get; private set; } = "";

    /// <summary>The last event that it has.</summary>
    public long Position { get; private set; }

    /// <summary>Where the room was when it subscribed.</summary>
    public long Head { get; private set; }

    /// <summary>When it had everything up to <see cref="Head"/>; 0 while it has not.</summary>
    public long CaughtUpAt { get; set; }

    /// <summary>Events that never came.</summary>
    public long Missing { get; private set; }

    /// <summary>Events that came again.</summary>
    public long Doubled { get; private set; }

    /// <summary>Whether the server said that it cannot give everything.</summary>
    public bool WasToldOfGap { get; private set; }

    /// <summary>Whether it is subscribed and has what was there when it subscribed.</summary>
    public bool HasCaughtUp => State == HerdState.Live && Position >= Head;

    /// <summary>Takes the answer to its subscribe command, with the events in it.</summary>
    public void TakeReply(ReadOnlySpan<byte> reply)
    {
        var isFirst = Epoch.Length == 0;
        Epoch = TextAfter(reply, "\"epoch\":\""u8);
        WasToldOfGap |= reply.IndexOf("\"recovered\":false"u8) >= 0;
        reply = NextOffset(reply, out var head);
        Head = head;
        if (isFirst) Position = head;
        TakeEvents(reply);
        State = HerdState.Live;
    }

    /// <summary>Takes events, each of which says its offset once.</summary>
    public void TakeEvents(ReadOnlySpan<byte> record)
    {
        while (!(record = NextOffset(record, out var offset)).IsEmpty) Take(offset);
    }

    private void Take(long offset)
    {
        if (offset <= Position)
        {
            Doubled++;
            return;
        }

        Missing += offset - Position - 1;
        Position = offset;
    }

    private static ReadOnlySpan<byte> NextOffset(ReadOnlySpan<byte> record, out long offset)
    {
        var name = "\"offset\":"u8;
        offset = 0;
        var at = record.IndexOf(name);
        if (at < 0) return [];
        record = record[(at + name.Length)..];
        return Utf8Parser.TryParse(record, out offset, out _) ? record : throw new BenchException("an offset is no number");
    }

    private static string TextAfter(ReadOnlySpan<byte> record, ReadOnlySpan<byte> name)
    {
        var at = record.IndexOf(name);
        if (at < 0) throw new BenchException("the answer to the subscribe command has no epoch");
        record = record[(at + name.Length)..];
        return System.Text.Encoding.UTF8.GetString(record[..record.IndexOf((byte)'"')]);
    }
}

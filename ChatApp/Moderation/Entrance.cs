namespace ChatApp.Moderation;

/// <summary>By which kind of connection somebody acts.</summary>
public enum Entrance
{
    /// <summary>A page in a browser: whatever no program has asked for.</summary>
    Page = 0,

    /// <summary>A program by its connection (WebSocket, lines, server-sent events).</summary>
    Program = 1,

    /// <summary>A program of the operator, by the server API.</summary>
    ServerApi = 2,

    /// <summary>A command on the server's machine.</summary>
    Command = 3,
}

/// <summary>
/// By which entrance the call comes that runs now. It follows the call into the services, and <see cref="Storage.CommitQueue"/> hands it to
/// the change, which runs on another thread: so no service has to pass it on, and the audit log knows it nevertheless.
/// </summary>
public static class CurrentEntrance
{
    private static readonly AsyncLocal<Entrance> Flowing = new();

    /// <summary>The entrance; set by the entrances of programs at the beginning of a call, in the method that answers it.</summary>
    public static Entrance Value
    {
        get => Flowing.Value;
        set => Flowing.Value = value;
    }
}

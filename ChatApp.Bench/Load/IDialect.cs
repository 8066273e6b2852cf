namespace ChatApp.Bench.Load;

/// <summary>What a record that is no delivery means to the load client.</summary>
internal enum RecordKind
{
    /// <summary>Nothing to do.</summary>
    Other,

    /// <summary>The server has accepted the connection's first frames: it receives or may publish from now on.</summary>
    Ready,

    /// <summary>The server asks for a sign of life; <see cref="IDialect.PingAnswer"/> is due.</summary>
    Ping,

    /// <summary>The server refused something or is ending the connection: the measurement is void.</summary>
    Refusal,
}

/// <summary>
/// How one server is spoken to over its WebSocket. A text frame holds one or several records; a record with a
/// <see cref="Message">time stamp</see> in it is a delivery whatever else it says. A connection listens to rooms, at
/// most eight, or to none: then it publishes.
/// </summary>
internal interface IDialect
{
    /// <summary>The path of the upgrade request.</summary>
    /// <param name="rooms">The rooms that the connection listens to; none for a publisher.</param>
    string Path(IReadOnlyList<string> rooms);

    /// <summary>Whether the connection is encrypted.</summary>
    bool UsesTls => false;

    /// <summary>What separates or ends the records in a frame.</summary>
    byte Separator { get; }

    /// <summary>The first frame after the upgrade; empty where none is needed and the upgrade itself means ready.</summary>
    byte[] Hello(IReadOnlyList<string> rooms);

    /// <summary>Says what a record without a time stamp means.</summary>
    RecordKind Classify(ReadOnlySpan<byte> record, IReadOnlyList<string> rooms);

    /// <summary>The answer to a ping; empty where none is due.</summary>
    byte[] PingAnswer { get; }

    /// <summary>The frame by which the publisher posts a message to its room.</summary>
    byte[] Publish(Message message);
}

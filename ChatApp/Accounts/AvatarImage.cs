namespace ChatApp.Accounts;

/// <summary>Somebody's picture, as stored; checked and without what its maker's camera wrote into it.</summary>
public sealed class AvatarImage
{
    /// <summary>Whose.</summary>
    public required string UserId { get; init; }

    /// <summary>Names these bytes; another picture has another name. 16 characters.</summary>
    public required string Version { get; set; }

    /// <summary>Media type, decided by the server from the content.</summary>
    public required string ContentType { get; set; }

    /// <summary>The picture; at most 2 MiB.</summary>
    public required byte[] Bytes { get; set; }
}

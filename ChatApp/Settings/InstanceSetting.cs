namespace ChatApp.Settings;

/// <summary>A setting that administrators change while the server runs, as stored. What is not there has its default.</summary>
public sealed class InstanceSetting
{
    /// <summary>Which; at most 64 characters.</summary>
    public required string Name { get; init; }

    /// <summary>Its value as text; at most 512 characters.</summary>
    public required string Value { get; set; }
}

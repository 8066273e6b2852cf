namespace ChatApp.Components.Admin;

/// <summary>A line of a <see cref="Chart"/>.</summary>
/// <param name="Label">What it stands for.</param>
/// <param name="Class">Class that gives it its colour: <c>chart-a</c> or <c>chart-b</c>.</param>
/// <param name="Values">Its values, the newest last.</param>
public sealed record ChartLine(string Label, string Class, IReadOnlyList<double?> Values);

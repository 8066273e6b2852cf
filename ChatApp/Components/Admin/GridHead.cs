namespace ChatApp.Components.Admin;

/// <summary>The head of a column of a <see cref="DataGrid{TLine}"/>.</summary>
/// <param name="Title">Its title.</param>
/// <param name="Sort">By what the service sorts for it; null where it does not.</param>
/// <param name="Class">Class of the cell.</param>
/// <param name="IsHidden">True where the title is for those who cannot see the buttons below it.</param>
public sealed record GridHead(string Title, string? Sort = null, string? Class = null, bool IsHidden = false);

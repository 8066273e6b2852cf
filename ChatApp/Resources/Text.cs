namespace ChatApp.Resources;

/// <summary>
/// Names the resource files that hold every word people read: <c>Text.resx</c> (English) and <c>Text.zh-Hans.resx</c>.
/// Keys begin with the name of the page or component.
/// </summary>
public sealed class Text;

using System.Text.Json;
using ChatApp.Components.Messages;
using ChatApp.Messages;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Components;

/// <summary>The list of emoji that composer and picker read.</summary>
public sealed class EmojiListTests
{
    private static readonly Dictionary<string, string[]> Groups =
        JsonSerializer.Deserialize<Dictionary<string, string[]>>(File.ReadAllText(Checkout.PathTo("ChatApp/wwwroot/emoji.json")))!;

    private static readonly string[][] Lines = [.. Groups.Values.SelectMany(lines => lines).Select(line => line.Split(' '))];

    [Fact]
    public void Every_emoji_may_be_a_reaction_and_stands_there_once()
    {
        Assert.All(Lines, line => Assert.True(MessageMarks.IsEmoji(line[0]), line[0]));
        Assert.Equal(Lines.Length, Lines.Select(line => line[0]).Distinct(StringComparer.Ordinal).Count());
        Assert.InRange(Lines.Length, 300, 1_000);
    }

    [Fact]
    public void Each_has_a_name_that_no_other_has_and_a_word_in_Chinese()
    {
        var names = Lines.SelectMany(line => line.Skip(1).Where(word => word.All(char.IsAscii))).ToList();
        Assert.All(names, name => Assert.Matches("^[a-z0-9_+-]+$", name));
        Assert.Equal(names.Count, names.Distinct(StringComparer.Ordinal).Count());
        Assert.All(Lines, line => Assert.True(line[1].All(char.IsAscii) && line.Skip(1).Any(word => !word.All(char.IsAscii)), line[0]));
    }

    [Fact]
    public void The_picker_has_a_button_for_each_group() =>
        Assert.Equal(Groups.Keys, EmojiPicker.Groups.Select(group => group.Group).Where(group => group != "recent"));
}

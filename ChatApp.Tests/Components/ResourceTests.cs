using System.Globalization;
using System.Resources;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ChatApp.Accounts;
using ChatApp.Components.Account;
using ChatApp.Messages;
using ChatApp.Moderation;
using ChatApp.Moderation.Held;
using ChatApp.Moderation.Policies;
using ChatApp.Moderation.Rules;
using ChatApp.Push;
using ChatApp.Resources;
using ChatApp.Search;
using ChatApp.Settings;
using ChatApp.Tests.Architecture;
using ChatApp.Tests.Harness;

namespace ChatApp.Tests.Components;

/// <summary>Every word that people read stands in the resource files, once in each language, and no word stands there unused.</summary>
public sealed partial class ResourceTests
{
    private static readonly Dictionary<string, string> English = Read("Text.resx");
    private static readonly Dictionary<string, string> Chinese = Read("Text.zh-Hans.resx");
    private static readonly IReadOnlyList<(string Path, string Key)> Asked = [.. Sources().SelectMany(KeysIn)];

    [Fact]
    public void Both_languages_have_the_same_keys() =>
        Assert.Equal(English.Keys.Order(StringComparer.Ordinal), Chinese.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void No_text_is_empty()
    {
        Assert.DoesNotContain(English, text => text.Value.Length == 0);
        Assert.DoesNotContain(Chinese, text => text.Value.Length == 0);
    }

    [Fact]
    public void Both_languages_have_the_same_placeholders()
    {
        var different = English.Where(text => Chinese.TryGetValue(text.Key, out var other) && Placeholders(text.Value) != Placeholders(other));
        AssertNone(different.Select(text => $"{text.Key}: {{{Placeholders(text.Value)}}}, {{{Placeholders(Chinese[text.Key])}}}"));
    }

    [Fact]
    public void Every_key_that_a_page_asks_for_exists() => AssertNone(Asked
        .Where(asked => !English.Keys.Any(key => Answers(key, asked.Key)))
        .Select(asked => $"{asked.Path} asks for {asked.Key}"));

    [Fact]
    public void Every_key_is_asked_for_by_some_page()
    {
        // A key may be chosen first and asked for later: any literal of its form counts.
        var mentioned = Sources().SelectMany(file => Literal().Matches(file.Text).Select(match => match.Groups["text"].Value)).ToHashSet(StringComparer.Ordinal);
        AssertNone(English.Keys.Where(key => !mentioned.Contains(key) && !Asked.Any(asked => Answers(key, asked.Key))));
    }

    [Fact]
    public void Every_value_that_becomes_part_of_a_key_has_its_word()
    {
        var keys = Enum.GetNames<Rank>().SelectMany(rank => (string[])[$"Rank.{rank}", $"Admin.May.{rank}"])
            .Concat(Enum.GetNames<ConnectionKind>().Select(kind => $"Admin.Kind.{kind}"))
            .Concat(Enum.GetNames<InvitationOutcome>().Where(outcome => outcome != nameof(InvitationOutcome.Done)).Select(outcome => $"Invites.Outcome.{outcome}"))
            .Concat(Enum.GetNames<BlockOutcome>().Where(outcome => outcome != nameof(BlockOutcome.Done)).Select(outcome => $"BlockOutcome.{outcome}"))
            .Concat(Enum.GetNames<InvitationState>().Select(state => $"Invites.State.{state}"))
            .Concat(Enum.GetNames<RegistrationMode>().SelectMany(mode => (string[])[$"AdminSettings.Mode.{mode}", $"AdminSettings.ModeText.{mode}"]))
            .Concat(new LiveLimits(new MessageOptions(), new SearchOptions(), new PushOptions()).All.Select(limit => $"AdminSettings.Limit.{limit.Id}"))
            .Concat(ApiScopeNames.Of(ApiScopes.Publish | ApiScopes.Read | ApiScopes.Manage).Select(scope => $"KeysAdmin.Scope.{scope}"))
            .Concat(Enum.GetNames<SanctionKind>().SelectMany(kind => (string[])[$"Sanction.You.{kind}", $"Sanction.YouHere.{kind}", $"Sanction.YouIn.{kind}", $"Moderate.Kind.{kind}"]))
            .Concat(Enum.GetNames<WhyFact>().Select(fact => $"Why.Fact.{fact}"))
            .Concat(Enum.GetNames<Entrance>().Select(via => $"AuditAdmin.Via.{via}"))
            .Concat(Enum.GetNames<AccountState>().Select(state => $"UsersAdmin.State.{state}"))
            .Concat(Enum.GetNames<RoomState>().Select(state => $"RoomsAdmin.State.{state}"))
            .Concat(ChatApp.Components.Admin.AdminSections.All.Select(section => section.Title))
            .Concat(Enum.GetNames<SanctionOutcome>().Select(outcome => $"SanctionOutcome.{outcome}"))
            .Concat(Enum.GetNames<RuleOutcome>().Select(outcome => $"RuleOutcome.{outcome}"))
            .Concat(Enum.GetNames<HeldOutcome>().Select(outcome => $"HeldOutcome.{outcome}"))
            .Concat(Enum.GetNames<PolicyOutcome>().Select(outcome => $"PolicyOutcome.{outcome}"))
            .Concat(Enum.GetNames<RuleKind>().SelectMany(kind => (string[])[$"Rules.Kind.{kind}", $"Rules.KindText.{kind}"]))
            .Concat(Enum.GetNames<RuleAction>().SelectMany(action => (string[])[$"Rules.Action.{action}", $"Rules.ActionText.{action}"]))
            .Concat(Enum.GetNames<PostRefusal>().Select(refusal => $"Post.{refusal}"))
            .Concat(Enum.GetNames<MessageOutcome>().Select(outcome => $"MessageOutcome.{outcome}"))
            .Concat(ReaderChoices.Themes.Select(theme => $"Preferences.Theme.{theme}"));
        AssertNone(keys.Where(key => !English.ContainsKey(key)));
    }

    [Theory]
    [InlineData("en", "Sign in")]
    [InlineData("de", "Sign in")]
    [InlineData("zh-Hans", "登录")]
    [InlineData("zh-CN", "登录")]
    public void The_program_carries_the_language(string culture, string expected) =>
        Assert.Equal(expected, new ResourceManager(typeof(Text)).GetString("Account.SignIn", CultureInfo.GetCultureInfo(culture)));

    [Theory]
    [InlineData("""@L["A.One"] x @L["A.Two", list[0], "B.No"]""", "A.One A.Two")]
    [InlineData("""text[yes ? "A.One" : "A.Two"]""", "A.One A.Two")]
    [InlineData("""L[$"A.{outcome}"]""", "A.*")]
    [InlineData("""Cell["A.One"] "A.One" """, "")]
    public void Keys_are_found_in(string code, string expected) =>
        Assert.Equal(expected, string.Join(' ', KeysIn(new SourceFile("ChatApp/Components/X.razor", code)).Select(found => found.Key)));

    private static bool Answers(string key, string asked) =>
        asked.EndsWith('*') ? key.StartsWith(asked[..^1], StringComparison.Ordinal) : key == asked;

    private static IEnumerable<SourceFile> Sources() => SourceTree.Files.Where(file =>
        (file.Path.StartsWith("ChatApp/Components/", StringComparison.Ordinal) || file.Path.StartsWith("ChatApp/Accounts/Mail/", StringComparison.Ordinal)) && SourceTree.IsCode(file.Path));

    // The keys in the first argument of the localizer's indexer; a star stands for the part that is put in when it runs.
    private static IEnumerable<(string Path, string Key)> KeysIn(SourceFile file) =>
        from Match asked in Indexer().Matches(file.Text)
        from Match literal in Literal().Matches(asked.Groups["first"].Value)
        let text = literal.Groups["text"].Value
        select (file.Path, literal.Groups["open"].Length == 0 ? text : text[..text.IndexOf('{', StringComparison.Ordinal)] + "*");

    private static string Placeholders(string text) =>
        string.Join(',', Placeholder().Matches(text).Select(match => match.Groups["number"].Value).Distinct().Order(StringComparer.Ordinal));

    private static Dictionary<string, string> Read(string file) => XDocument
        .Load(Checkout.PathTo($"ChatApp/Resources/{file}")).Root!.Elements("data")
        .ToDictionary(data => data.Attribute("name")!.Value, data => data.Element("value")!.Value, StringComparer.Ordinal);

    private static void AssertNone(IEnumerable<string> complaints)
    {
        var found = complaints.Distinct().ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    [GeneratedRegex("""\b(L|text)\[(?<first>(\$?"[^"]*"|[^"\],])*)[\],]""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Indexer();

    [GeneratedRegex(@"(?<open>\$?)""(?<text>[A-Z][A-Za-z]*\.[^""\s]*)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Literal();

    [GeneratedRegex(@"\{(?<number>\d+)[^}]*\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Placeholder();
}

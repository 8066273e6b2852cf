using ChatApp.Settings;
using ChatApp.Storage;

namespace ChatApp.Commands;

/// <summary>What stands on a command line after the verb: words, options, and settings as the server takes them.</summary>
/// <param name="Words">What does not begin with a dash.</param>
/// <param name="Options">The options that are there, with dashes, and the value of those that have one.</param>
/// <param name="Settings">The others that begin with two dashes and hold an equals sign.</param>
internal sealed record CommandWords(IReadOnlyList<string> Words, IReadOnlyDictionary<string, string> Options, string[] Settings)
{
    /// <summary>Takes a command line apart; null where it holds something that the command does not know.</summary>
    /// <param name="args">Without the verb.</param>
    /// <param name="flags">Options without a value.</param>
    /// <param name="valued">Options with a value, which is the next word.</param>
    public static CommandWords? Parse(ReadOnlySpan<string> args, string[]? flags = null, string[]? valued = null)
    {
        var words = new List<string>();
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        var settings = new List<string>();
        for (var i = 0; i < args.Length; i++)
        {
            var word = args[i];
            if (flags?.Contains(word) == true) options[word] = "";
            else if (valued?.Contains(word) == true && i + 1 < args.Length) options[word] = args[++i];
            else if (word.StartsWith("--", StringComparison.Ordinal) && word.Contains('=', StringComparison.Ordinal)) settings.Add(word);
            else if (!word.StartsWith('-')) words.Add(word);
            else return null;
        }

        return new CommandWords(words, options, [.. settings]);
    }

    /// <summary>The settings, with those of the file and the environment, as the server would have them.</summary>
    /// <exception cref="StartException">They cannot be read.</exception>
    public IConfiguration Configuration()
    {
        var sources = new ConfigurationBuilder();
        SettingsSources.Apply(sources, Settings);
        return sources.Build();
    }

    /// <summary>Where data lives.</summary>
    /// <exception cref="StartException">The setting is wrong.</exception>
    public DataOptions Data() => SettingsReader.Read<DataOptions>(Configuration(), "Data");
}

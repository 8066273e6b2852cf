using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace ChatApp.Settings;

/// <summary>
/// Reads a section of the settings into an options class and refuses, in one line, what the operator got wrong:
/// a value that does not parse or is out of range, and a key that does not exist.
/// </summary>
public static class SettingsReader
{
    /// <summary>Reads section <paramref name="section"/> into a new <typeparamref name="T"/>; missing keys keep their defaults.</summary>
    /// <exception cref="StartException">Names the key, the value and what is allowed.</exception>
    public static T Read<T>(IConfiguration configuration, string section)
        where T : class, new()
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return (T)Read(typeof(T), configuration.GetSection(section), section);
    }

    private static object Read(Type type, IConfigurationSection values, string section)
    {
        var options = Activator.CreateInstance(type)!;
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance);
        foreach (var entry in values.GetChildren())
        {
            var key = $"{section}:{entry.Key}";
            var property = Array.Find(properties, p => p.Name.Equals(entry.Key, StringComparison.OrdinalIgnoreCase))
                ?? throw new StartException($"setting {key} is unknown; section {section} has {string.Join(", ", properties.Select(p => p.Name))}");
            property.SetValue(options, property.PropertyType switch
            {
                { } list when list == typeof(string[]) => List(entry),
                { IsArray: true } list => List(list.GetElementType()!, key, entry),
                _ => Parse(property, key, entry.Value ?? ""),
            });
        }

        if (Array.Find(properties, property => property.IsDefined(typeof(RequiredAttribute)) && property.GetValue(options) is "") is { } missing)
            throw new StartException($"setting {section}:{missing.Name} is missing");
        return options;
    }

    // A list in the file; on the command line and in the environment one text, with commas between its parts.
    private static string[] List(IConfigurationSection entry) => entry.Value is { } text
        ? text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        : [.. entry.GetChildren().Select(child => child.Value ?? "")];

    // A list of objects: Section:Key:0:Name=value, and so on.
    private static Array List(Type type, string key, IConfigurationSection entry)
    {
        if (!string.IsNullOrEmpty(entry.Value)) throw new StartException($"setting {key} is a list; its parts are set as {key}:0:{type.GetProperties()[0].Name} and so on");
        var items = entry.GetChildren().Select(child => Read(type, child, $"{key}:{child.Key}")).ToArray();
        var list = Array.CreateInstance(type, items.Length);
        items.CopyTo(list, 0);
        return list;
    }

    private static object Parse(PropertyInfo property, string key, string text)
    {
        object? value;
        try
        {
            value = TypeDescriptor.GetConverter(property.PropertyType).ConvertFromString(context: null, CultureInfo.InvariantCulture, text);
        }
        catch (Exception problem) when (problem is FormatException or ArgumentException or NotSupportedException)
        {
            value = null;
        }

        // The converter takes any number for an enumeration.
        var valid = value is not null && (!property.PropertyType.IsEnum || Enum.IsDefined(property.PropertyType, value)) && property.GetCustomAttributes<ValidationAttribute>().All(rule => rule.IsValid(value));
        return valid ? value! : throw new StartException($"setting {key} has the value '{text}', but must be {Allowed(property)}");
    }

    private static string Allowed(PropertyInfo property) => property.GetCustomAttribute<RangeAttribute>() is { } range
        ? string.Create(CultureInfo.InvariantCulture, $"a whole number from {range.Minimum} to {range.Maximum}")
        : property.PropertyType switch
        {
            { } type when type == typeof(bool) => "true or false",
            { IsEnum: true } type => string.Join(" or ", Enum.GetNames(type)),
            _ when property.GetCustomAttribute<StringLengthAttribute>() is { } length =>
                string.Create(CultureInfo.InvariantCulture, $"a text of {length.MinimumLength} to {length.MaximumLength} characters"),
            _ when property.GetCustomAttribute<RegularExpressionAttribute>() is { } form => $"a text like {form.Pattern}",
            _ => $"a {property.PropertyType.Name}",
        };
}

using System.Globalization;
using System.Resources;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using ChatApp.Resources;

namespace ChatApp.Accounts.Mail;

/// <summary>Kinds of mails; their words stand in the resource files under these names.</summary>
public enum MailKind
{
    /// <summary>Asks whether the address of a new account is the person's own.</summary>
    Confirm,

    /// <summary>Somebody wanted to register with an address that has an account.</summary>
    Known,

    /// <summary>A link for another password.</summary>
    Reset,

    /// <summary>Asks whether the address that an account shall have is the person's own.</summary>
    NewAddress,

    /// <summary>Tells the former address that the account has another one.</summary>
    AddressChanged,

    /// <summary>Tells that the password is another one.</summary>
    PasswordChanged,

    /// <summary>Tells that the account is gone.</summary>
    Deleted,
}

/// <summary>The words of mails, in one language.</summary>
/// <param name="culture">Which.</param>
public sealed class MailWords(CultureInfo culture)
{
    private static readonly ResourceManager Words = new(typeof(Text));
    private static readonly HtmlEncoder Html = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>The language of a person: their own choice, else that of the page at hand.</summary>
    public static CultureInfo LanguageOf(ChatUser? user, CultureInfo page) => user?.Language is { } own ? CultureInfo.GetCultureInfo(own) : page;

    /// <summary>A mail of that kind.</summary>
    /// <param name="kind">What it is about.</param>
    /// <param name="to">Address of the receiver.</param>
    /// <param name="name">Name of the receiver.</param>
    /// <param name="link">Where it leads; null where there is nothing to do.</param>
    public OutgoingMail Write(MailKind kind, string to, string name, Uri? link)
    {
        var text = this;
        var (subject, greeting, lead, note) = (text[$"Mail.{kind}.Subject"], text["Mail.Greeting", name], text[$"Mail.{kind}.Lead"], text[$"Mail.{kind}.Note"]);
        var (plain, html) = (new StringBuilder(), new StringBuilder());
        plain.Append(greeting).Append("\n\n").Append(lead).Append("\n\n");
        html.Append(CultureInfo.InvariantCulture, $"<!DOCTYPE html>\n<html lang=\"{culture.Name}\">\n<head><meta charset=\"utf-8\"><title>{Html.Encode(subject)}</title></head>\n");
        html.Append("<body style=\"margin:0;padding:24px;font-family:-apple-system,'Segoe UI',Roboto,'Noto Sans','PingFang SC','Microsoft YaHei',sans-serif;font-size:16px;line-height:1.5;color:#15242a;background:#ffffff\">\n");
        html.Append("<div style=\"max-width:480px;margin:0 auto\">\n");
        html.Append(CultureInfo.InvariantCulture, $"<p>{Html.Encode(greeting)}</p>\n<p>{Html.Encode(lead)}</p>\n");
        if (link is not null)
        {
            var address = Html.Encode(link.AbsoluteUri);
            plain.Append(link.AbsoluteUri).Append("\n\n");
            html.Append(CultureInfo.InvariantCulture, $"<p style=\"margin:24px 0\"><a href=\"{address}\" style=\"display:inline-block;padding:10px 20px;border-radius:7px;background:#0b6176;color:#ffffff;font-weight:600;text-decoration:none\">{Html.Encode(text[$"Mail.{kind}.Action"])}</a></p>\n");
            html.Append(CultureInfo.InvariantCulture, $"<p style=\"font-size:13px;color:#5a6a71;overflow-wrap:anywhere\">{Html.Encode(text["Mail.OrOpen"])}<br><a href=\"{address}\" style=\"color:#0b6176\">{address}</a></p>\n");
        }

        plain.Append(note).Append('\n');
        html.Append(CultureInfo.InvariantCulture, $"<p style=\"font-size:13px;color:#5a6a71\">{Html.Encode(note)}</p>\n</div>\n</body>\n</html>\n");
        return new OutgoingMail(to, subject, plain.ToString(), html.ToString(), culture.Name);
    }

    private string this[string key, params object[] values]
    {
        get
        {
            var words = Words.GetString(key, culture) ?? throw new InvalidOperationException($"no words for {key}");
            return values.Length == 0 ? words : string.Format(culture, words, values);
        }
    }
}

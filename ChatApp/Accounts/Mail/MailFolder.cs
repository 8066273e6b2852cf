using System.Globalization;
using ChatApp.Storage;

namespace ChatApp.Accounts.Mail;

/// <summary>Where mails go while there is no mail server: files that the operator can open. They hold links that open accounts, so only their owner may read them.</summary>
/// <param name="folder">The data folder.</param>
/// <param name="time">The clock, for the names of the files.</param>
public sealed class MailFolder(DataFolder folder, TimeProvider time)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Absolute path.</summary>
    public string Path { get; } = System.IO.Path.Combine(folder.Path, "mail");

    /// <summary>Writes a mail down. It appears whole or not at all.</summary>
    /// <exception cref="MailException">It cannot be written.</exception>
    public async Task WriteAsync(ReadOnlyMemory<byte> mail, CancellationToken cancellation)
    {
        var name = $"{time.GetUtcNow().ToString("yyyyMMdd-HHmmss-fff", CultureInfo.InvariantCulture)}-{Secret.NewId()}.eml";
        var (half, whole) = (System.IO.Path.Combine(Path, name + ".part"), System.IO.Path.Combine(Path, name));
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(Path);
            else Directory.CreateDirectory(Path, OwnerOnly | UnixFileMode.UserExecute);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
            await using (var file = new FileStream(half, options)) await file.WriteAsync(mail, cancellation);
            File.Move(half, whole);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new MailException($"the folder '{Path}' cannot be written: {problem.Message}", isFinal: false, problem);
        }
    }
}

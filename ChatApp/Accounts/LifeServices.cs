using ChatApp.Accounts.Mail;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace ChatApp.Accounts;

/// <summary>Registers what an account needs from its first mail to its end.</summary>
public static class LifeServices
{
    /// <summary>Mail, links in mails, profile, pictures, export and deletion.</summary>
    public static void AddAccountLife(this IdentityBuilder identity, MailOptions mail)
    {
        ArgumentNullException.ThrowIfNull(identity);
        identity.AddDefaultTokenProviders().AddTokenProvider<ResetTokens>(ResetTokens.Provider);
        var services = identity.Services;
        services.Configure<IdentityOptions>(options => options.Tokens.PasswordResetTokenProvider = ResetTokens.Provider);
        services.Configure<DataProtectionTokenProviderOptions>(options => options.TokenLifespan = TimeSpan.FromDays(1));
        services.AddSingleton(mail).AddSingleton<MailFolder>().AddSingleton<PublicAddress>().AddSingleton<MailQueue>().AddSingleton<AccountMails>();
        services.AddHostedService(static provider => provider.GetRequiredService<MailQueue>());
        services.AddScoped<LoginData>();
        services.AddSingleton<Profiles>().AddSingleton<ProfileNews>().AddSingleton<DataExport>().AddSingleton<AccountDeletion>();
    }
}

/// <summary>How long a link for another password lives: an hour.</summary>
public sealed class ResetTokenOptions : DataProtectionTokenProviderOptions
{
    /// <summary>With its own name, so that no other link can be used as one of these.</summary>
    public ResetTokenOptions() => (Name, TokenLifespan) = (ResetTokens.Provider, TimeSpan.FromHours(1));
}

/// <summary>Makes and reads what stands in links for another password.</summary>
/// <param name="protection">Signs it.</param>
/// <param name="options">How long it lives.</param>
/// <param name="log">For the framework's base class.</param>
public sealed class ResetTokens(IDataProtectionProvider protection, IOptions<ResetTokenOptions> options, ILogger<DataProtectorTokenProvider<ChatUser>> log)
    : DataProtectorTokenProvider<ChatUser>(protection, options, log)
{
    /// <summary>Name among the makers of tokens.</summary>
    public const string Provider = "Reset";
}

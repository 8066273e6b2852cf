using System.Globalization;
using Microsoft.AspNetCore.Identity;

namespace ChatApp.Accounts.Mail;

/// <summary>
/// The mails that accounts cause. Each verb only leaves an order: whether the address has an account is looked up later, so that
/// nobody learns it from an answer or from how long it took.
/// </summary>
/// <param name="queue">Makes and sends them.</param>
/// <param name="address">Where links lead.</param>
/// <param name="options">How many mails an account may cause.</param>
/// <param name="time">The clock.</param>
public sealed class AccountMails(MailQueue queue, PublicAddress address, AccountOptions options, TimeProvider time)
{
    private readonly Budget _budget = new(time, options.MailsPerHour, TimeSpan.FromHours(1));

    /// <summary>Asks the person of a new account, or of one that is not confirmed yet, whether the address is theirs.</summary>
    public void Confirm(string email) => Order(email, async (users, user) => user.EmailConfirmed
        ? null
        : (MailKind.Confirm, address.Of("/account/confirm", ("user", user.Id), ("token", await users.GenerateEmailConfirmationTokenAsync(user)))));

    /// <summary>Tells the person of an account that somebody wanted to register with their address.</summary>
    public void Known(string email) => Order(email, (_, _) => Task.FromResult<(MailKind, Uri)?>((MailKind.Known, address.Of("/account/forgot"))));

    /// <summary>Sends a link for another password.</summary>
    public void Reset(string email) => Order(email, async (users, user) => (MailKind.Reset,
        address.Of("/account/reset", ("user", user.Id), ("token", await users.GeneratePasswordResetTokenAsync(user)))));

    /// <summary>Asks at the address that an account shall have. An address that another account has is told that instead.</summary>
    public void NewAddress(UserId id, string email) => Order(async (users, page) =>
    {
        if (await users.FindByIdAsync(id.Value) is not { } user || !_budget.TryTake(id)) return null;
        var words = new MailWords(MailWords.LanguageOf(user, page));
        if (await users.FindByEmailAsync(email) is { } other)
            return new MailWords(MailWords.LanguageOf(other, page)).Write(MailKind.Known, other.Email!, other.DisplayName, address.Of("/account/forgot"));
        var token = await users.GenerateChangeEmailTokenAsync(user, email);
        return words.Write(MailKind.NewAddress, email, user.DisplayName, address.Of("/account/confirm", ("user", user.Id), ("email", email), ("token", token)));
    });

    /// <summary>Tells the former address that the account has another one.</summary>
    public void AddressChanged(ChatUser user, string former) => Tell(MailKind.AddressChanged, user, former);

    /// <summary>Tells that the password is another one.</summary>
    public void PasswordChanged(ChatUser user) => Tell(MailKind.PasswordChanged, user, user?.Email);

    /// <summary>Tells an address that its account is gone.</summary>
    /// <param name="user">The account as it was.</param>
    public void Deleted(ChatUser user) => Tell(MailKind.Deleted, user, user?.Email);

    // A notice of what has happened is never held back.
    private void Tell(MailKind kind, ChatUser? user, string? to)
    {
        if (user is null || to is null) return;
        var (name, language) = (user.DisplayName, MailWords.LanguageOf(user, CultureInfo.CurrentUICulture));
        queue.Order(_ => Task.FromResult<OutgoingMail?>(new MailWords(language).Write(kind, to, name, kind == MailKind.Deleted ? null : address.Of("/account/forgot"))));
    }

    private void Order(string email, Func<UserManager<ChatUser>, ChatUser, Task<(MailKind Kind, Uri Link)?>> make)
    {
        // What cannot be an address of an account costs no place in the queue.
        if (!AccountRules.IsEmail(email)) return;
        Order(async (users, page) =>
        {
            if (await users.FindByEmailAsync(email) is not { Email: { } to } user) return null;
            if (await make(users, user) is not var (kind, link) || !_budget.TryTake(new UserId(user.Id))) return null;
            return new MailWords(MailWords.LanguageOf(user, page)).Write(kind, to, user.DisplayName, link);
        });
    }

    private void Order(Func<UserManager<ChatUser>, CultureInfo, Task<OutgoingMail?>> make)
    {
        var page = CultureInfo.CurrentUICulture;
        queue.Order(services => make(services.GetRequiredService<UserManager<ChatUser>>(), page));
    }
}

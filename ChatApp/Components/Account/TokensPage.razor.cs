using System.Globalization;
using ChatApp.Accounts;
using ChatApp.Resources;
using ChatApp.Rooms;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace ChatApp.Components.Account;

/// <summary>
/// Tokens of a person and their bots. A new token stands only on the answer to the form that made it: in no address, and nowhere
/// when the page is loaded again.
/// </summary>
public sealed partial class TokensPage
{
    private static readonly int[] Lives = [30, 90, 365, 0];

    private IReadOnlyList<TokenLine> _own = [];
    private IReadOnlyList<(UserCard Bot, IReadOnlyList<TokenLine> Tokens)> _bots = [];
    private Dictionary<RoomId, string> _roomNames = [];
    private UserId _user;
    private string? _secret;
    private string _madeFor = "";
    private string? _problem;
    private (string Field, string Text)? _error;

    [CascadingParameter]
    private Task<AuthenticationState>? Authentication { get; set; }

    [SupplyParameterFromQuery]
    private string? Saved { get; set; }

    [SupplyParameterFromForm(FormName = "token", Name = "account")]
    private string? Account { get; set; }

    [SupplyParameterFromForm(FormName = "token", Name = "name")]
    private string? Name { get; set; }

    [SupplyParameterFromForm(FormName = "token", Name = "scopes")]
    private string[]? Scopes { get; set; }

    [SupplyParameterFromForm(FormName = "token", Name = "rooms")]
    private string[]? ChosenRooms { get; set; }

    [SupplyParameterFromForm(FormName = "token", Name = "days")]
    private string? Days { get; set; }

    [SupplyParameterFromForm(FormName = "bot", Name = "bot")]
    private string? Bot { get; set; }

    [SupplyParameterFromForm(FormName = "change", Name = "act")]
    private string? Act { get; set; }

    private HashSet<RoomId> Chosen => [.. (ChosenRooms ?? []).Select(room => new RoomId(room))];

    private int DaysWanted => int.TryParse(Days, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && Lives.Contains(days) ? days : 90;

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        _user = await CurrentUser.IdAsync(Authentication);
        Load();
    }

    private void Load()
    {
        _own = Tokens.List(_user, _user) ?? [];
        _bots = [.. Bots.Of(_user).Select(bot => (bot, Tokens.List(_user, bot.Id) ?? []))];
        _roomNames = Rooms.RoomsOf(_user).ToDictionary(room => room.Id, room => RoomNames.Of(room, _user, Users));
    }

    private async Task MakeTokenAsync()
    {
        var account = string.IsNullOrEmpty(Account) ? _user : new UserId(Account);
        var scopes = (Scopes ?? []).Aggregate(TokenScopes.None, (all, name) => all | (TokenScopeNames.Read(name) ?? TokenScopes.None));
        var made = await Tokens.MakeAsync(_user, account, new TokenWish(Name, scopes)
        {
            Rooms = [.. Chosen],
            Expires = DaysWanted == 0 ? null : Time.GetUtcNow().AddDays(DaysWanted),
        });
        if (made.Outcome != TokenOutcome.Done)
        {
            Note(made.Outcome);
            return;
        }

        Show(made.Secret, Name!.Trim());
        // The form is empty again: what was asked for is done.
        (Name, Scopes, ChosenRooms, Days, Account) = (null, null, null, null, null);
    }

    private async Task MakeBotAsync()
    {
        var made = await Bots.MakeAsync(_user, Bot);
        switch (made.Outcome)
        {
            case BotOutcome.Done:
                Navigation.NavigateTo("/account/tokens?saved=1");
                break;
            case BotOutcome.BadName:
                _error = ("bot", L["Account.BadName", DisplayName.MaxLength]);
                break;
            case BotOutcome.NameTaken:
                _error = ("bot", L["Account.NameTaken"]);
                break;
            case BotOutcome.TooMany:
                _error = ("bot", L["Bots.TooMany", Bots.MaxBots]);
                break;
            default:
                _problem = L["Tokens.Busy"];
                break;
        }
    }

    private async Task ChangeAsync()
    {
        if (Act?.Split(':', 2) is not [var verb, var id]) return;
        switch (verb)
        {
            case "rotate" when await Tokens.RotateAsync(_user, id) is { Outcome: TokenOutcome.Done } rotated:
                Show(rotated.Secret, NameOf(id));
                break;
            case "revoke" when await Tokens.RevokeAsync(_user, id) == TokenOutcome.Done:
            case "delete" when await Bots.DeleteAsync(_user, new UserId(id)) is { Outcome: BotOutcome.Done }:
                Navigation.NavigateTo("/account/tokens?saved=1");
                break;
            default:
                _problem = L["Tokens.Gone"];
                break;
        }
    }

    private void Show(string? secret, string name)
    {
        (_secret, _madeFor) = (secret, name);
        Load();
    }

    private string NameOf(string token) => _own.Concat(_bots.SelectMany(bot => bot.Tokens)).FirstOrDefault(line => line.Id == token)?.Name ?? token;

    private void Note(TokenOutcome outcome)
    {
        switch (outcome)
        {
            case TokenOutcome.BadName:
                _error = ("name", L["Tokens.BadName", PersonalTokens.MaxNameLength]);
                break;
            case TokenOutcome.TooMany:
                _error = ("name", L["Tokens.TooMany", PersonalTokens.MaxTokens]);
                break;
            case TokenOutcome.NoScopes:
                _error = ("scopes", L["Tokens.NoScopes"]);
                break;
            case TokenOutcome.ScopesNotHeld:
                _error = ("scopes", L["Tokens.ScopesNotHeld"]);
                break;
            case TokenOutcome.BadRooms:
                _error = ("rooms", L["Tokens.BadRooms", PersonalTokens.MaxRooms]);
                break;
            default:
                _problem = outcome == TokenOutcome.NotFound ? L["Tokens.Gone"] : L["Tokens.Busy"];
                break;
        }
    }

    private string? ErrorOf(string field) => _error is { } error && error.Field == field ? error.Text : null;

    private bool IsOffered(string scope) => PersonalTokens.LowestFor(TokenScopeNames.Read(scope)!.Value) <= Users.Get(_user).Rank;

    // Reading is what nearly every program begins with.
    private bool IsChosen(string scope) => Scopes is null ? scope == "read" : Scopes.Contains(scope, StringComparer.Ordinal);
}

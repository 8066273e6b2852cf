using System.Diagnostics.CodeAnalysis;
using ChatApp.Client.Wire;

namespace ChatApp.Client;

/// <summary>Gives a live connection a new token shortly before its own ends, so that it need not end with it.</summary>
internal sealed class TokenRenewal(Link link, ChatClientOptions options, Action<string> renewed)
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);

    /// <summary>Runs as long as the link; ends without an exception.</summary>
    /// <param name="token">The token that the link was connected with.</param>
    /// <param name="ttl">Seconds until it ends; null where it does not.</param>
    /// <param name="cancel">The end of the link.</param>
    [SuppressMessage("Design", "CA1031", Justification = "Tokens fail in many ways; then the connection ends with its token, and the next one says why.")]
    public async Task RunAsync(string token, long? ttl, CancellationToken cancel)
    {
        var backoff = new Backoff(options.BackoffMin, options.BackoffMax);
        try
        {
            while (ttl is { } seconds)
            {
                var life = TimeSpan.FromSeconds(Math.Clamp(seconds, 0, int.MaxValue / 1000));
                await Task.Delay(life > 2 * Margin ? life - Margin : life / 2, options.Time, cancel);
                if (await RenewAsync(token, backoff, cancel) is not var (next, reply))
                    return;
                (token, ttl) = (next, reply.Ttl);
            }
        }
        catch (Exception)
        {
            // Cancelled, or the issuer says no for good: the next connection asks it again, and ends the client.
        }
    }

    /// <summary>Null where the server does not renew in place: the connection then ends with its token and is made anew.</summary>
    private async Task<(string Token, RefreshReply Reply)?> RenewAsync(string token, Backoff backoff, CancellationToken cancel)
    {
        while (true)
        {
            var next = await TokenAsync(token, cancel);
            var error = ChatError.NotTheProtocol with { Temporary = true };
            if (next is not null)
            {
                var reply = await link.RequestAsync(new() { Refresh = new(next) }, onReply: null, cancel);
                if (reply is { Refresh: { } refreshed })
                {
                    renewed(next);
                    return (next, refreshed);
                }
                error = reply?.Error?.ToError();
                if (error is not { Temporary: true })
                    return null;
            }
            await Task.Delay(backoff.Next(TimeSpan.Zero, error.RetryAfter), options.Time, cancel);
        }
    }

    /// <summary>Null where the issuer cannot be reached now.</summary>
    private async Task<string?> TokenAsync(string outworn, CancellationToken cancel)
    {
        try
        {
            return await options.Token(outworn, cancel);
        }
        catch (Exception e) when (e is ChatException { Error.Temporary: true } or HttpRequestException)
        {
            return null;
        }
    }
}

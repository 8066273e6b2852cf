using System.Threading.Channels;

namespace ChatApp.Accounts.Mail;

/// <summary>
/// Makes and sends mails apart from the requests that ask for them: a page answers in the same time whether there is somebody to
/// write to or not, and never waits for a mail server. In memory only, and bounded; what fails is tried again after 5 s, 10 s, 20 s
/// and so on, <see cref="Attempts"/> times in all.
/// </summary>
public sealed partial class MailQueue : BackgroundService
{
    /// <summary>How often a mail is tried.</summary>
    public const int Attempts = 9;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);

    private readonly Channel<Order> _orders = Channel.CreateUnbounded<Order>(new UnboundedChannelOptions { SingleReader = true });
    private readonly IServiceScopeFactory _scopes;
    private readonly MailOptions _options;
    private readonly MailFolder _folder;
    private readonly SmtpSender _smtp;
    private readonly TimeProvider _time;
    private readonly ILogger<MailQueue> _log;
    private int _waiting;

    /// <summary>Nothing is sent before the host starts it.</summary>
    public MailQueue(IServiceScopeFactory scopes, MailOptions options, MailFolder folder, TimeProvider time, ILogger<MailQueue> log)
    {
        (_scopes, _options, _folder, _time, _log) = (scopes, options, folder, time, log);
        _smtp = new SmtpSender(options);
    }

    /// <summary>Mails that wait, those that wait for another attempt included.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Takes an order, or drops it where too many wait. Never waits.</summary>
    /// <param name="make">Makes the mail, with services of its own; null where there is nobody to write to.</param>
    public void Order(Func<IServiceProvider, Task<OutgoingMail?>> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        if (Interlocked.Increment(ref _waiting) > _options.QueueLength)
        {
            Interlocked.Decrement(ref _waiting);
            LogDropped(_log, _options.QueueLength);
            return;
        }

        _orders.Writer.TryWrite(new Order(make, Ready: null, Attempt: 1));
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // What is ordered is sent, as far as one attempt and the host's patience go.
        _orders.Writer.TryComplete();
        if (ExecuteTask is { } sending) await Task.WhenAny(sending, Task.Delay(Timeout.Infinite, cancellationToken));
        await base.StopAsync(cancellationToken);
        if (Waiting > 0) LogLeft(_log, Waiting);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var order in _orders.Reader.ReadAllAsync(stoppingToken))
        {
            if (await TryAsync(order, stoppingToken)) Interlocked.Decrement(ref _waiting);
        }
    }

    // True where the order is done with, well or not.
    private async Task<bool> TryAsync(Order order, CancellationToken stopping)
    {
        try
        {
            if (order.Ready is null)
            {
                await using var scope = _scopes.CreateAsyncScope();
                order = order with { Ready = await order.Make(scope.ServiceProvider) };
            }

            if (order.Ready is not { } mail) return true;
            var bytes = MailFormat.Write(mail, _options.From, _time.GetUtcNow());
            if (_options.SmtpHost.Length == 0) await _folder.WriteAsync(bytes, stopping);
            else await _smtp.SendAsync(MailFormat.Address(mail.To), bytes, stopping);
            return true;
        }
        catch (MailException problem) when (problem.IsFinal || order.Attempt >= Attempts)
        {
            LogGivenUp(_log, order.Attempt, problem.Message);
            return true;
        }
        catch (MailException problem)
        {
            var pause = FirstPause * Math.Pow(2, order.Attempt - 1);
            LogAgain(_log, problem.Message, pause.TotalSeconds);
            _ = AgainAsync(order with { Attempt = order.Attempt + 1 }, pause, stopping);
            return false;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // One mail that cannot be made must not end all others.
            LogFault(_log, fault);
            return true;
        }
    }

    private async Task AgainAsync(Order order, TimeSpan pause, CancellationToken stopping)
    {
        await Task.Delay(pause, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _orders.Writer.TryWrite(order);
    }

    [LoggerMessage(210, LogLevel.Error, "A mail was dropped: {Length} wait already (setting Mail:QueueLength)")]
    private static partial void LogDropped(ILogger logger, int length);

    [LoggerMessage(211, LogLevel.Warning, "A mail could not be sent: {Problem}. Next attempt in {Seconds} s")]
    private static partial void LogAgain(ILogger logger, string problem, double seconds);

    [LoggerMessage(212, LogLevel.Error, "A mail was given up after {Attempts} attempts: {Problem}")]
    private static partial void LogGivenUp(ILogger logger, int attempts, string problem);

    [LoggerMessage(213, LogLevel.Error, "A mail could not be made")]
    private static partial void LogFault(ILogger logger, Exception fault);

    [LoggerMessage(214, LogLevel.Warning, "{Count} mails were not sent before the stop")]
    private static partial void LogLeft(ILogger logger, int count);
}

/// <summary>A mail that is to be made and sent.</summary>
/// <param name="Make">Makes it.</param>
/// <param name="Ready">The mail, once it was made.</param>
/// <param name="Attempt">Which attempt comes next; the first is 1.</param>
internal sealed record Order(Func<IServiceProvider, Task<OutgoingMail?>> Make, OutgoingMail? Ready, int Attempt);

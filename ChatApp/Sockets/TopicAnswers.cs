using ChatApp.Accounts;
using ChatApp.Push;
using ChatApp.Topics;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>What one connected program does with topics.</summary>
/// <param name="connection">The program's connection.</param>
/// <param name="permit">What its token lets through; null where the server acts for it.</param>
/// <param name="services">The house.</param>
internal sealed class TopicAnswers(Connection connection, SocketPermit? permit, SocketServices services)
{
    // One for all that it publishes.
    private TopicClient? _client;

    private Actor Actor => permit?.Actor ?? connection.User;

    /// <summary>Begins to listen; events are held back.</summary>
    public void Listen(BegunSubscription sub, ChannelName channel)
    {
        if (services.TopicAccess.RuleOf(channel.Name) is not { } rule)
        {
            sub.Refuse(WireError.UnknownChannel);
            return;
        }

        sub.Listen(services.Broker.Subscribe(connection, channel, hearsJoins: sub.Command.JoinLeave && rule.JoinLeave));
        if (sub.Subscription is { } subscription) subscription.WhenSlow = rule.WhenSlow;
    }

    /// <summary>Looks whether the program may listen, and from where on. The subscription is there already, so nothing falls between.</summary>
    public void Place(BegunSubscription sub, ref long bytes)
    {
        var channel = sub.Subscription!.Channel;
        if (services.TopicAccess.RuleOf(channel.Name) is not { } rule || (sub.Token is null && !services.TopicAccess.MaySubscribe(Actor, rule)))
        {
            sub.Refuse(WireError.PermissionDenied);
            return;
        }

        var from = sub.Command.From;
        if (rule.HistorySize == 0)
        {
            // Nothing is kept, so nothing is known of a position.
            var unknown = from is null ? null : Gap.Before(new ChannelState("", Offset.Zero, Offset.Zero), "none", from.Offset);
            Accept(sub, new SubscribeAnswer(State: null, from is not null, [], unknown), Offset.Zero);
            return;
        }

        var (stream, state, missed) = services.TopicStreams.Read(channel, rule, from?.Offset);
        sub.Topic = stream;
        var told = rule.ForceRecovery || sub.Command.WantsPosition || from is not null ? state : (ChannelState?)null;
        var gap = from is null ? null : Gap.Before(state, from.Epoch, from.Offset);
        if (from is null || gap is not null)
        {
            Accept(sub, new SubscribeAnswer(told, from is not null, [], gap), state.Head);
            return;
        }

        var first = bytes > 0 ? TopicCatchUp.Fitting(missed, bytes) : [];
        foreach (var envelope in first) bytes -= envelope.Encoded.Length;
        sub.Missed = [.. missed.Skip(first.Count)];
        Accept(sub, new SubscribeAnswer(told, IsRecovering: true, first, Gap: null), first is [.., var last] ? last.Offset!.Value : from.Offset);
    }

    /// <summary>Lets the events through that are held back, after what was missed and is not in the answer.</summary>
    public async Task GoOnAsync(BegunSubscription sub)
    {
        if (sub.Subscription is not { } subscription) return;
        if (sub.Topic is not { } stream)
        {
            // What was too much to be held back is lost, as everything is that nobody keeps.
            while (!subscription.TryRelease(Offset.Zero))
            {
            }

            return;
        }

        if (await TopicCatchUp.StreamAsync(subscription, stream, sub.Missed, sub.Position)) return;
        subscription.Dispose();
        connection.Send(services.Broker.Wrap(new SubscriptionEnded(subscription.Channel, EndReason.InsufficientState)));
    }

    /// <summary>Publishes. Null where the reply has been sent.</summary>
    public WireError? Publish(ClientCommand.PublishData command)
    {
        var channel = command.Channel;
        if (services.TopicAccess.RuleOf(channel.Name) is not { } rule) return WireError.UnknownChannel;
        if (!services.TopicAccess.MayPublish(Actor, connection, channel, rule)) return WireError.PermissionDenied;
        var published = services.Topics.Publish(channel.Name, command.Data, command.Key, _client ??= new TopicClient(connection.User, connection.Id));
        if (published.Refusal is { } refusal) return WireError.Of(refusal);
        Send(FrameEncoder.PublishedToTopic(command.Id, published));
        return null;
    }

    /// <summary>Looks back. Null where the reply has been sent.</summary>
    public WireError? History(ClientCommand.History command, ChannelName channel)
    {
        if (services.TopicAccess.RuleOf(channel.Name) is not { } rule) return WireError.UnknownChannel;
        if (!services.TopicAccess.MayLook(Actor, connection, channel, rule)) return WireError.PermissionDenied;
        var history = services.Topics.History(channel.Name, command.Limit, command.Since?.Offset, command.Since?.Epoch, command.Reverse);
        if (history.Refusal is { } refusal) return WireError.Of(refusal);
        // What does not fit is asked for from the last one on.
        Send(FrameEncoder.History(command.Id, history.State, TopicCatchUp.Fitting(history.Publications!, connection.Outbox.ReplayBytes)));
        return null;
    }

    private static void Accept(BegunSubscription sub, SubscribeAnswer answer, Offset position)
    {
        if (answer.Gap is not null && sub.Command.RejectsGap) sub.Refuse(WireError.Unrecoverable);
        else sub.Accept(answer, position);
    }

    private void Send(byte[] frame) => connection.Send(services.Broker.Wrap(new ReadyFrame(frame)));
}

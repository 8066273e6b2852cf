using System.Runtime.CompilerServices;
using ChatApp.Accounts;
using ChatApp.Messages;
using ChatApp.Moderation.Policies;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>Carries out the commands of one connected program: each either sends its reply or returns why it is refused.</summary>
/// <param name="connection">The program's connection.</param>
/// <param name="shown">What the program has shown to come in.</param>
/// <param name="token">How long that holds.</param>
/// <param name="services">The house.</param>
internal sealed class SocketAnswers(Connection connection, Credential shown, TokenLife token, SocketServices services) : IDisposable
{
    private readonly SubscriptionLives _lives = new(connection, services);
    private readonly SocketPermit _permit = new(connection.User, shown);
    private TopicAnswers? _topics;

    /// <summary>Stops the clocks of subscriptions.</summary>
    public void Dispose() => _lives.Dispose();

    private TopicAnswers Topics => _topics ??= new(connection, _permit, services);

    /// <summary>Null where the reply has been sent.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<WireError?> AnswerAsync(ClientCommand command)
    {
        if (_permit.Refusal(command) is { } refusal) return refusal;
        switch (command)
        {
            case ClientCommand.Subscribe subscribe:
                return Subscribe(subscribe);
            case ClientCommand.Unsubscribe unsubscribe:
                // As revoked, so that no event of it is written after the reply, whoever publishes at this moment.
                if (Channel.Parse(unsubscribe.Channel) is { } left) connection.SubscriptionTo(left)?.End(revoked: true);
                Send(FrameEncoder.Empty(unsubscribe.Id, "unsubscribe"));
                return null;
            case ClientCommand.Publish publish:
                return await PublishAsync(publish);
            case ClientCommand.PublishData publish:
                return Topics.Publish(publish);
            case ClientCommand.History history:
                return Channel.Parse(history.Channel) is { Topic: not null } kept ? Topics.History(history, kept)
                    : Channel.Room(history.Channel) is { } looked ? History(history, looked) : WireError.UnknownChannel;
            case ClientCommand.Presence presence:
                return new PresenceAnswers(connection, _permit, services).Answer(presence);
            case ClientCommand.Rpc call:
                var (data, error) = await new SocketMethods(connection, _permit, services).CallAsync(call.Method, call.Data);
                return data is null ? error : Reply(FrameEncoder.Called(call.Id, data));
            case ClientCommand.Refresh refresh:
                return await RefreshAsync(refresh);
            case ClientCommand.SubRefresh refresh:
                return RefreshSubscription(refresh);
            case ClientCommand.Ping ping:
                return Reply(FrameEncoder.Empty(ping.Id, "ping"));
            case ClientCommand.Send send:
                // Nobody in the house wants such messages; a client that waits for an answer gets one.
                return send.Id == 0 ? null : Reply(FrameEncoder.Empty(send.Id, "send"));
            case ClientCommand.Verdict verdict:
                // Late, twice, or of nothing that was asked: it changes nothing, and only counts as a command.
                TakeVerdict(verdict);
                return verdict.Id == 0 ? null : Reply(FrameEncoder.Empty(verdict.Id, "send"));
            case ClientCommand.Malformed malformed:
                return WireError.BadRequest with { Message = malformed.Problem };
            case ClientCommand.Connect:
                return WireError.BadRequest with { Message = "already connected" };
            default:
                return WireError.MethodNotFound;
        }
    }

    /// <summary>Takes an answer to a question that this program was asked; false where it was not, or has answered as often as it was asked.</summary>
    public bool TakeVerdict(ClientCommand.Verdict verdict) => services.PolicyChecks.Answer(
        connection, verdict.Check, verdict.Word switch { "deny" => PolicyWord.Deny, "hold" => PolicyWord.Hold, _ => PolicyWord.Allow }, verdict.Reason);

    /// <summary>
    /// Begins the subscriptions that came with the connect command; their events are held back until <see cref="GoOn"/>,
    /// when the client has its answer.
    /// </summary>
    public (IReadOnlyList<BegunSubscription> Begun, ConnectSubs Answer) Begin(ClientCommand.Connect connect)
    {
        // The personal channel is there in any case.
        var wanted = connect.Subs.Where(sub => sub.Channel != Channel.Of(connection.User)).ToList();
        var begun = Begin(wanted);
        var answer = new ConnectSubs(
            [.. begun.Where(sub => sub.Answer is not null).Select(sub => (sub.Command.Channel, sub.Answer!))],
            [.. begun.Where(sub => sub.Error is not null).Select(sub => (sub.Command.Channel, sub.Error!))]);
        return (begun, answer);
    }

    /// <summary>Lets the events through that are held back, after what was missed.</summary>
    public void GoOn(BegunSubscription begun)
    {
        if (begun.Subscription is not { } subscription) return;
        if (subscription.Channel.Kind == ChannelKind.Topic) Follow(subscription, Topics.GoOnAsync(begun));
        // Nearly always nothing came between the look and this line, and there is no reason to read the log.
        else if (begun.Position < begun.Answer!.State!.Value.Head || !subscription.TryRelease(begun.Position)) Follow(subscription, services.CatchUp.StreamAsync(subscription, begun.Position));
        if (begun.Token is { } held) _lives.Hold(subscription, held);
        // Lost between the look and the reply: the notice went out before the reply, which must not have the last word.
        if (subscription.IsRevoked) connection.Send(services.Broker.Wrap(new SubscriptionEnded(subscription.Channel, EndReason.RemovedByServer)));
    }

    private WireError? Subscribe(ClientCommand.Subscribe command)
    {
        var begun = Begin([command])[0];
        if (begun.Answer is null) return begun.Error;
        Send(FrameEncoder.Subscribed(command.Id, begun.Answer));
        GoOn(begun);
        return null;
    }

    private List<BegunSubscription> Begin(IReadOnlyList<ClientCommand.Subscribe> commands)
    {
        var begun = commands.Select((command, place) => Listen(command, place)).ToList();
        // Listening first and looking second: a membership that ends in between ends the subscription too.
        var rooms = begun.Select(sub => sub.Subscription?.Channel.Room).OfType<RoomId>().ToList();
        var standings = rooms.Count == 0 ? null : services.Rooms.Find(rooms, connection.User);
        // With the reply only where there is room for it; a program that recovers many rooms at once gets the rest as pushes.
        var bytes = connection.Outbox.IsHalfEmpty ? connection.Outbox.ReplayBytes : 0;
        foreach (var sub in begun)
        {
            if (sub.Subscription is not { } subscription) continue;
            sub.Ttl = sub.Token is { } held ? _lives.TtlOf(held) : null;
            if (subscription.Channel.Room is not { } room) Topics.Place(sub, ref bytes);
            else if (standings!.GetValueOrDefault(room) is not { } known || AsNewAs(known, sub.Command.From) is not { } standing) sub.Refuse(WireError.UnknownChannel);
            else if (!standing.IsMember) sub.Refuse(WireError.PermissionDenied);
            else Place(sub, standing.Room, ref bytes);
        }

        return begun;
    }

    private RoomStanding? AsNewAs(RoomStanding standing, ClientCommand.Position? from) =>
        from?.Offset > standing.Room.Head ? services.Rooms.Find(standing.Room.Id, connection.User, from.Offset) : standing;

    private BegunSubscription Listen(ClientCommand.Subscribe command, int place)
    {
        var begun = new BegunSubscription(command);
        if (_permit.Refusal(command) is { } refusal) begun.Refuse(refusal);
        if (begun.Error is not null) return begun;
        if (command.Token is { } shown)
        {
            var (good, error) = _lives.Judge(shown, command.Channel);
            begun.Token = good;
            if (error is not null) begun.Refuse(error);
            if (error is not null) return begun;
        }

        // Counted before anything is looked up: what is asked for at once must not cost more than what may be had.
        if (place >= services.Options.SubscriptionsPerConnection) begun.Refuse(WireError.LimitExceeded);
        else if (Channel.Parse(command.Channel) is not { } channel) begun.Refuse(WireError.UnknownChannel);
        else if (channel.Kind == ChannelKind.Topic) Topics.Listen(begun, channel);
        else begun.Listen(services.Broker.Subscribe(connection, channel, command.JoinLeave));
        return begun;
    }

    private void Place(BegunSubscription sub, RoomView room, ref long bytes)
    {
        if (sub.Command.From is not { } from)
        {
            sub.Accept(new SubscribeAnswer(room.State, IsRecovering: false, [], Gap: null), room.Head);
            return;
        }

        var gap = RoomCatchUp.GapBefore(room, from.Epoch, from.Offset);
        services.Metrics.Recovered(gap is null ? "recovered" : FrameEncoder.NameOf(gap.Reason));
        if (gap is not null && sub.Command.RejectsGap)
        {
            sub.Refuse(WireError.Unrecoverable);
            return;
        }

        IReadOnlyList<Envelope> missed = gap is null && from.Offset < room.Head && bytes > 0 ? services.CatchUp.Next(room.Id, from.Offset, bytes) : [];
        foreach (var envelope in missed) bytes -= envelope.Encoded.Length;
        sub.Accept(
            new SubscribeAnswer(room.State, IsRecovering: true, missed, gap),
            missed is [.., var last] ? last.Offset!.Value : gap is null ? from.Offset : room.Head);
    }

    // Not awaited: a long way back must not keep the program from other commands, nor from answering pings.
    private void Follow(Subscription subscription, Task way) => _ = FollowAsync(services, subscription, way);

    /// <summary>Waits until what came after a position is sent and live events go through; faults end the subscription. Does not throw.</summary>
    internal static async Task FollowAsync(SocketServices services, Subscription subscription, Task way)
    {
        try
        {
            await way;
        }
        catch (Exception fault)
        {
            SocketSession.LogFault(services.Logger, fault);
            // The client subscribes again, from the last change that it got.
            subscription.Dispose();
            subscription.Connection.Send(services.Broker.Wrap(new SubscriptionEnded(subscription.Channel, EndReason.InsufficientState)));
        }
    }

    // What is refused changes nothing: the connection goes on to the end of the token that it has.
    private async ValueTask<WireError?> RefreshAsync(ClientCommand.Refresh command)
    {
        var credential = await services.Tokens.ReadAsync(command.Token, connection.Description.Address);
        if (credential.HasExpired) return WireError.TokenExpired;
        if (credential.User != connection.User) return WireError.Unauthorized;
        if (credential.Kind == CredentialKind.SignIn && _permit.Kind == CredentialKind.SignIn) Prolong(credential);
        else if (!TryReplace(credential)) return WireError.Unauthorized;
        return Reply(FrameEncoder.Refreshed(command.Id, connection, services.Version, token.Ttl));
    }

    // It lives by this session now. As at the connect command: looked at once more when the connection bears its name.
    private void Prolong(Credential credential)
    {
        if (!token.Renew(credential.Expires)) return;
        connection.Credential = credential.Id;
        if (!services.Tokens.StillHolds(credential)) connection.End(EndReason.SignedOut);
    }

    // From now on the connection is here by the other token, and by nothing else.
    private bool TryReplace(Credential credential)
    {
        var before = connection.Credential;
        connection.Credential = credential.Id;
        // Revoked between the look and now: whoever revoked looked for the token that the connection had.
        if (!services.Tokens.StillHolds(credential))
        {
            connection.Credential = before;
            return false;
        }

        _permit.Replace(credential);
        connection.Reach = _permit.Grant.Reach;
        token.Replace(credential.Expires, isRenewable: credential.Kind != CredentialKind.Personal);
        foreach (var channel in connection.Channels.Where(channel => !MayStay(channel))) services.Broker.RevokeFrom(connection, channel, EndReason.RemovedByServer);
        return true;
    }

    private bool MayStay(ChannelName channel) => connection.Reach.Includes(channel) &&
        (channel.Topic is not { } topic || _lives.Holds(channel) || (services.TopicAccess.RuleOf(topic) is { } rule && services.TopicAccess.MaySubscribe(_permit.Actor, rule)));

    private WireError? RefreshSubscription(ClientCommand.SubRefresh command)
    {
        var (good, error) = _lives.Judge(command.Token, command.Channel);
        if (good is null) return error;
        return Channel.Parse(command.Channel) is { } channel && _lives.TryRenew(channel, good)
            ? Reply(FrameEncoder.SubscriptionRefreshed(command.Id, _lives.TtlOf(good)))
            : WireError.BadRequest with { Message = "not subscribed by a token" };
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<WireError?> PublishAsync(ClientCommand.Publish command)
    {
        if (Channel.Room(command.Channel) is not { } room) return WireError.UnknownChannel;
        var isAnswered = false;
        switch (await services.Writer.PostAsync(connection.User, room, command.Text, command.Key, command.ReplyTo, Answer, command.Thread))
        {
            case PostResult.Accepted accepted:
                if (!isAnswered) Answer(accepted);
                return null;
            case var other:
                return WireError.Of(other);
        }

        void Answer(PostResult.Accepted accepted)
        {
            Send(FrameEncoder.Published(command.Id, accepted));
            isAnswered = true;
        }
    }

    private WireError? History(ClientCommand.History command, RoomId id)
    {
        if (services.Rooms.Find(id, connection.User, command.Since?.Offset) is not { } standing) return WireError.UnknownChannel;
        if (!standing.IsMember) return WireError.PermissionDenied;
        var page = services.CatchUp.History(standing.Room, command.Since?.Offset, command.Since?.Epoch, command.Limit, command.Reverse, services.Options.OutboxBytes / 4);
        return page is null ? WireError.Unrecoverable : Reply(FrameEncoder.History(command.Id, standing.Room.State, page));
    }

    // What fills the outbox would end the program as a slow reader, each time it asks.
    private WireError? Reply(byte[] frame)
    {
        if (frame.Length > services.Options.OutboxBytes / 2) return WireError.BadRequest with { Message = "the answer would be too large; ask for less" };
        Send(frame);
        return null;
    }

    private void Send(byte[] frame) => connection.Send(services.Broker.Wrap(new ReadyFrame(frame)));
}

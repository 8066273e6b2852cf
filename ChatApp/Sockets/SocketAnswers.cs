using ChatApp.Messages;
using ChatApp.Push;
using ChatApp.Rooms;
using ChatApp.Wire;

namespace ChatApp.Sockets;

/// <summary>Carries out the commands of one connected program: each either sends its reply or returns why it is refused.</summary>
/// <param name="connection">The program's connection.</param>
/// <param name="services">The house.</param>
internal sealed class SocketAnswers(Connection connection, SocketServices services)
{
    private readonly SocketMethods _methods = new(connection.User, services);

    /// <summary>Null where the reply has been sent.</summary>
    public async Task<WireError?> AnswerAsync(ClientCommand command)
    {
        switch (command)
        {
            case ClientCommand.Subscribe subscribe:
                return Subscribe(subscribe);
            case ClientCommand.Unsubscribe unsubscribe:
                // As revoked, so that no event of it is written after the reply, whoever publishes at this moment.
                if (Channel.Room(unsubscribe.Channel) is { } left) connection.SubscriptionTo(left)?.End(revoked: true);
                Send(FrameEncoder.Unsubscribed(unsubscribe.Id));
                return null;
            case ClientCommand.Publish publish:
                return await PublishAsync(publish);
            case ClientCommand.Rpc call:
                var (data, error) = await _methods.CallAsync(call.Method, call.Data);
                return data is null ? error : Reply(FrameEncoder.Called(call.Id, data));
            case ClientCommand.Malformed malformed:
                return WireError.BadRequest with { Message = malformed.Problem };
            case ClientCommand.Connect:
                return WireError.BadRequest with { Message = "already connected" };
            default:
                return WireError.MethodNotFound;
        }
    }

    private WireError? Subscribe(ClientCommand.Subscribe command)
    {
        if (Channel.Room(command.Channel) is not { } room) return WireError.UnknownChannel;
        var (subscription, refusal) = services.Broker.Subscribe(connection, room);
        if (subscription is null) return WireError.Of(refusal!.Value);
        // Listening first and looking second: a membership that ends in between ends the subscription too.
        var standing = services.Rooms.Find(room, connection.User);
        if (standing is not { IsMember: true })
        {
            subscription.Dispose();
            return standing is null ? WireError.UnknownChannel : WireError.PermissionDenied;
        }

        if (Begin(command, standing.Room, subscription) is { } problem)
        {
            subscription.Dispose();
            return problem;
        }

        // Lost between the look and the reply: the notice went out before the reply, which must not have the last word.
        if (subscription.HasEnded) connection.Send(services.Broker.Wrap(new SubscriptionEnded(room, EndReason.RemovedByServer)));
        return null;
    }

    private WireError? Begin(ClientCommand.Subscribe command, RoomView room, Subscription subscription)
    {
        if (command.From is not { } from)
        {
            Send(FrameEncoder.Subscribed(command.Id, room, isRecovering: false, [], gap: null));
            // Nearly always there is nothing between the look and this line, and no reason to read the log.
            if (!subscription.TryRelease(room.Head)) Follow(subscription, room.Head);
            return null;
        }

        var gap = RoomCatchUp.GapBefore(room, from.Epoch, from.Offset);
        services.Metrics.Recovered(gap is null ? "recovered" : FrameEncoder.NameOf(gap.Reason));
        if (gap is not null && command.RejectsGap) return WireError.Unrecoverable;
        // With the reply only where there is room for it; a program that recovers many rooms at once gets the rest as pushes.
        var outbox = connection.Outbox;
        IReadOnlyList<Envelope> missed = gap is null && outbox.IsHalfEmpty ? services.CatchUp.Next(room.Id, from.Offset, outbox.ReplayBytes) : [];
        Send(FrameEncoder.Subscribed(command.Id, room, isRecovering: true, missed, gap));
        Follow(subscription, missed is [.., var last] ? last.Offset!.Value : gap is null ? from.Offset : room.Head);
        return null;
    }

    // Not awaited: a long way back must not keep the program from other commands, nor from answering pings.
    private void Follow(Subscription subscription, Offset position) => _ = FollowAsync(subscription, position);

    private async Task FollowAsync(Subscription subscription, Offset position)
    {
        try
        {
            await services.CatchUp.StreamAsync(subscription, position);
        }
        catch (Exception fault)
        {
            SocketSession.LogFault(services.Logger, fault);
            // The client subscribes again, from the last change that it got.
            subscription.Dispose();
            connection.Send(services.Broker.Wrap(new SubscriptionEnded(subscription.Room, EndReason.InsufficientState)));
        }
    }

    private async Task<WireError?> PublishAsync(ClientCommand.Publish command)
    {
        if (Channel.Room(command.Channel) is not { } room) return WireError.UnknownChannel;
        switch (await services.Writer.PostAsync(connection.User, room, command.Text, command.Key, command.ReplyTo))
        {
            case PostResult.Accepted accepted:
                Send(FrameEncoder.Published(command.Id, accepted));
                return null;
            case PostResult.Rejected rejected:
                return WireError.Of(rejected);
            default:
                return WireError.Internal;
        }
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

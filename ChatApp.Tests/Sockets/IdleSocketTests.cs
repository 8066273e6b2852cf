using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ChatApp.Push;
using ChatApp.Tests.Harness;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace ChatApp.Tests.Sockets;

/// <summary>What an idle socket keeps alive: nothing of the request that it began with.</summary>
[Collection(Alone.Collection)]
public sealed class IdleSocketTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_request_of_an_open_socket_is_gone_once_it_is_connected(bool directly)
    {
        var requests = new Requests();
        await using var server = await TestServer.StartAsync([$"Push:DirectWrites={directly}"], services => services.AddSingleton<IStartupFilter>(requests));
        var ann = await server.AddPersonAsync("Ann");
        var room = await server.MakeRoomAsync(ann);
        var sockets = new List<TestSocket>();
        for (var i = 0; i < 5; i++) sockets.Add(await server.SubscribeAsync(ann, room.Id));

        // The context, its services and the web server's own object, which has the headers.
        Assert.Equal(5 * 3, requests.OfSockets.Count);
        await Eventually.EqualsAsync(0, requests.CountAlive);

        await server.PostAsync(ann, room.Id, "still there");
        foreach (var socket in sockets)
        {
            await socket.PushAsync(push => push.ToString().Contains("still there", StringComparison.Ordinal));
            await socket.DisposeAsync();
        }

        await Eventually.EqualsAsync(0, () => server.Get<RoomBroker>().Connections.Count);
    }

    private sealed class Requests : IStartupFilter
    {
        public ConcurrentBag<WeakReference> OfSockets { get; } = [];

        public int CountAlive()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            return OfSockets.Count(request => request.IsAlive);
        }

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, following) =>
            {
                Note(context);
                return following(context);
            });
            next(app);
        };

        [MethodImpl(MethodImplOptions.NoInlining)]
        private void Note(HttpContext context)
        {
            if (!context.Request.Path.StartsWithSegments("/connection", StringComparison.Ordinal)) return;
            OfSockets.Add(new WeakReference(context));
            OfSockets.Add(new WeakReference(context.RequestServices));
            OfSockets.Add(new WeakReference(context.Features.Get<IHttpRequestFeature>()));
        }
    }
}

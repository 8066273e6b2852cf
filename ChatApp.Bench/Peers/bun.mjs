// Bun's publish, which is that of uWebSockets.
const server = Bun.serve({
  hostname: '127.0.0.1',
  port: Number(process.argv[2]),
  fetch(request, server) {
    const path = new URL(request.url).pathname;
    const rooms = path.startsWith('/receive/') ? path.slice('/receive/'.length).split(',') : [];
    return server.upgrade(request, { data: { rooms } }) ? undefined : new Response('a WebSocket, please', { status: 426 });
  },
  websocket: {
    perMessageDeflate: false,
    open(socket) {
      for (const room of socket.data.rooms) socket.subscribe(room);
    },
    message(socket, text) {
      server.publish(JSON.parse(text).room, text);
    },
  },
});

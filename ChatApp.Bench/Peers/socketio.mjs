// Socket.IO over WebSocket: the connect packet names the rooms; what the publisher emits goes to everybody in its room.
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const http = createServer();
const io = new Server(http, { transports: ['websocket'], serveClient: false });
io.on('connection', (socket) => {
  for (const room of socket.handshake.auth.rooms ?? []) socket.join(room);
  socket.on('publish', (message) => io.to(message.room).emit('message', message));
  socket.emit('ready');
});
http.listen({ host: '127.0.0.1', port: Number(process.argv[2]), backlog: 4096 });

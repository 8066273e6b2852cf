// npm ws: the path says who listens to what; a message of the publisher goes to everybody in its room.
import { WebSocketServer } from 'ws';

const rooms = new Map();
const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.argv[2]), perMessageDeflate: false, backlog: 4096 });
server.on('connection', (socket, request) => {
  socket.on('error', () => {});
  if (request.url.startsWith('/receive/')) {
    const names = request.url.slice('/receive/'.length).split(',');
    for (const name of names) {
      if (!rooms.has(name)) rooms.set(name, new Set());
      rooms.get(name).add(socket);
    }
    socket.on('close', () => names.forEach((name) => rooms.get(name).delete(socket)));
    return;
  }
  socket.on('message', (data) => {
    const text = data.toString();
    for (const receiver of rooms.get(JSON.parse(text).room) ?? []) receiver.send(text);
  });
});

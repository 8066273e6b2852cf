// A reader of WebSocket frames by the interface that browsers, npm `ws` and Node itself have in common. It counts them, looks
// at every character, pings in between where it can, and says how the connection ended.
export const read = ({ url, token, count, Socket = WebSocket }) => new Promise(resolve => {
  const socket = new Socket(url);
  const seen = { frames: [], pongs: [] };
  // With a count it closes by itself, when it has everything that it waits for.
  const closeWhenDone = () => seen.frames.length === count && (!socket.ping || seen.pongs.length === count) && socket.close(1000);
  socket.onopen = () => socket.send(JSON.stringify({ id: 1, connect: { token } }));
  socket.onmessage = ({ data }) => {
    if (data.startsWith('{')) return;
    seen.frames.push({ length: data.length, sound: [...data].every((letter, i) => letter === String.fromCharCode(97 + (i % 23))) });
    // Of the length of the frame, as far as a control frame may be long: the first one has none.
    socket.ping?.(data.slice(0, 125));
    closeWhenDone();
  };
  socket.on?.('pong', data => {
    seen.pongs.push(data.length);
    closeWhenDone();
  });
  socket.onclose = ({ code, reason, wasClean }) => resolve({ ...seen, code, reason, clean: wasClean });
});

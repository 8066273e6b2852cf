// The socket of npm `ws`, which keeps a record of what goes through it: a line for each object, `> ` sent and `< ` received.
import { appendFileSync } from 'node:fs';
import WebSocket from 'ws';

/** A class of sockets that write to that file, or nowhere without a path; `hear` gets each object that comes in. */
export const watched = (path, hear = () => {}) => class extends WebSocket {
  constructor(...args) {
    super(...args);
    this.on('message', frame => {
      for (const line of note('<', frame, path)) hear(JSON.parse(line));
    });
  }

  send(frame, ...rest) {
    note('>', frame, path);
    return super.send(frame, ...rest);
  }
};

function note(direction, frame, path) {
  const lines = frame.toString().split('\n').filter(line => line.trim());
  if (path) appendFileSync(path, lines.map(line => `${direction} ${line}\n`).join(''));
  return lines;
}

// A stranger's program: the unmodified `centrifuge` client from npm talks to the server as its own documentation
// describes. It knows nothing of this product but the address, a token and the name of a channel.
//
//   node conformance.mjs --url ws://127.0.0.1:5080/connection/websocket --token T --channel room:general --count 3
//                        [--denied room:secret] [--timeout 20000] [--frames record]
//
// Its last line of output is one JSON object: what it saw, and in "problems" what it did not expect. Exit code 0 only
// when there are no problems.
import { parseArgs } from 'node:util';
import { Centrifuge } from 'centrifuge';
import { watched } from './watched.mjs';

const { values: option } = parseArgs({
  options: {
    url: { type: 'string' },
    token: { type: 'string' },
    channel: { type: 'string' },
    count: { type: 'string', default: '3' },
    denied: { type: 'string' },
    frames: { type: 'string' },
    timeout: { type: 'string', default: '20000' },
  },
});
const count = Number(option.count);
const seen = { client: null, subscribed: null, published: [], received: [], denied: null, unsubscribed: null, disconnected: null, problems: [] };

// The client hides the fields of a publish reply that its own server does not send, so the frames are watched too.
const WatchedSocket = watched(option.frames, reply => reply.publish && seen.published.push({ reply: reply.id, ...reply.publish }));

const client = new Centrifuge(option.url, { token: option.token, websocket: WatchedSocket, name: 'conformance' });

/** Resolves with the context of the next such event; called before whatever causes it. */
const next = (source, event) => new Promise(resolve => source.once(event, resolve));

async function converse() {
  client.on('error', context => seen.problems.push(`client error ${context.error.code}: ${context.error.message}`));

  const connected = next(client, 'connected');
  const refused = next(client, 'disconnected');
  client.connect();
  const first = await Promise.race([connected, refused]);
  if (!first.client) throw new Error(`not connected: ${first.code} ${first.reason}`);
  seen.client = first.client;

  const room = client.newSubscription(option.channel);
  room.on('error', context => seen.problems.push(`subscription error ${context.error.code}: ${context.error.message}`));
  const keys = Array.from({ length: count }, (_, i) => `${first.client}-${i}`);
  const allReceived = new Promise(resolve => {
    room.on('publication', ({ data, offset, info }) => {
      seen.received.push({ offset, type: data.type, key: data.message?.key, text: data.message?.text, author: data.message?.author?.name, by: info?.user });
      if (keys.every(key => seen.received.some(publication => publication.key === key))) resolve();
    });
  });
  const subscribed = next(room, 'subscribed');
  const turnedAway = next(room, 'unsubscribed');
  room.subscribe();
  const second = await Promise.race([subscribed, turnedAway]);
  if (second.code !== undefined) throw new Error(`not subscribed: ${second.code} ${second.reason}`);
  seen.subscribed = { recoverable: second.recoverable, positioned: second.positioned, streamPosition: second.streamPosition };

  for (const [i, key] of keys.entries()) await room.publish({ text: `message ${i}`, key });
  if (count > 0) await allReceived;

  if (option.denied) {
    const closed = client.newSubscription(option.denied);
    const denied = next(closed, 'unsubscribed');
    const admitted = next(closed, 'subscribed');
    closed.subscribe();
    const answer = await Promise.race([denied, admitted]);
    seen.denied = { code: answer.code ?? null, reason: answer.reason ?? null };
  }

  const left = next(room, 'unsubscribed');
  room.unsubscribe();
  seen.unsubscribed = (await left).code;
  await client.ready();
  const gone = next(client, 'disconnected');
  client.disconnect();
  seen.disconnected = (await gone).code;
}

function judge() {
  const expect = (holds, problem) => holds || seen.problems.push(problem);
  expect(seen.published.length === count, `expected ${count} publish replies, saw ${seen.published.length}`);
  for (const [i, publication] of seen.received.entries()) {
    expect(Number.isInteger(publication.offset), `publication ${i} has no offset`);
    if (i > 0) expect(publication.offset === seen.received[i - 1].offset + 1, `offset ${publication.offset} follows ${seen.received[i - 1].offset}`);
  }
  const own = seen.received.filter(publication => publication.key?.startsWith(`${seen.client}-`));
  expect(own.length === count, `expected each of ${count} messages once, saw ${own.length}`);
  own.forEach((publication, i) => expect(publication.text === `message ${i}`, `message ${i} arrived as ${JSON.stringify(publication.text)}`));
  seen.published.forEach((reply, i) => expect(reply.offset === own[i]?.offset, `publish reply ${i} names offset ${reply.offset}, its publication ${own[i]?.offset}`));
  if (option.denied) expect([102, 103].includes(seen.denied?.code), `expected 102 or 103 from ${option.denied}, saw ${JSON.stringify(seen.denied)}`);
}

const late = new Promise((_, reject) => setTimeout(reject, Number(option.timeout), new Error(`no end after ${option.timeout} ms`)).unref());
try {
  await Promise.race([converse(), late]);
  judge();
} catch (error) {
  seen.problems.push(error.message);
}
client.disconnect();
console.log(JSON.stringify(seen));
process.exit(seen.problems.length === 0 ? 0 : 1);

// A stranger's program that stays for a while: the unmodified `centrifuge` client from npm gets a new token while it is
// connected, is cut off and recovers, is put out of a channel and sent away in each of the ways that the protocol knows.
// Whoever runs it waits for its steps, which it tells as messages in the control channel, and does the next thing to it.
//
//   node lasting.mjs --url ws://... --token T --login http://.../api/account/login --email E --password P
//                    --channel room:a --other room:b --control room:general [--frames record]
//
// Its last line of output is one JSON object: what it saw, and in "problems" what it did not expect. Exit code 0 only
// when there are no problems.
import { parseArgs } from 'node:util';
import { Centrifuge } from 'centrifuge';
import { watched } from './watched.mjs';

const { values: option } = parseArgs({
  options: Object.fromEntries(['url', 'token', 'login', 'email', 'password', 'channel', 'other', 'control', 'frames'].map(name => [name, { type: 'string' }])),
});
const seen = { tokens: 0, renewed: 0, subscriptionTokens: 0, subscriptionRenewed: 0, rooms: null, history: null, backward: null, own: [], offsets: [], subscribed: [], left: null, again: null, connecting: [], disconnected: null, signedOut: null, refused: null, problems: [] };

async function newToken() {
  seen.tokens++;
  const answer = await fetch(option.login, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email: option.email, password: option.password }),
  });
  return (await answer.json()).accessToken;
}

// The client tells nobody that its new token was taken, so the frames are watched too.
const WatchedSocket = watched(option.frames, reply => {
  if (reply.refresh) seen.renewed++;
  if (reply.sub_refresh) seen.subscriptionRenewed++;
});

const client = new Centrifuge(option.url, { token: option.token, getToken: newToken, websocket: WatchedSocket, minReconnectDelay: 20, maxReconnectDelay: 100 });
client.on('error', ({ error }) => error.code >= 100 && seen.problems.push(`client error ${error.code}: ${error.message}`));
client.on('connecting', ({ code }) => seen.connecting.push(code));
client.on('publication', ({ channel, data }) => channel.startsWith('#') && seen.own.push(data.type));

/** Resolves with the context of the next such event that is wanted; called before whatever causes it. */
const next = (source, event, wanted = () => true) => new Promise(resolve => {
  const listen = context => {
    if (!wanted(context)) return;
    source.off(event, listen);
    resolve(context);
  };
  source.on(event, listen);
});

// Whoever waits for the step may be quicker with what it does to us than the server with its reply.
const step = name => client.publish(option.control, { text: `step ${name}` }).catch(() => {});

function follow(channel, options = {}) {
  const subscription = client.newSubscription(channel, options);
  subscription.on('error', ({ error }) => error.code >= 100 && seen.problems.push(`subscription error ${error.code}: ${error.message}`));
  return subscription;
}

async function live() {
  client.connect();
  await client.ready();

  // The token that it came with ends in a few seconds; the timer is the client's own.
  while (seen.renewed === 0) await new Promise(resolve => setTimeout(resolve, 50));
  await step('renewed');
  seen.rooms = (await client.rpc('room.list', {})).data.rooms.map(room => `room:${room.id}`);

  const room = follow(option.channel);
  room.on('subscribed', ({ wasRecovering, recovered, streamPosition }) => {
    seen.subscribed.push({ wasRecovering, recovered });
    if (!wasRecovering) seen.offsets.push(streamPosition.offset);
  });
  let last = null;
  room.on('publication', ({ offset, data }) => {
    seen.offsets.push(offset);
    if (data.message?.text === 'last before the cut' || data.message?.text === 'last during the cut') last?.(data.message.text);
  });
  const hear = text => new Promise(resolve => { last = found => found === text && resolve(); });
  room.subscribe();
  await room.ready();

  const before = hear('last before the cut');
  await step('subscribed');
  await before;
  const during = hear('last during the cut');
  await step('cut me');
  await during;

  const all = await room.history({ limit: -1 });
  seen.history = all.publications.map(({ offset }) => offset);
  const middle = { offset: all.publications[9].offset, epoch: all.epoch };
  seen.backward = (await room.history({ limit: 3, since: middle, reverse: true })).publications.map(({ offset }) => offset);

  // A subscription that lives by tokens of a second each: the client asks for the next one by itself.
  const other = follow(option.other, {
    getToken: async ({ channel }) => {
      seen.subscriptionTokens++;
      return (await client.rpc('subscription.token', { channel, seconds: 1 })).data.token;
    },
  });
  other.subscribe();
  await other.ready();
  while (seen.subscriptionRenewed === 0) await new Promise(resolve => setTimeout(resolve, 50));
  const left = next(other, 'unsubscribed');
  await step('put me out');
  seen.left = (await left).code;

  const again = next(room, 'subscribing');
  const back = next(room, 'subscribed');
  await step('say that something was lost');
  seen.again = (await again).code;
  await back;

  const reconnecting = next(client, 'connecting', ({ code }) => code === 3011);
  await step('ask me to come back');
  await reconnecting;
  await client.ready();
  await room.ready();

  const asked = next(client, 'connecting', ({ code }) => code === 4000);
  await step('ask me with a code of your own');
  await asked;
  await client.ready();
  await room.ready();

  // Away is away: only its owner lets it connect again.
  for (const [last, kind] of [['send me away', 'disconnected'], ['sign me out', 'signedOut'], ['send me away with a code of your own', 'refused']]) {
    const gone = next(client, 'disconnected');
    await step(last);
    seen[kind] = (await gone).code;
    if (client.state !== 'disconnected') seen.problems.push(`${client.state} after ${seen[kind]}`);
    if (kind === 'refused') break;
    client.connect();
    await client.ready();
    await room.ready();
  }
}

const late = new Promise((_, reject) => setTimeout(reject, 90_000, new Error('no end after 90 s')).unref());
try {
  await Promise.race([live(), late]);
  for (const [i, offset] of seen.offsets.entries())
    if (i > 0 && offset !== seen.offsets[i - 1] + 1) seen.problems.push(`offset ${offset} follows ${seen.offsets[i - 1]}`);
} catch (error) {
  seen.problems.push(error.message);
}
client.disconnect();
console.log(JSON.stringify(seen));
process.exit(seen.problems.length === 0 ? 0 : 1);

// A stranger's program: the unmodified `centrifuge` client from npm on a topic. It looks who is there, hears who comes and
// goes, publishes, looks back, loses its connection and gets what it has missed.
//
//   node topics.mjs --url ws://127.0.0.1:5080/connection/websocket --token T --channel topic:builds:1 [--frames record]
//
// Its last line of output is one JSON object with "problems". Exit code 0 only when there are none.
import { parseArgs } from 'node:util';
import { Centrifuge } from 'centrifuge';
import { watched } from './watched.mjs';

const { values: option } = parseArgs({
  options: { url: { type: 'string' }, token: { type: 'string' }, channel: { type: 'string' }, frames: { type: 'string' }, timeout: { type: 'string', default: '40000' } },
});
const problems = [];
const expect = (holds, problem) => holds || problems.push(problem);
const next = (source, event, wanted = () => true) => new Promise(resolve => {
  const listen = context => wanted(context) && (source.off(event, listen), resolve(context));
  source.on(event, listen);
});
const open = name => new Centrifuge(option.url, { token: option.token, websocket: watched(option.frames), name, minReconnectDelay: 50, maxReconnectDelay: 200 });

async function converse() {
  // One that watches, one that is cut off.
  const [watcher, other] = [open('watcher'), open('other')];
  const watched = watcher.newSubscription(option.channel, { joinLeave: true });
  const connected = next(other, 'connected');
  watcher.connect();
  const listening = next(watched, 'subscribed');
  watched.subscribe();
  const { recoverable, positioned, streamPosition } = await listening;
  expect(recoverable && positioned && streamPosition.offset === 0 && streamPosition.epoch.length > 0, `subscribed with ${JSON.stringify({ recoverable, positioned, streamPosition })}`);

  other.connect();
  const { client } = await connected;
  const joined = next(watched, 'join', ({ info }) => info.client === client);
  const sub = other.newSubscription(option.channel);
  const got = [];
  sub.on('publication', ({ data, offset, info }) => got.push({ data, offset, info }));
  sub.subscribe();
  await joined;

  const { clients } = await watched.presence();
  expect(Object.keys(clients).length === 2 && clients[client]?.connInfo?.name, `present are ${JSON.stringify(clients)}`);
  const { numClients, numUsers } = await watched.presenceStats();
  expect(numClients === 2 && numUsers === 1, `${numClients} clients, ${numUsers} users`);

  const first = next(sub, 'publication');
  await watched.publish({ number: 1 });
  const { data, offset, info } = await first;
  expect(data.number === 1 && offset === 1 && info.user && info.client, `published ${JSON.stringify({ data, offset, info })}`);

  // Cut: what is published meanwhile comes when it is back, before what is live.
  const left = next(watched, 'leave', ({ info }) => info.client === client);
  const back = next(sub, 'subscribed', context => context.wasRecovering);
  const reconnecting = next(other, 'connecting');
  other._transport._transport?.terminate?.() ?? other._transport.close();
  await Promise.all([left, reconnecting]);
  await watched.publish({ number: 2 });
  await watched.publish({ number: 3 });
  const { recovered } = await back;
  expect(recovered, 'not recovered');
  const live = next(sub, 'publication', publication => publication.data.number === 4);
  await watched.publish({ number: 4 });
  await live;
  expect(JSON.stringify(got.map(one => [one.data.number, one.offset])) === '[[1,1],[2,2],[3,3],[4,4]]', `received ${JSON.stringify(got)}`);

  const history = await watched.history({ limit: 2, reverse: true });
  expect(JSON.stringify(history.publications.map(one => one.data.number)) === '[4,3]' && history.offset === 4 && history.epoch === streamPosition.epoch, `history ${JSON.stringify(history)}`);
  const since = await watched.history({ limit: 100, since: { offset: 2, epoch: history.epoch } });
  expect(JSON.stringify(since.publications.map(one => one.data.number)) === '[3,4]', `history since ${JSON.stringify(since)}`);
  watcher.disconnect();
  other.disconnect();
}

const late = new Promise((_, reject) => setTimeout(reject, Number(option.timeout), new Error(`no end after ${option.timeout} ms`)).unref());
try {
  await Promise.race([converse(), late]);
} catch (error) {
  problems.push(error?.message ?? JSON.stringify(error));
}
console.log(JSON.stringify({ problems }));
process.exit(problems.length === 0 ? 0 : 1);

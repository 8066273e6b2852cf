// Readers of strangers: `node foreign.mjs --url ws://... --token T --count 0 --of ws|node`, the package `ws` or what Node brings
// along. Its last line of output is what was seen.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import Packaged from 'ws';
import { read } from './reader.mjs';

const { values: option } = parseArgs({ options: Object.fromEntries(['url', 'token', 'count', 'of'].map(name => [name, { type: 'string' }])) });
if (option.of === 'node' && typeof WebSocket === 'undefined') {
  // Node 20 has it behind a flag.
  process.exit(spawnSync(process.execPath, ['--experimental-websocket', ...process.argv.slice(1)], { stdio: 'inherit' }).status);
}

console.log(JSON.stringify(await read({ ...option, count: Number(option.count), Socket: option.of === 'node' ? WebSocket : Packaged })));

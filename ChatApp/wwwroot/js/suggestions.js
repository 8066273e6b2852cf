// What the composer proposes while one types: people behind @, rooms behind #, emoji behind :, commands behind /.

import { isLost } from './connection.js';
import { find, load } from './emoji.js';

export function suggestions(dotnet) {
  let commands = null;

  // Refused or never answered where the connection goes in this moment: then there is nothing to propose.
  const ask = async (method, ...values) => isLost() ? [] : await dotnet.invokeMethodAsync(method, ...values).catch(() => []);

  async function emoji(part) {
    const list = await load().catch(() => null);
    return list ? find(list, part).map(({ char, names, words }) => ({ insert: char, label: `:${names[0]}:`, detail: words.filter(word => word !== names[0]).join(', '), mark: char })) : [];
  }

  async function command(part) {
    if (!commands?.length) commands = await ask('Commands');
    return commands.filter(({ insert }) => insert.startsWith(`/${part.toLowerCase()}`));
  }

  return {
    sources: { '@': part => ask('Suggest', '@', part), '#': part => ask('Suggest', '#', part), ':': emoji, '/': command },
    isRemote: sign => sign === '@' || sign === '#',
  };
}

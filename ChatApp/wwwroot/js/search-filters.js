// What the search proposes: filters while their name is typed, and behind the colon what they take.

import { completion } from './completion.js';
import { isLost } from './connection.js';

const TOKEN = /(?:^|\s)(?:(from|in|before|after|on|has|is):("?[^"\n]{0,30}|[^\s"]{0,30})|([a-z]{1,6}))$/i;
const NAMES = ['from', 'in', 'before', 'after', 'on', 'has', 'is'];

export function filterProposals(input, list, dotnet) {
  const ask = async (name, part) => isLost() ? [] : await dotnet.invokeMethodAsync('Suggest', name, part).catch(() => []);

  function trigger() {
    const { value, selectionStart, selectionEnd } = input;
    const found = selectionStart === selectionEnd && TOKEN.exec(value.slice(0, selectionStart));
    if (!found) return null;
    const [, name, part, word] = found;
    if (word) return NAMES.some(one => one.startsWith(word.toLowerCase())) ? { sign: '', start: selectionStart - word.length, part: word } : null;
    // Behind a value without quotes a space begins something else.
    if (/^[^"]*\s/.test(part)) return null;
    return { sign: name.toLowerCase(), start: selectionStart - part.length - name.length - 1, part: part.replace('"', '') };
  }

  const sources = Object.fromEntries(['', ...NAMES].map(name => [name, part => ask(name, part)]));
  const proposals = completion(input, list, sources, name => name === 'from' || name === 'in', { trigger, isOffer: true });
  input.addEventListener('keydown', event => {
    if (event.isComposing || event.keyCode === 229 || !proposals.onKey(event)) return;
    event.preventDefault();
    event.stopPropagation();
  });
}

// The emoji by name. The list comes with its first use; a message is stored with the emoji themselves, so that programs and
// other pages need no list.

const SHOWN = 8;
let loading = null;

// { groups: [[name, [{ char, names, words }]]], byName, all }
export function load() {
  loading ??= fetch(new URL('../emoji.json', import.meta.url)).then(answer => answer.ok ? answer.json() : Promise.reject(new Error(`emoji.json: ${answer.status}`))).then(read);
  // Without a connection: the next use tries again.
  loading.catch(() => { loading = null; });
  return loading;
}

function read(lists) {
  const byName = new Map();
  const groups = Object.entries(lists).map(([group, lines]) => [group, lines.map(line => {
    const [char, ...words] = line.split(' ');
    const names = words.filter(word => /^[\x21-\x7e]+$/.test(word));
    const one = { char, names, words };
    for (const name of names) byName.set(name, one);
    return one;
  })]);
  return { groups, byName, all: groups.flatMap(([, list]) => list) };
}

// Names that begin with it come before names that hold it.
export function find({ all }, part, most = SHOWN) {
  const wanted = part.toLowerCase();
  const begin = all.filter(one => one.words.some(word => word.startsWith(wanted)));
  const hold = all.filter(one => !begin.includes(one) && one.words.some(word => word.includes(wanted)));
  return [...begin, ...hold].slice(0, most);
}

// Not behind a Latin letter, a digit, a slash or a colon: 10:30:45, http://a/:b: and std::star::x are no emoji. Chinese puts
// no space before one, and several may stand in a row.
const NAMES = /(?<![\p{Script=Latin}\p{N}_/:])(?::[\w+-]+:)+/gu;
const CODE = /((?:^|\n) {0,3}(?:```|~~~)[\s\S]*?(?:\n {0,3}(?:```|~~~)|$)|`[^`\n]*`)/;

export const hasNames = text => text.search(NAMES) >= 0;

// Every :name: outside of code becomes its emoji; what is no name stays.
export function convert({ byName }, text) {
  return text.split(CODE).map((part, at) => at % 2 ? part : part.replace(NAMES, run => run.replace(/:([\w+-]+):/g, (name, word) => byName.get(word.toLowerCase())?.char ?? name))).join('');
}

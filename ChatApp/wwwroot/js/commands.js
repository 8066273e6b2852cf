// What begins with a slash. Some of it is only another way to write a message, and is written out here; the rest the server
// carries out. An address of a file (/usr/bin) is no command, and `//text` is the text `/text`.

const SHRUG = '¯\\\\\\_(ツ)\\_/¯'; // with what Markdown would take for marks escaped

// { text } is a message, { command, argument } one for the server, { missing } a command that says nothing without words.
export function interpret(written) {
  if (written.startsWith('//')) return { text: written.slice(1) };
  const [, name, rest = ''] = /^\/([a-z]+)(?:\s+([\s\S]*))?$/i.exec(written) ?? [];
  if (!name) return { text: written };
  const command = name.toLowerCase();
  const argument = rest.trim();
  if (command === 'me') return argument ? { text: leaning(argument) } : { missing: command };
  if (command === 'shrug') return { text: argument ? `${argument} ${SHRUG}` : SHRUG };
  return { command, argument };
}

// In italics, by the mark that does not occur in it. Blank lines would end what leans.
function leaning(text) {
  const whole = text.replace(/\n\s*\n/g, '\n').replace(/\\$/, '\\\\');
  if (!whole.includes('*')) return `*${whole}*`;
  if (!whole.includes('_')) return `_${whole}_`;
  return `*${whole.replace(/\*/g, '\\*')}*`;
}

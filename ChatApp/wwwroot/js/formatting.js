// The marks of Markdown, put around what is selected or taken off again. The same key does both.

import { replace } from './textedit.js';

const MARKS = { bold: '**', italic: '*', strike: '~~', code: '`' };
const PREFIXES = { list: '- ', quote: '> ' };

const runBefore = (text, at, char) => { let n = 0; while (text[at - 1 - n] === char) n++; return n; };
const runAfter = (text, at, char) => { let n = 0; while (text[at + n] === char) n++; return n; };

// One star is italic, two are bold, three are both.
function isMarked(mark, run) {
  if (mark === '*') return run % 2 === 1;
  return mark === '`' ? run > 0 : run >= mark.length;
}

function around(input, mark) {
  const { value } = input;
  let { selectionStart: start, selectionEnd: end } = input;
  // Spaces at the ends would keep the marks from being marks.
  while (start < end && /\s/.test(value[start])) start++;
  while (end > start && /\s/.test(value[end - 1])) end--;
  const run = Math.min(runBefore(value, start, mark[0]), runAfter(value, end, mark[0]));
  const text = value.slice(start, end);
  if (isMarked(mark, run)) {
    const from = start - mark.length;
    replace(input, from, end + mark.length, text, from, from + text.length);
  } else {
    replace(input, start, end, mark + text + mark, start + mark.length, start + mark.length + text.length);
  }
}

function lines(input, prefix) {
  const { value, selectionStart, selectionEnd } = input;
  const start = value.lastIndexOf('\n', selectionStart - 1) + 1;
  const next = value.indexOf('\n', Math.max(selectionEnd - (selectionEnd > selectionStart && value[selectionEnd - 1] === '\n' ? 1 : 0), start));
  const end = next < 0 ? value.length : next;
  const all = value.slice(start, end).split('\n');
  const isOn = all.every(line => line.startsWith(prefix));
  const text = all.map(line => isOn ? line.slice(prefix.length) : prefix + line).join('\n');
  const isCaret = selectionStart === selectionEnd;
  const caret = Math.max(start, selectionEnd + (isOn ? -prefix.length : prefix.length));
  replace(input, start, end, text, isCaret ? caret : start, isCaret ? caret : start + text.length);
}

function block(input) {
  const { value, selectionStart: start, selectionEnd: end } = input;
  const text = value.slice(start, end).replace(/^\n|\n$/g, '');
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map(run => run.length));
  const fence = '`'.repeat(longest + 1);
  const before = start > 0 && value[start - 1] !== '\n' ? '\n' : '';
  const after = end < value.length && value[end] !== '\n' ? '\n' : '';
  const at = start + before.length + fence.length + 1;
  replace(input, start, end, `${before}${fence}\n${text}\n${fence}${after}`, at, at + text.length);
}

export const isAddress = text => /^(https?:\/\/|mailto:)\S+$/i.test(text);

// The address is what is missing mostly: it is selected, to be typed or pasted over. A selected address lacks its words.
function link(input) {
  const { value, selectionStart: start, selectionEnd: end } = input;
  const text = value.slice(start, end);
  if (isAddress(text)) replace(input, start, end, `[](${text})`, start + 1);
  else replace(input, start, end, `[${text}](https://)`, start + text.length + 3, start + text.length + 11);
}

export function format(input, what) {
  if (MARKS[what]) around(input, MARKS[what]);
  else if (PREFIXES[what]) lines(input, PREFIXES[what]);
  else if (what === 'block') block(input);
  else if (what === 'link') link(input);
}

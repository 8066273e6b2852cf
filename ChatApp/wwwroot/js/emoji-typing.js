// Turns :name: into its emoji: while one types, at the second colon; and all that are left, when the message goes.

import { convert, hasNames, load } from './emoji.js';
import { isInCode, replace } from './textedit.js';

const JUST_TYPED = /(?<![\p{Script=Latin}\p{N}_/:]):([\w+-]+):$/u;

export function emojiTyping(input) {
  let emoji = null;

  const fetchList = () => load().then(list => { emoji = list; }, () => {});

  // Only a colon that was typed: undo brings the name back, and it stays then.
  function onInput(event) {
    if (input.value.includes(':')) fetchList();
    if (event.inputType !== 'insertText' || event.data !== ':' || !emoji) return;
    const caret = input.selectionStart;
    const before = input.value.slice(0, caret);
    const name = JUST_TYPED.exec(before);
    const found = name && emoji.byName.get(name[1].toLowerCase());
    if (found && !isInCode(before)) replace(input, caret - name[0].length, caret, found.char);
  }

  input.addEventListener('input', onInput);
  if (hasNames(input.value)) fetchList();

  return { convert: text => emoji ? convert(emoji, text) : text };
}

// What is pasted: text stays as it is, with its lines; an address over selected words makes them a link. What a message cannot
// hold is refused, and nothing that stands in the box is lost.

import { lengthOf } from './counter.js';
import { isAddress } from './formatting.js';
import { replace } from './textedit.js';

export function watchPaste(input, { limit, say, words }) {
  function onPaste(event) {
    const text = event.clipboardData.getData('text/plain');
    if (!text) {
      if (!event.clipboardData.files.length) return;
      event.preventDefault();
      say(words.noFiles);
      return;
    }
    const { value, selectionStart: start, selectionEnd: end } = input;
    const length = lengthOf(value.slice(0, start) + text + value.slice(end));
    if (length > limit()) {
      event.preventDefault();
      say(words.tooMuch.replace('{0}', length.toLocaleString(document.documentElement.lang)).replace('{1}', limit().toLocaleString(document.documentElement.lang)));
      return;
    }
    const chosen = value.slice(start, end);
    if (!chosen.trim() || /[\n\[\]]/.test(chosen) || isAddress(chosen) || !isAddress(text.trim())) return;
    event.preventDefault();
    replace(input, start, end, `[${chosen}](${text.trim()})`);
  }

  input.addEventListener('paste', onPaste);
}

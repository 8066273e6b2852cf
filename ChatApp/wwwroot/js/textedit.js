// Changes the text of a box as typing would, so that the browser's own undo takes it back.

export function replace(input, start, end, text, from = start + text.length, to = from) {
  input.focus();
  input.setSelectionRange(start, end);
  // Deprecated, and still the only way to write with undo; where a browser has it no more, the text comes all the same.
  const isDone = start === end && !text || document.execCommand(text ? 'insertText' : 'delete', false, text);
  if (!isDone) {
    input.setRangeText(text, start, end, 'end');
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }
  input.setSelectionRange(from, to);
}

// Whether what is typed next would stand in a block or a stretch of code.
export function isInCode(before) {
  if ((before.match(/^ {0,3}(```|~~~)/gm)?.length ?? 0) % 2) return true;
  return (before.slice(before.lastIndexOf('\n') + 1).split('`').length - 1) % 2 === 1;
}

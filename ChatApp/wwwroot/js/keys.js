// The name of a key as aria-keyshortcuts writes it. A digit is called by its key, whatever Shift makes of it.
export function nameOf(event) {
  const digit = event.shiftKey && /^Digit(\d)$/.exec(event.code)?.[1];
  const key = digit || (event.key.length === 1 ? event.key.toUpperCase() : event.key);
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push('Control');
  if (event.altKey) parts.push('Alt');
  if (event.shiftKey) parts.push('Shift');
  return [...parts, key].join('+');
}

export const buttonFor = (event, within = document) => within.querySelector(`[aria-keyshortcuts~="${CSS.escape(nameOf(event))}"]`);

// True for an element in which somebody writes.
export const isText = element => element.isContentEditable || element.matches?.('textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=file])') === true;

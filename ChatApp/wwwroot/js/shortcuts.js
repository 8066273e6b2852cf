// Keys that press a button: the button says which in aria-keyshortcuts, where assistive software reads it too. A key works
// while its button is there, and not behind an open dialog or menu; where a form keeps its keys, only inside of it.

import { buttonFor, isText } from './keys.js';

document.addEventListener('keydown', event => {
  if (event.defaultPrevented || event.isComposing || event.repeat) return;
  if (document.querySelector('dialog:modal, :popover-open')) return;
  // What writes a character is for the text that is being written.
  if (event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey && isText(event.target)) return;
  const button = buttonFor(event);
  if (!button || button.disabled) return;
  const keeper = button.closest('[data-own-keys]');
  if (keeper && !keeper.contains(document.activeElement)) return;
  event.preventDefault();
  button.click();
});

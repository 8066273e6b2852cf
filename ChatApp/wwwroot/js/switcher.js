// The dialog that jumps to a room or a person. The server looks for what is typed in a list that it holds; keys walk the
// answer here. One question is under way at a time, and the next one asks for what is typed by then: fast typing never
// queues up, and Enter waits for the answer to what is really written.

import { goTo } from './arrival.js';
import { isLost } from './connection.js';
import { nameOf } from './keys.js';
import { isOpen } from './popover.js';
import { recentOf } from './recent.js';

export function attach(dialog, dotnet) {
  const input = dialog.querySelector('input');
  const list = dialog.querySelector('[role=listbox]');
  const close = dialog.querySelector('[data-close-switcher]');
  let shown = null; // the text that the list answers
  let chosen = 0;
  let isAsking = false;
  let mustGo = false;

  const options = () => [...list.querySelectorAll('[role=option]')];

  function mark() {
    const all = options();
    chosen = Math.min(chosen, Math.max(all.length - 1, 0));
    all.forEach((option, index) => option.setAttribute('aria-selected', String(index === chosen)));
    all[chosen]?.scrollIntoView({ block: 'nearest' });
    if (all.length) input.setAttribute('aria-activedescendant', all[chosen].id);
    else input.removeAttribute('aria-activedescendant');
  }

  async function ask() {
    if (isAsking) return;
    isAsking = true;
    try {
      while (isOpen(dialog) && shown !== input.value) {
        const text = input.value;
        if (shown === null) await dotnet.invokeMethodAsync('Open', recentOf(dialog.dataset.owner));
        if (shown !== null || text) await dotnet.invokeMethodAsync('Find', text);
        shown = text;
        chosen = 0;
        mark();
      }
    } catch {
      dialog.hidePopover(); // the connection is gone, and the banner says so
    } finally {
      isAsking = false;
    }
    if (mustGo && isOpen(dialog)) go();
  }

  function open() {
    if (isOpen(dialog) || isLost() || document.querySelector('dialog:modal')) return;
    input.value = '';
    [shown, mustGo] = [null, false];
    dialog.showPopover();
    input.focus();
    ask();
  }

  function go(option = options()[chosen]) {
    mustGo = shown !== input.value;
    if (mustGo || !option) return;
    dialog.hidePopover();
    goTo(option.dataset.href);
  }

  function onKey(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const last = Math.max(options().length - 1, 0);
    const next = { ArrowDown: chosen === last ? 0 : chosen + 1, ArrowUp: chosen === 0 ? last : chosen - 1, Home: 0, End: last }[event.key];
    if (next !== undefined) {
      chosen = next;
      mark();
    } else if (event.key === 'Enter' && event.target === input) go();
    else if (event.key === 'Tab') (event.target === input ? close : input).focus(); // the focus stays inside
    else if (nameOf(event) === 'Control+K') dialog.hidePopover();
    else return;
    event.preventDefault();
  }

  function onClick(event) {
    const option = event.target.closest('[role=option]');
    if (option) go(option);
    else if (event.target.closest('[data-close-switcher]')) dialog.hidePopover();
  }

  function onOpener(event) {
    if (!event.target.closest('[data-open-switcher]')) return;
    // On a phone the button stands in the drawer, which would lie above what is behind the dialog.
    event.target.closest('[popover]:popover-open')?.hidePopover();
    open();
  }

  // Nothing is held for a dialog that nobody looks at.
  const onToggle = event => { if (event.newState === 'closed') dotnet.invokeMethodAsync('Leave').catch(() => {}); };

  dialog.addEventListener('keydown', onKey);
  dialog.addEventListener('click', onClick);
  dialog.addEventListener('toggle', onToggle);
  input.addEventListener('input', ask);
  document.addEventListener('click', onOpener);

  return {
    dispose() {
      document.removeEventListener('click', onOpener);
      if (isOpen(dialog)) dialog.hidePopover();
    },
  };
}

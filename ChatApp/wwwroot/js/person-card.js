// Opens the card of a person beside the name or the picture that stands for them: whatever has data-user, and the picture
// before a message. On a phone the style sheet makes it a sheet from below.

import { isLost } from './connection.js';
import { placeBeside } from './popover.js';

export function attach(card, component) {
  let anchor = null;
  let row = null;

  const named = target => target.closest?.('[data-user]')
    ?? target.closest?.('.message > .avatar')?.parentElement.querySelector('.message-meta [data-user]');

  function show() {
    if (!anchor?.isConnected || !card.isConnected) return;
    // As a part of the list that it was opened from, which stays open below it.
    card.showPopover({ source: anchor });
    placeBeside(card, anchor, true);
    card.focus();
  }

  async function open(person) {
    if (isLost() || !(await component.invokeMethodAsync('Show', person.dataset.user).catch(() => false))) return;
    anchor = person;
    show();
  }

  function onClick(event) {
    if (card.contains(event.target)) return;
    const person = named(event.target);
    if (!person) return;
    event.preventDefault();
    open(person);
  }

  // Names inside a text are no buttons by themselves.
  function onKey(event) {
    if ((event.key !== 'Enter' && event.key !== ' ') || !event.target.matches?.('[data-user]:not(button)')) return;
    event.preventDefault();
    open(event.target);
  }

  // Those of one message are on the way of the Tab key when it has the focus, not those of all three hundred.
  function onFocus(event) {
    const next = event.target.closest?.('article.message') ?? null;
    if (next === row) return;
    for (const person of row?.querySelectorAll('[data-user]') ?? []) person.tabIndex = -1;
    row = next;
    for (const person of row?.querySelectorAll('[data-user]') ?? []) {
      person.tabIndex = 0;
      if (!person.matches('button, a')) person.role = 'button';
    }
  }

  document.addEventListener('click', onClick);
  document.addEventListener('keydown', onKey);
  document.addEventListener('focusin', onFocus);
  onFocus({ target: document.activeElement });

  return {
    show,
    hide() { if (card.matches(':popover-open')) card.hidePopover(); },
    dispose() {
      document.removeEventListener('click', onClick);
      document.removeEventListener('keydown', onKey);
      document.removeEventListener('focusin', onFocus);
    },
  };
}

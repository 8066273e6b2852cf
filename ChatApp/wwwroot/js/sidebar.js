// The sidebar in the page: its groups fold, rooms with a draft have a pencil, and keys move between rooms and between the
// parts of the page. The server draws the rooms; what is kept in the browser is marked here, also on what is drawn later.

import { goTo } from './arrival.js';
import { isDraft, roomOf, roomsWithDraft } from './drafts.js';
import { isFolded, showFolds, toggleFold } from './folds.js';
import { isText } from './keys.js';
import { noteRecent } from './recent.js';

const isApple = /Mac|iP(hone|ad)/.test(navigator.platform);

export function attach(nav) {
  const { owner: user } = nav.dataset;
  const body = nav.querySelector('.sidebar-body');
  const rows = () => [...body.querySelectorAll('.room-link')];
  const current = () => body.querySelector('.room-link[aria-current]');

  function markDrafts() {
    const rooms = roomsWithDraft(user);
    for (const row of rows()) row.toggleAttribute('data-draft', rooms.has(row.dataset.room));
  }

  function markDraft(name, isKept) {
    if (isDraft(name, user)) body.querySelector(`.room-link[data-room="${CSS.escape(roomOf(name))}"]`)?.toggleAttribute('data-draft', isKept);
  }

  function noteCurrent() {
    const row = current();
    if (!row) return;
    noteRecent(user, row.dataset.room);
    if (body.checkVisibility()) row.scrollIntoView({ block: 'nearest' });
  }

  function onChange(changes) {
    if (changes.some(change => change.type === 'childList')) {
      showFolds();
      markDrafts();
    }
    if (changes.some(change => change.type === 'attributes' || change.addedNodes.length)) noteCurrent();
  }

  function onClick(event) {
    const button = event.target.closest('[data-fold]');
    if (button) toggleFold(button.dataset.fold);
  }

  // Where a key moves the caret or opens a list, it is not for the rooms.
  const isTaken = element => element.matches?.('select, input[type=date]') || isApple && isText(element) && Boolean(element.value);

  function step(event) {
    const isShown = row => !isFolded(row.closest('[data-group]').dataset.group) || row.parentElement.matches('.room-row-kept');
    const all = rows().filter(isShown);
    const at = all.indexOf(current());
    const order = at < 0 ? all : [...all.slice(at + 1), ...all.slice(0, at)];
    if (event.key === 'ArrowUp') order.reverse();
    const next = order.find(row => !event.shiftKey || row.matches('.room-link-unread'));
    if (next) goTo(next.getAttribute('href'));
  }

  function regions() {
    const parts = [
      [nav, () => current() ?? body.querySelector('a, button')],
      [document.getElementById('main'), main => [...main.querySelectorAll('#composer-input')].find(box => box.checkVisibility()) ?? main],
      [document.querySelector('.search-panel[open]'), panel => panel.querySelector('input')],
      [document.getElementById('members'), members => members.querySelector('.members-body')],
    ];
    return parts.filter(([part]) => part?.checkVisibility());
  }

  function nextRegion(isBack) {
    const parts = regions();
    const at = parts.findIndex(([part]) => part.contains(document.activeElement));
    const [part, entry] = parts.at(at < 0 ? (isBack ? -1 : 0) : (at + (isBack ? -1 : 1)) % parts.length);
    entry(part)?.focus();
  }

  function onKey(event) {
    if (event.defaultPrevented || event.isComposing || document.querySelector('dialog:modal, [role=dialog]:popover-open')) return;
    const { altKey, ctrlKey, metaKey, key } = event;
    if (key === 'F6' && !altKey && !ctrlKey && !metaKey) nextRegion(event.shiftKey);
    else if (altKey && !ctrlKey && !metaKey && (key === 'ArrowUp' || key === 'ArrowDown') && !isTaken(event.target)) step(event);
    else return;
    event.preventDefault();
  }

  const onDraft = ({ detail }) => markDraft(detail.name, detail.isKept);
  const onStorage = event => {
    markDraft(event.key, event.newValue !== null);
    showFolds();
  };

  showFolds();
  markDrafts();
  noteCurrent();
  const changes = new MutationObserver(onChange);
  changes.observe(body, { childList: true, subtree: true, attributes: true, attributeFilter: ['aria-current'] });
  nav.addEventListener('click', onClick);
  document.addEventListener('keydown', onKey);
  document.addEventListener('draft-kept', onDraft);
  window.addEventListener('storage', onStorage);

  return {
    dispose() {
      changes.disconnect();
      document.removeEventListener('keydown', onKey);
      document.removeEventListener('draft-kept', onDraft);
      window.removeEventListener('storage', onStorage);
    },
  };
}

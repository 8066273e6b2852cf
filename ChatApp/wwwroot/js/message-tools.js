// What can be done with a message. One bar of buttons and one menu serve all rows: the bar is put into the row that is
// pointed at, focused or tapped, with the buttons that the row's data-may names.

import { copyButton } from './copy-code.js';
import { copyText } from './clipboard.js';
import { isPicking, pickBeside, stopPicking } from './emoji-picker.js';
import { isOpen, openBeside } from './popover.js';

const GAP = 4;
const RISE = 28; // px that the bar may stand above its row

export function messageTools(frame, { ask, show }) {
  const list = frame.querySelector('.timeline');
  const menu = frame.querySelector('.message-menu');
  const bar = frame.querySelector('[data-tools] > .message-actions').cloneNode(true);
  const copy = copyButton(frame.querySelector('[data-tools] > .copy-code'), isDone => ask('SayCopied', isDone, true));
  let target = null; // the row that the menu was opened for
  let openedAt = 0; // where the list stood then
  let byKeyboard = false;

  const rowOf = element => element.closest?.('article.message') ?? null;
  const may = (row, action) => (row.dataset.may ?? '').split(' ').includes(action);
  const isAsking = () => isOpen(menu) || isPicking();

  function offer(row) {
    if (bar.parentElement !== row && bar.contains(document.activeElement)) bar.parentElement.focus({ preventScroll: true });
    if (!row?.dataset.may) {
      bar.remove();
    } else if (bar.parentElement !== row) {
      for (const button of bar.children) button.hidden = button.dataset.tool !== 'more' && !may(row, button.dataset.tool);
      row.append(bar);
      keepInView();
    }
  }

  // The beginning of a long message may be above the window: the bar then stands where the message begins to be seen.
  function keepInView() {
    const row = bar.parentElement;
    const hidden = row ? list.getBoundingClientRect().top - row.getBoundingClientRect().top : 0;
    bar.style.insetBlockStart = hidden > -RISE && row ? `${Math.min(hidden + GAP, row.offsetHeight - RISE)}px` : '';
  }

  const items = () => [...menu.querySelectorAll('button:not([hidden])')];

  function openMenu(anchor) {
    const row = rowOf(anchor);
    const isPinned = row.classList.contains('message-pinned');
    for (const item of menu.children) {
      const tool = item.dataset.tool;
      item.hidden = tool === 'pin' ? !may(row, 'pin') || isPinned : tool === 'unpin' ? !may(row, 'pin') || !isPinned : !may(row, tool);
    }
    target = row;
    openedAt = list.scrollTop;
    openBeside(menu, anchor);
    items()[0]?.focus();
  }

  function react(row, anchor) {
    openedAt = list.scrollTop;
    pickBeside(anchor, emoji => ask('React', row.dataset.id, emoji, true));
  }

  // The composer takes it from here; it need not know how a row looks.
  function reply(row) {
    const extract = (row.querySelector('.message-body')?.innerText ?? '').replace(/\s+/g, ' ').slice(0, 140);
    document.dispatchEvent(new CustomEvent('reply-to', { detail: { id: row.dataset.id, author: row.dataset.author, extract } }));
  }

  const copyLink = async row => ask('SayCopied', await copyText(`${location.origin}${location.pathname}?at=${row.dataset.place}`), false);

  const actions = {
    react,
    more: (row, button) => openMenu(button),
    reply,
    edit: row => ask('StartEdit', row.dataset.id),
    pin: row => ask('Pin', row.dataset.id, true),
    unpin: row => ask('Pin', row.dataset.id, false),
    link: copyLink,
    unread: row => ask('MarkUnread', row.dataset.id),
    moderate: row => ask('AskModerate', row.dataset.id),
    delete: row => ask('AskDelete', row.dataset.id),
  };

  function onClick(event) {
    const row = rowOf(event.target);
    if (!row) return;
    const button = event.target.closest('button');
    const data = button?.dataset ?? {};
    if (event.pointerType === 'touch') copy.offer(event.target);
    if (data.tool) actions[data.tool](row, button);
    else if (data.emoji) ask('React', row.dataset.id, data.emoji, button.getAttribute('aria-pressed') !== 'true');
    else if (data.jump) { if (!show(data.jump)) ask('Jump', data.jump); }
    else if ('history' in data) ask('ShowHistory', row.dataset.id);
    // A tap on the message itself; a mouse has shown the bar already.
    else if (event.pointerType === 'touch' && !event.target.closest('a, button, summary, form')) offer(bar.parentElement === row ? null : row);
  }

  function onMenuClick(event) {
    const button = event.target.closest('button');
    if (!button || !target) return;
    menu.hidePopover();
    actions[button.dataset.tool](target, button);
  }

  function onMenuKey(event) {
    const all = items();
    const at = all.indexOf(document.activeElement);
    let next;
    if (event.key === 'ArrowDown') next = (at + 1) % all.length;
    else if (event.key === 'ArrowUp') next = (at - 1 + all.length) % all.length;
    else if (event.key === 'Home') next = 0;
    else if (event.key === 'End') next = all.length - 1;
    else if (event.key === 'Tab') menu.hidePopover();
    else return;
    event.preventDefault();
    all[next]?.focus();
  }

  // Rows also move under a pointer that rests: that must not take the bar away from somebody who is using the keyboard.
  function onPointerOver(event) {
    if (event.pointerType === 'touch' || byKeyboard || isAsking()) return;
    const row = rowOf(event.target);
    if (row) offer(row);
    copy.offer(event.target);
  }

  function onPointerMove(event) {
    if (!byKeyboard || (!event.movementX && !event.movementY)) return;
    byKeyboard = false;
    onPointerOver(event);
  }

  function onPointerLeave(event) {
    if (event.pointerType === 'touch' || byKeyboard || isAsking()) return;
    offer(null);
    copy.offer(null);
  }

  function onFocusIn(event) {
    if (!byKeyboard) return;
    if (!bar.contains(event.target)) offer(rowOf(event.target));
    copy.offer(event.target);
  }

  function onFocusOut(event) {
    if (byKeyboard && !isAsking() && !list.contains(event.relatedTarget)) offer(null);
  }

  function onScroll() {
    keepInView();
    if (Math.abs(list.scrollTop - openedAt) <= GAP) return;
    if (isOpen(menu)) menu.hidePopover();
    stopPicking();
  }

  const onKeyboard = () => { byKeyboard = true; };
  const onPointer = () => { byKeyboard = false; };

  list.addEventListener('click', onClick);
  list.addEventListener('pointerover', onPointerOver);
  list.addEventListener('pointermove', onPointerMove, { passive: true });
  list.addEventListener('pointerleave', onPointerLeave);
  list.addEventListener('focusin', onFocusIn);
  list.addEventListener('focusout', onFocusOut);
  list.addEventListener('scroll', onScroll, { passive: true });
  menu.addEventListener('click', onMenuClick);
  menu.addEventListener('keydown', onMenuKey);
  document.addEventListener('keydown', onKeyboard, true);
  document.addEventListener('pointerdown', onPointer, true);

  return {
    isByKeyboard: () => byKeyboard,
    // The elements go with the page, and their listeners with them.
    dispose() {
      document.removeEventListener('keydown', onKeyboard, true);
      document.removeEventListener('pointerdown', onPointer, true);
    },
  };
}

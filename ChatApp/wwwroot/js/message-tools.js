// What can be done with a message. One bar of buttons and one menu serve all rows: the bar is put into the row that is
// pointed at, focused or tapped, with the buttons that the row's data-may names.

import { copyButton } from './copy-code.js';
import { copyText } from './clipboard.js';
import { isPicking, pickBeside, stopPicking } from './emoji-picker.js';
import { isOpen, openMenuBeside, walkMenu } from './popover.js';
import { whoReacted } from './reactions.js';

// What is done and undone, and the class of a row where it is done.
const TOGGLES = { pin: 'message-pinned', bookmark: 'message-bookmarked' };
const GAP = 4;
const RISE = 28; // px that the bar may stand above its row

export function messageTools(frame, { ask, show }) {
  const list = frame.querySelector('.timeline');
  const menu = frame.querySelector('.message-menu');
  const bar = frame.querySelector('[data-tools] > .message-actions').cloneNode(true);
  const copy = copyButton(frame.querySelector('[data-tools] > .copy-code'), isDone => ask('SayCopied', isDone, true));
  whoReacted(list, frame.querySelector('.who-reacted'));
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

  function openMenu(anchor) {
    const row = rowOf(anchor);
    for (const item of menu.children) {
      const { tool } = item.dataset;
      const isOn = row.classList.contains(TOGGLES[tool.replace(/^un(?!read)/, '')]);
      item.hidden = !may(row, tool.replace(/^un(?!read)/, '')) || (tool in TOGGLES ? isOn : /^un(?!read)/.test(tool) && !isOn);
    }
    target = row;
    openedAt = list.scrollTop;
    openMenuBeside(menu, anchor);
  }

  function react(row, anchor) {
    openedAt = list.scrollTop;
    pickBeside(anchor, emoji => ask('React', row.dataset.id, emoji, true));
  }

  // The composer takes it from here; it need not know how a row looks.
  function reply(row) {
    const extract = (row.querySelector('.message-body')?.innerText ?? '').replace(/\s+/g, ' ').slice(0, 140);
    document.dispatchEvent(new CustomEvent('reply-to', { detail: { thread: frame.dataset.thread, id: row.dataset.id, author: row.dataset.author, extract } }));
  }

  async function copyLink(row) {
    const thread = frame.dataset.thread;
    // What a thread hangs on stands in the room: its address is the thread's.
    const place = thread === row.dataset.id ? '' : `at=${row.dataset.place}`;
    ask('SayCopied', await copyText(`${location.origin}${location.pathname}?${[thread && `thread=${thread}`, place].filter(Boolean).join('&')}`), false);
  }

  const actions = {
    react,
    more: (row, button) => openMenu(button),
    reply,
    thread: row => ask('OpenThread', row.dataset.id),
    edit: row => ask('StartEdit', row.dataset.id),
    pin: row => ask('Pin', row.dataset.id, true),
    unpin: row => ask('Pin', row.dataset.id, false),
    bookmark: row => ask('Bookmark', row.dataset.id, true),
    unbookmark: row => ask('Bookmark', row.dataset.id, false),
    forward: row => ask('AskForward', row.dataset.id),
    link: copyLink,
    unread: row => ask('MarkUnread', row.dataset.id),
    report: row => ask('AskReport', row.dataset.id),
    sweep: row => ask('AskSweep', row.dataset.id),
    moderate: row => ask('AskModerate', row.dataset.id),
    why: row => ask('AskWhy', row.dataset.id),
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
    else if ('thread' in data) actions.thread(row);
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

  // Rows also move under a pointer that rests: that must not take the bar away from somebody who is using the keyboard.
  function onPointerOver(event) {
    if (event.pointerType === 'touch' || byKeyboard || isAsking()) return;
    const row = rowOf(event.target);
    if (row) offer(row);
    copy.offer(event.target);
  }

  // One letter, and so only on a row itself: elsewhere people write.
  function onKey(event) {
    if (event.key.toLowerCase() !== 'b' || event.ctrlKey || event.altKey || event.metaKey || !event.target.matches('article.message') || !may(event.target, 'bookmark')) return;
    event.preventDefault();
    actions[event.target.classList.contains(TOGGLES.bookmark) ? 'unbookmark' : 'bookmark'](event.target);
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
  list.addEventListener('keydown', onKey);
  list.addEventListener('pointerover', onPointerOver);
  list.addEventListener('pointermove', onPointerMove, { passive: true });
  list.addEventListener('pointerleave', onPointerLeave);
  list.addEventListener('focusin', onFocusIn);
  list.addEventListener('focusout', onFocusOut);
  list.addEventListener('scroll', onScroll, { passive: true });
  menu.addEventListener('click', onMenuClick);
  menu.addEventListener('keydown', walkMenu);
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

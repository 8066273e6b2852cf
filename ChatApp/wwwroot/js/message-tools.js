// What can be done with a message. One bar of buttons, one menu and one picker serve all rows: the bar is put into the row
// that is pointed at, focused or tapped, with the buttons that the row's data-may names.

import { copy } from './copy.js';

const GAP = 4;
const RISE = 28; // px that the bar may stand above its row

export function messageTools(frame, { ask, show }) {
  const list = frame.querySelector('.timeline');
  const menu = frame.querySelector('.message-menu');
  const picker = frame.querySelector('.reaction-picker');
  const bar = frame.querySelector('[data-tools] > .message-actions').cloneNode(true);
  let target = null; // the row that menu or picker was opened for
  let openedAt = 0; // where the list stood then
  let byKeyboard = false;

  const rowOf = element => element.closest?.('article.message') ?? null;
  const may = (row, action) => (row.dataset.may ?? '').split(' ').includes(action);
  const isOpen = popover => popover.matches(':popover-open');
  const isAsking = () => isOpen(menu) || isOpen(picker);

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

  // Beside its button, inside the window, on the side where the text begins or ends.
  function open(popover, anchor) {
    target = rowOf(anchor);
    openedAt = list.scrollTop;
    popover.showPopover();
    const at = anchor.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = popover;
    const left = getComputedStyle(anchor).direction === 'rtl' ? at.left : at.right - width;
    const below = at.bottom + GAP;
    popover.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
    popover.style.top = `${below + height <= innerHeight - 8 ? below : Math.max(8, at.top - height - GAP)}px`;
    itemsOf(popover)[0]?.focus();
  }

  const itemsOf = popover => [...popover.querySelectorAll('button:not([hidden])')];

  function openMenu(anchor) {
    const row = rowOf(anchor);
    const isPinned = row.classList.contains('message-pinned');
    for (const item of menu.children) {
      const tool = item.dataset.tool;
      item.hidden = tool === 'pin' ? !may(row, 'pin') || isPinned : tool === 'unpin' ? !may(row, 'pin') || !isPinned : !may(row, tool);
    }
    open(menu, anchor);
  }

  // The composer takes it from here; it need not know how a row looks.
  function reply(row) {
    const extract = (row.querySelector('.message-body')?.innerText ?? '').replace(/\s+/g, ' ').slice(0, 140);
    document.dispatchEvent(new CustomEvent('reply-to', { detail: { id: row.dataset.id, author: row.dataset.author, extract } }));
  }

  async function copyLink(row) {
    ask('SayCopied', await copy(`${location.origin}${location.pathname}?at=${row.dataset.place}`));
  }

  const actions = {
    react: (row, button) => open(picker, button),
    more: (row, button) => openMenu(button),
    reply,
    edit: row => ask('StartEdit', row.dataset.id),
    pin: row => ask('Pin', row.dataset.id, true),
    unpin: row => ask('Pin', row.dataset.id, false),
    link: copyLink,
    unread: row => ask('MarkUnread', row.dataset.id),
    delete: row => ask('AskDelete', row.dataset.id),
  };

  function onClick(event) {
    const row = rowOf(event.target);
    if (!row) return;
    const button = event.target.closest('button');
    const data = button?.dataset ?? {};
    if (data.tool) actions[data.tool](row, button);
    else if (data.emoji) ask('React', row.dataset.id, data.emoji, button.getAttribute('aria-pressed') !== 'true');
    else if (data.jump) { if (!show(data.jump)) ask('Jump', data.jump); }
    else if ('history' in data) ask('ShowHistory', row.dataset.id);
    // A tap on the message itself; a mouse has shown the bar already.
    else if (event.pointerType === 'touch' && !event.target.closest('a, button, summary, form')) offer(bar.parentElement === row ? null : row);
  }

  function onPopoverClick(event) {
    const button = event.target.closest('button');
    if (!button || !target) return;
    event.currentTarget.hidePopover();
    if (button.dataset.pick) ask('React', target.dataset.id, button.dataset.pick, true);
    else actions[button.dataset.tool](target, button);
  }

  function onPopoverKey(event) {
    const popover = event.currentTarget;
    const items = itemsOf(popover);
    const at = items.indexOf(document.activeElement);
    const isMenu = popover === menu;
    const columns = isMenu ? 1 : Math.max(1, items.findIndex(item => item.offsetTop > items[0].offsetTop));
    const forward = getComputedStyle(popover).direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
    const back = forward === 'ArrowRight' ? 'ArrowLeft' : 'ArrowRight';
    const steps = { ArrowDown: columns, ArrowUp: -columns, ...(isMenu ? {} : { [forward]: 1, [back]: -1 }) };
    let next;
    if (event.key in steps) next = isMenu ? (at + steps[event.key] + items.length) % items.length : at + steps[event.key];
    else if (event.key === 'Home') next = 0;
    else if (event.key === 'End') next = items.length - 1;
    else if (event.key === 'Tab') popover.hidePopover();
    else return;
    event.preventDefault();
    items[next]?.focus();
  }

  // Rows also move under a pointer that rests: that must not take the bar away from somebody who is using the keyboard.
  function onPointerOver(event) {
    if (event.pointerType === 'touch' || byKeyboard || isAsking()) return;
    const row = rowOf(event.target);
    if (row) offer(row);
  }

  function onPointerMove(event) {
    if (!byKeyboard || (!event.movementX && !event.movementY)) return;
    byKeyboard = false;
    onPointerOver(event);
  }

  function onPointerLeave(event) {
    if (event.pointerType !== 'touch' && !byKeyboard && !isAsking()) offer(null);
  }

  function onFocusIn(event) {
    if (byKeyboard && !bar.contains(event.target)) offer(rowOf(event.target));
  }

  function onFocusOut(event) {
    if (byKeyboard && !isAsking() && !list.contains(event.relatedTarget)) offer(null);
  }

  function onScroll() {
    keepInView();
    if (Math.abs(list.scrollTop - openedAt) <= GAP) return;
    for (const popover of [menu, picker]) if (isOpen(popover)) popover.hidePopover();
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
  for (const popover of [menu, picker]) {
    popover.addEventListener('click', onPopoverClick);
    popover.addEventListener('keydown', onPopoverKey);
  }
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

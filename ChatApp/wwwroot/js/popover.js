// Puts a popover beside its button: inside the window, on the side where the text begins or ends, below where there is room.

const GAP = 4;
const EDGE = 8;

export function openBeside(popover, anchor) {
  popover.showPopover();
  placeBeside(popover, anchor);
}

// Ends where the anchor ends, or begins where it begins.
export function placeBeside(popover, anchor, isFromStart = false) {
  place(popover, anchor.getBoundingClientRect(), (getComputedStyle(anchor).direction === 'rtl') !== isFromStart);
}

// A menu: its first item has the focus.
export function openMenuBeside(menu, anchor) {
  openBeside(menu, anchor);
  itemsOf(menu)[0]?.focus();
}

// The same where the pointer is.
export function openMenuAt(menu, x, y) {
  menu.showPopover();
  place(menu, { left: x, right: x, top: y, bottom: y }, getComputedStyle(menu).direction !== 'rtl');
  itemsOf(menu)[0]?.focus();
}

function place(popover, at, fromLeft) {
  const { offsetWidth: width, offsetHeight: height } = popover;
  const left = fromLeft ? at.left : at.right - width;
  const below = at.bottom + GAP;
  popover.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`;
  popover.style.top = `${below + height <= innerHeight - EDGE ? below : Math.max(EDGE, at.top - height - GAP)}px`;
}

export const isOpen = popover => popover?.matches(':popover-open') === true;

const itemsOf = menu => [...menu.querySelectorAll('button:not([hidden])')];

// The keys of a menu; a listener for its keydown.
export function walkMenu(event) {
  const menu = event.currentTarget;
  const all = itemsOf(menu);
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

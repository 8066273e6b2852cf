// Puts a popover beside its button: inside the window, on the side where the text begins or ends, below where there is room.

const GAP = 4;
const EDGE = 8;

export function openBeside(popover, anchor) {
  popover.showPopover();
  placeBeside(popover, anchor);
}

// Ends where the anchor ends, or begins where it begins.
export function placeBeside(popover, anchor, isFromStart = false) {
  const at = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popover;
  const left = (getComputedStyle(anchor).direction === 'rtl') === isFromStart ? at.right - width : at.left;
  const below = at.bottom + GAP;
  popover.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`;
  popover.style.top = `${below + height <= innerHeight - EDGE ? below : Math.max(EDGE, at.top - height - GAP)}px`;
}

export const isOpen = popover => popover?.matches(':popover-open') === true;

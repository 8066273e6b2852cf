// Who reacted: beside the reaction that is pointed at, focused, or pressed for a while on a touch screen.

const LONG = 500; // ms of touching that ask who it was
const GAP = 6;
const EDGE = 8;

export function whoReacted(list, box) {
  let timer = 0;
  let isLong = false;

  const chipOf = event => event.target.closest?.('.reaction') ?? null;

  function show(chip) {
    box.textContent = chip.dataset.who;
    if (!box.matches(':popover-open')) box.showPopover();
    const at = chip.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = box;
    const left = getComputedStyle(chip).direction === 'rtl' ? at.right - width : at.left;
    box.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`;
    box.style.top = `${at.top - height - GAP >= EDGE ? at.top - height - GAP : at.bottom + GAP}px`;
  }

  function hide() {
    clearTimeout(timer);
    if (box.matches(':popover-open')) box.hidePopover();
  }

  function onOver(event) {
    const chip = chipOf(event);
    if (chip && event.pointerType !== 'touch') show(chip); else if (!chip && event.pointerType !== 'touch') hide();
  }

  function onFocus(event) {
    const chip = chipOf(event);
    if (chip?.matches(':focus-visible')) show(chip); else hide();
  }

  function onDown(event) {
    const chip = chipOf(event);
    isLong = false;
    if (event.pointerType !== 'touch') return;
    hide();
    if (chip) timer = setTimeout(() => { isLong = true; show(chip); }, LONG);
  }

  // A long press asks; it does not react as well.
  function onClick(event) {
    clearTimeout(timer);
    if (!isLong) return;
    isLong = false;
    event.stopImmediatePropagation();
    event.preventDefault();
  }

  const onMenu = event => { if (isLong) event.preventDefault(); };
  const onKey = event => { if (event.key === 'Escape' && box.matches(':popover-open')) { hide(); event.preventDefault(); event.stopImmediatePropagation(); } };
  const onUp = () => clearTimeout(timer);

  list.addEventListener('pointerover', onOver);
  list.addEventListener('pointerleave', hide);
  list.addEventListener('focusin', onFocus);
  list.addEventListener('focusout', hide);
  list.addEventListener('pointerdown', onDown);
  list.addEventListener('pointerup', onUp);
  list.addEventListener('pointercancel', onUp);
  list.addEventListener('contextmenu', onMenu);
  list.addEventListener('click', onClick, true);
  list.addEventListener('keydown', onKey, true);
  list.addEventListener('scroll', hide, { passive: true });
}

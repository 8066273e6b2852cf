// The days of a timeline: the name of the one that is being looked at stays in view, and leads to others.

import { openBeside } from './popover.js';

const ROOM = 40; // px below the upper edge in which a divider speaks for itself

export function days(frame, list, content, ask) {
  const label = frame.querySelector('.day-now');
  const name = label.querySelector('[data-day-name]');
  const picker = frame.querySelector('.day-picker');
  const input = picker.querySelector('input');
  let frameAsked = 0;

  // The last divider that has gone out of view at the upper edge, unless the next one is just about to.
  function look() {
    frameAsked = 0;
    const edge = list.getBoundingClientRect().top;
    let passed = null;
    let isNear = false;
    for (const divider of content.querySelectorAll('.day-divider')) {
      const { top, bottom } = divider.getBoundingClientRect();
      if (bottom < edge) passed = divider;
      else if (top < edge + ROOM) isNear = true;
    }
    const isShown = passed !== null && !isNear;
    label.toggleAttribute('data-shown', isShown);
    if (passed) label.dataset.day = passed.dataset.day;
    if (isShown && name.textContent !== passed.textContent) name.textContent = passed.textContent;
  }

  const lookSoon = () => { frameAsked ||= requestAnimationFrame(look); };

  function go(day) {
    picker.hidePopover();
    list.focus();
    ask('ShowDay', day);
  }

  function onClick(event) {
    const opener = event.target.closest('[data-pick-day]');
    if (!opener) return;
    const day = opener.closest('[data-day]')?.dataset.day;
    input.value = day ?? input.max;
    openBeside(picker, opener);
    input.focus();
  }

  function onJump(event) {
    const day = event.target.closest('[data-jump-day]')?.dataset.jumpDay;
    if (day) go(day);
  }

  function onSubmit(event) {
    event.preventDefault();
    if (input.value) go(input.value);
  }

  frame.addEventListener('click', onClick);
  picker.addEventListener('click', onJump);
  picker.addEventListener('submit', onSubmit);
  list.addEventListener('scroll', lookSoon, { passive: true });
  new ResizeObserver(lookSoon).observe(list);

  // The elements go with the page, and their listeners with them.
  return { look: lookSoon };
}

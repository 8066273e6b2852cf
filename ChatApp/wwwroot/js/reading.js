// What of a room was really read: the server hears of a message when the end of the room was in view, in a window that has
// somebody's attention, and not for each message of a lively room.

import { isAttentive, onAttention } from './attention.js';
import { isLost } from './connection.js';

const AT_END = 8; // px
const PAUSE = 2000; // ms between two reports

export function watchReading(list, content, tell) {
  let wasReading = false;
  let reported = 0;
  let next = 0;
  let timer = 0;

  const isBehind = () => [...document.querySelectorAll('dialog:modal')].some(dialog => !dialog.contains(list));

  // Also false for a window behind a question that must be answered first.
  const isReading = () => isAttentive() && list.scrollTop >= -AT_END && list.clientHeight > 0
    && !content.querySelector('[data-newer]') && !isBehind();

  function look() {
    if (isLost()) return;
    const reads = isReading();
    if (reads !== wasReading) {
      wasReading = reads;
      tell('SetReading', reads);
    }

    const shown = Number(content.dataset.shown ?? 0);
    if (!reads || timer || shown <= reported) return;
    const wait = next - performance.now();
    if (wait > 0) {
      timer = setTimeout(() => { timer = 0; look(); }, wait);
      return;
    }

    reported = shown;
    next = performance.now() + PAUSE;
    tell('Seen', shown);
  }

  function onBack() {
    wasReading = false;
    reported = 0;
    look();
  }

  function onClick(event) {
    if (isLost()) return;
    if (event.target.closest('[data-mark-read]')) tell('MarkRead');
  }

  function onKey(event) {
    if (event.key !== 'Escape' || event.shiftKey || event.defaultPrevented || isLost()) return;
    // A box inside a message has its own idea of Escape.
    if (event.target.closest('input, textarea, [popover]')) return;
    tell('MarkRead');
  }

  const changes = new MutationObserver(look);
  changes.observe(content, { attributes: true, attributeFilter: ['data-shown'], childList: true });
  // A panel gets its size when it is opened, which may be after this.
  const sizes = new ResizeObserver(look);
  sizes.observe(list);
  const forget = onAttention(look);
  list.addEventListener('scroll', look, { passive: true });
  list.addEventListener('click', onClick);
  list.addEventListener('keydown', onKey);
  document.addEventListener('connection-back', onBack);
  look();

  return {
    dispose() {
      clearTimeout(timer);
      changes.disconnect();
      sizes.disconnect();
      forget();
      list.removeEventListener('scroll', look);
      list.removeEventListener('click', onClick);
      list.removeEventListener('keydown', onKey);
      document.removeEventListener('connection-back', onBack);
    },
  };
}

// The scrolling side of the timeline. The list grows upwards from its end (column-reverse), so the browser itself keeps
// the end in view and the position when older pages come: scrollTop is 0 at the end and negative above it.

import { isLost } from './connection.js';
import { days } from './days.js';
import { draftOf } from './edit.js';
import { keepFocus } from './keep-focus.js';
import { messageTools } from './message-tools.js';
import { placeOf } from './place.js';
import { watchReading } from './reading.js';

const NEAR_END = 100; // px within which a reader counts as being at the end
const SETTLE = 200; // ms of quiet after which the place is kept
const HIGHLIGHT_MS = 2_500;

export function attach(frame, dotnet) {
  const list = frame.querySelector('.timeline');
  const content = frame.querySelector('.timeline-content');
  const place = placeOf(list, frame.dataset.thread);
  keepFocus(list);
  let away = false;
  let loading = false;
  let settling = 0;
  let target = '';

  const edge = new IntersectionObserver(async entries => {
    const near = entries.find(entry => entry.isIntersecting)?.target;
    if (loading || isLost() || !near) return;
    loading = true;
    if ('newer' in near.dataset) await keepPlace(() => tell('LoadNewer')); else await tell('LoadOlder');
    loading = false;
    onScroll();
    watchEdge();
  }, { root: list, rootMargin: '400px 0px 400px 0px' });

  // Observing anew reports at once where the edges are: a page that did not fill the screen is followed by the next.
  function watchEdge() {
    edge.disconnect();
    for (const sentinel of content.querySelectorAll('[data-older], [data-newer]')) edge.observe(sentinel);
  }

  // At the very end of what is there, the browser would follow what is added below.
  async function keepPlace(change) {
    const row = [...content.querySelectorAll('.message')].find(one => one.getBoundingClientRect().bottom > list.getBoundingClientRect().top);
    const top = row?.getBoundingClientRect().top;
    await change();
    if (row?.isConnected) list.scrollTop += row.getBoundingClientRect().top - top;
  }

  // A message that was asked for comes into the middle, once.
  function showTarget() {
    const row = content.querySelector('[data-target]');
    if ((row?.dataset.target ?? '') === target) return;
    target = row?.dataset.target ?? '';
    row?.scrollIntoView({ block: 'center' });
  }

  // What is new begins in the upper third, with what was said before it above; unless all of it is in view anyway.
  function showDivider() {
    const divider = content.querySelector('[data-divider]');
    if (!divider || target) return;
    const above = divider.getBoundingClientRect().top - list.getBoundingClientRect().top - list.clientHeight / 4;
    if (above < 0) list.scrollTop += above;
  }

  const changes = new MutationObserver(() => {
    showTarget();
    dayNames.look();
    if (!loading) watchEdge();
  });

  const keep = () => place.keep(list.scrollTop >= -NEAR_END);

  function onScroll() {
    clearTimeout(settling);
    settling = setTimeout(keep, SETTLE);
    const isAway = list.scrollTop < -NEAR_END;
    if (isAway === away || isLost()) return;
    away = isAway;
    tell('SetAway', away);
  }

  // Refused where the room was left in the same moment: then nobody is there who needs the answer.
  const tell = (method, ...values) => dotnet.invokeMethodAsync(method, ...values).catch(() => {});

  function onBack() {
    loading = false;
    onScroll();
    watchEdge();
  }

  const rows = () => [...content.querySelectorAll('article.message')];
  const ask = (method, ...values) => { if (!isLost()) tell(method, ...values); };
  const tools = messageTools(frame, { ask, show });
  const dayNames = days(frame, list, content, ask);

  // Brings a message into view and marks it for a moment; one that is not in the window is fetched first.
  function show(id) {
    const row = content.querySelector(`article[data-id="${CSS.escape(id)}"]`);
    if (!row) return false;
    row.scrollIntoView({ block: 'center' });
    row.focus({ preventScroll: true });
    row.classList.add('message-highlight');
    setTimeout(() => row.classList.remove('message-highlight'), HIGHLIGHT_MS);
    return true;
  }

  function onEditLast(event) {
    if (event.detail.thread !== frame.dataset.thread) return;
    const own = rows().findLast(row => row.matches('[data-may~="edit"]'));
    if (own) ask('StartEdit', own.dataset.id);
  }

  // Arrow keys go from message to message; Tab goes on to what can be done with one.
  function onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const row = event.target.closest('article.message');
    if (event.target !== list && event.target !== row) return;
    if (event.key.toLowerCase() === 't' && row?.matches('[data-may~="thread"]')) {
      event.preventDefault();
      ask('OpenThread', row.dataset.id);
      return;
    }
    if (event.key === 'Escape') {
      // Others have their own idea of Escape too.
      (frame.parentElement.querySelector('.composer-input'))?.focus();
      return;
    }
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
    const all = rows();
    const end = list.getBoundingClientRect().bottom;
    const next = row
      ? all[all.indexOf(row) + (event.key === 'ArrowUp' ? -1 : 1)]
      : event.key === 'ArrowUp' && all.findLast(other => other.getBoundingClientRect().top < end - 1);
    if (!next && !row) return;
    next?.focus();
    event.preventDefault();
  }

  // An edit that a reload interrupted goes on.
  function resumeEdit() {
    const row = rows().find(other => other.matches('[data-may~="edit"]') && sessionStorage.getItem(draftOf(frame.dataset.viewer, other.dataset.id)) !== null);
    if (row) ask('StartEdit', row.dataset.id);
  }

  list.addEventListener('scroll', onScroll, { passive: true });
  list.addEventListener('keydown', onKey);
  document.addEventListener('edit-last', onEditLast);
  document.addEventListener('connection-back', onBack);
  window.addEventListener('pagehide', keep);
  changes.observe(content, { childList: true, subtree: true, attributes: true, attributeFilter: ['data-target'] });
  showTarget();
  showDivider();
  onScroll();
  // A page that was loaded again shows what it showed before.
  place.restore(offset => tell('ShowAround', offset)).then(() => {
    watchEdge();
    resumeEdit();
  });
  const reading = watchReading(list, content, tell);

  return {
    toBottom() { list.scrollTop = 0; },
    show,
    // A message that waited was taken back: true where the composer has its text again. Where it has not, the row keeps it, and the focus.
    takeBack(message) {
      const isTaken = !document.dispatchEvent(new CustomEvent('take-back', { cancelable: true, detail: { ...message, thread: frame.dataset.thread } }));
      if (!isTaken) document.activeElement?.closest('article.message')?.focus();
      return isTaken;
    },
    // Only for those who use the keyboard: others would press the button with the next word that they type.
    offerUndo() { if (tools.isByKeyboard()) frame.parentElement.querySelector('[data-undo]')?.focus(); },
    dispose() {
      clearTimeout(settling);
      window.removeEventListener('pagehide', keep);
      edge.disconnect();
      changes.disconnect();
      reading.dispose();
      list.removeEventListener('scroll', onScroll);
      tools.dispose();
      list.removeEventListener('keydown', onKey);
      document.removeEventListener('edit-last', onEditLast);
      document.removeEventListener('connection-back', onBack);
    },
  };
}

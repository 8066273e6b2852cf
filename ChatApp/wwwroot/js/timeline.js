// The scrolling side of the timeline. The list grows upwards from its end (column-reverse), so the browser itself keeps
// the end in view and the position when older pages come: scrollTop is 0 at the end and negative above it.

import { isLost } from './connection.js';
import { draftOf } from './edit.js';
import { messageTools } from './message-tools.js';
import { placeOf } from './place.js';

const NEAR_END = 100; // px within which a reader counts as being at the end
const SETTLE = 200; // ms of quiet after which the place is kept
const HIGHLIGHT_MS = 2_500;

export function attach(frame, dotnet) {
  const list = frame.querySelector('.timeline');
  const content = frame.querySelector('.timeline-content');
  const place = placeOf(list);
  let away = false;
  let loading = false;
  let settling = 0;

  const edge = new IntersectionObserver(async entries => {
    if (loading || isLost() || !entries.some(entry => entry.isIntersecting)) return;
    loading = true;
    await tell('LoadOlder');
    loading = false;
    watchEdge();
  }, { root: list, rootMargin: '400px 0px 0px 0px' });

  // Observing anew reports at once where the edge is: a page that did not fill the screen is followed by the next.
  function watchEdge() {
    edge.disconnect();
    const sentinel = content.querySelector('[data-older]');
    if (sentinel) edge.observe(sentinel);
  }

  const changes = new MutationObserver(() => { if (!loading) watchEdge(); });

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

  function onEditLast() {
    const own = rows().findLast(row => row.matches('[data-may~="edit"]'));
    if (own) ask('StartEdit', own.dataset.id);
  }

  // Arrow keys go from message to message; Tab goes on to what can be done with one.
  function onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const row = event.target.closest('article.message');
    if (event.target !== list && event.target !== row) return;
    if (event.key === 'Escape') document.getElementById('composer-input')?.focus();
    else if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
    else {
      const all = rows();
      const end = list.getBoundingClientRect().bottom;
      const next = row
        ? all[all.indexOf(row) + (event.key === 'ArrowUp' ? -1 : 1)]
        : event.key === 'ArrowUp' && all.findLast(other => other.getBoundingClientRect().top < end - 1);
      if (!next && !row) return;
      next?.focus();
    }
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
  changes.observe(content, { childList: true });
  place.restore(offset => tell('ShowAround', offset)).then(() => {
    watchEdge();
    resumeEdit();
  });

  return {
    toBottom() { list.scrollTop = 0; },
    show,
    // Only for those who use the keyboard: others would press the button with the next word that they type.
    offerUndo() { if (tools.isByKeyboard()) frame.parentElement.querySelector('[data-undo]')?.focus(); },
    dispose() {
      clearTimeout(settling);
      window.removeEventListener('pagehide', keep);
      edge.disconnect();
      changes.disconnect();
      list.removeEventListener('scroll', onScroll);
      tools.dispose();
      list.removeEventListener('keydown', onKey);
      document.removeEventListener('edit-last', onEditLast);
      document.removeEventListener('connection-back', onBack);
    },
  };
}

// The scrolling side of the timeline. The list grows upwards from its end (column-reverse), so the browser itself keeps
// the end in view and the position when older pages come: scrollTop is 0 at the end and negative above it.

import { isLost } from './connection.js';
import { placeOf } from './place.js';

const NEAR_END = 100; // px within which a reader counts as being at the end
const SETTLE = 200; // ms of quiet after which the place is kept

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

  // One listener for all rows.
  function onClick(event) {
    const button = event.target.closest('[data-delete]');
    if (button && !isLost()) tell('AskDelete', button.dataset.delete);
  }

  list.addEventListener('scroll', onScroll, { passive: true });
  list.addEventListener('click', onClick);
  document.addEventListener('connection-back', onBack);
  window.addEventListener('pagehide', keep);
  changes.observe(content, { childList: true });
  place.restore(offset => tell('ShowAround', offset)).then(watchEdge);

  return {
    toBottom() { list.scrollTop = 0; },
    dispose() {
      clearTimeout(settling);
      window.removeEventListener('pagehide', keep);
      edge.disconnect();
      changes.disconnect();
      list.removeEventListener('scroll', onScroll);
      list.removeEventListener('click', onClick);
      document.removeEventListener('connection-back', onBack);
    },
  };
}

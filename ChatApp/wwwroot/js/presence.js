// How people are seen: every element with data-presence gets the state of that person, and a name for it. The server hears whom
// the page shows, and whether somebody is at it.

import { isLost } from './connection.js';

const GATHER = 100; // ms in which a changing page is looked at once
const IDLE = 5 * 60_000; // ms without a touch after which nobody is here
const MOST = 500; // people

export function attach(element, dotnet) {
  const words = JSON.parse(element.dataset.words);
  const states = new Map();
  let shown = '';
  let gathering = 0;
  let resting = 0;
  let touchedAt = Date.now();
  let wasIdle = false;

  const tell = (method, ...values) => isLost() ? Promise.resolve() : dotnet.invokeMethodAsync(method, ...values).catch(() => {});

  function paint(dot) {
    const state = states.get(dot.dataset.presence);
    if (!state) {
      delete dot.dataset.state;
      return;
    }
    if (dot.dataset.state === state && dot.title === words[state]) return;
    dot.dataset.state = state;
    dot.title = words[state];
    dot.setAttribute('role', 'img');
    dot.setAttribute('aria-label', words[state]);
  }

  const dots = () => document.querySelectorAll('[data-presence]');

  function update(news) {
    for (const [id, state] of Object.entries(news ?? {})) states.set(id, state);
    dots().forEach(paint);
  }

  async function gather(isAnew = false) {
    gathering = 0;
    const ids = [...new Set([...dots()].map(dot => dot.dataset.presence))].slice(0, MOST);
    const now = ids.join(' ');
    if (now !== shown || isAnew) {
      shown = now;
      for (const id of [...states.keys()]) if (!ids.includes(id)) states.delete(id);
      update(await tell('Show', ids, isAnew));
    }
    dots().forEach(paint);
  }

  function look() {
    clearTimeout(resting);
    const quiet = Date.now() - touchedAt;
    const isIdle = document.hidden || quiet >= IDLE;
    if (isIdle !== wasIdle) {
      wasIdle = isIdle;
      tell('SetIdle', isIdle);
    }
    if (!isIdle) resting = setTimeout(look, IDLE - quiet);
  }

  function onTouch() {
    touchedAt = Date.now();
    if (wasIdle) look();
  }

  function onVisibility() {
    if (!document.hidden) touchedAt = Date.now();
    look();
  }

  // The server knows the page by another connection now.
  function onBack() {
    wasIdle = false;
    look();
    gather(true);
  }

  const changes = new MutationObserver(() => { gathering ||= setTimeout(() => gather(), GATHER); });
  const touches = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart', 'focus'];

  changes.observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ['data-presence'] });
  for (const kind of touches) window.addEventListener(kind, onTouch, { capture: true, passive: true });
  document.addEventListener('visibilitychange', onVisibility);
  document.addEventListener('connection-back', onBack);
  gather();
  look();

  return {
    update,
    dispose() {
      changes.disconnect();
      clearTimeout(gathering);
      clearTimeout(resting);
      for (const kind of touches) window.removeEventListener(kind, onTouch, { capture: true });
      document.removeEventListener('visibilitychange', onVisibility);
      document.removeEventListener('connection-back', onBack);
    },
  };
}

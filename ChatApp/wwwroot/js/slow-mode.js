// Keeps the send button of the composer still in slow mode, and counts down on it. js/composer.js sends nothing while
// data-wait stands on the form; the server refuses it anyhow.

import { words } from './countdown.js';

export function attach(note) {
  const form = () => note.parentElement?.querySelector('form.composer');
  let end = 0;
  let timer = 0;

  function show(left) {
    const composer = form();
    const button = composer?.querySelector('.send-button');
    if (!button) return;
    if (left > 0) {
      composer.dataset.wait = note.dataset.words.replace('{0}', () => words(left));
      button.dataset.left = Math.ceil(left / 1000) < 100 ? Math.ceil(left / 1000) : '…';
      button.setAttribute('aria-disabled', 'true');
      button.title = composer.dataset.wait;
    } else {
      delete composer.dataset.wait;
      delete button.dataset.left;
      button.removeAttribute('aria-disabled');
      button.removeAttribute('title');
    }
  }

  function tick() {
    const left = end - Date.now();
    show(left);
    if (left <= 0) stop();
  }

  function stop() {
    clearInterval(timer);
    timer = 0;
  }

  return {
    wait(milliseconds) {
      stop();
      end = Date.now() + milliseconds;
      if (milliseconds > 0) timer = setInterval(tick, 250);
      tick();
    },
    dispose() {
      stop();
      show(0);
    },
  };
}

// The writing side of a room: Enter sends, Shift+Enter breaks the line, the draft of each room survives reload and
// restart. A message is kept until it is on disk or discarded; it is handed over again, under the same key and so stored
// once, when the page comes back after a loss of the connection.

import { isLost } from './connection.js';

const SHOW_COUNTER_FROM = 500; // characters left
const MAX_WAITING = 100; // messages, as many as the server shows as unsent

export function attach(form, dotnet) {
  const input = form.querySelector('.composer-input');
  const counter = form.querySelector('.counter');
  const hint = form.querySelector('.composer-waiting');
  const limit = Number(form.dataset.limit);
  const place = `${form.dataset.writer}:${form.dataset.room}`;
  const draft = `draft:${place}`;
  const unsent = `unsent:${place}`;
  let waiting = JSON.parse(sessionStorage.getItem(unsent) ?? '[]');

  // Characters as the server counts them: code points, not UTF-16 units.
  const lengthOf = text => [...text].length;

  function update() {
    const left = limit - lengthOf(input.value);
    counter.hidden = left > SHOW_COUNTER_FROM;
    counter.classList.toggle('counter-warning', left >= 0);
    counter.classList.toggle('counter-over', left < 0);
    counter.textContent = (left < 0 ? form.dataset.over : form.dataset.left).replace('{0}', Math.abs(left));
    if (input.value) sessionStorage.setItem(draft, input.value); else sessionStorage.removeItem(draft);
  }

  function keep(messages) {
    waiting = messages.slice(-MAX_WAITING);
    if (waiting.length) sessionStorage.setItem(unsent, JSON.stringify(waiting)); else sessionStorage.removeItem(unsent);
    showWaiting();
  }

  const forget = key => keep(waiting.filter(other => other.key !== key));

  // A message that left the box at the moment of the break is seen nowhere else until the connection is back.
  function showWaiting() {
    hint.hidden = !waiting.length || !isLost();
    hint.textContent = form.dataset.waiting.replace('{0}', waiting.length);
  }

  async function handOver(message) {
    try {
      // False: refused. Its row says why, and offers to send it again or to discard it.
      if (await dotnet.invokeMethodAsync('Send', message.text, message.key)) forget(message.key);
    } catch {
      // The room was left in the same moment: the message goes when the room is opened again.
    }
  }

  function send() {
    const text = input.value;
    // Without a connection the text stays where it is seen.
    if (!text.trim() || lengthOf(text) > limit || isLost()) return;
    input.value = '';
    update();
    const message = { text, key: crypto.randomUUID?.() ?? randomKey() };
    keep([...waiting, message]);
    handOver(message);
  }

  // randomUUID is only there on https and localhost.
  const randomKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');

  function handOverAll() {
    showWaiting();
    waiting.forEach(handOver);
  }

  function onClick(event) {
    const discarded = event.target.closest('[data-discard]')?.dataset.discard;
    if (discarded) forget(discarded);
  }

  function onKey(event) {
    // 229: some browsers end a composition before they tell of the key that ended it.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    send();
  }

  function onSubmit(event) {
    event.preventDefault();
    send();
    input.focus();
  }

  input.value ||= sessionStorage.getItem(draft) ?? '';
  update();
  handOverAll();
  input.addEventListener('input', update);
  input.addEventListener('keydown', onKey);
  form.addEventListener('submit', onSubmit);
  document.addEventListener('connection-back', handOverAll);
  document.addEventListener('connection-lost', showWaiting);
  document.addEventListener('click', onClick);

  return {
    dispose() {
      input.removeEventListener('input', update);
      input.removeEventListener('keydown', onKey);
      form.removeEventListener('submit', onSubmit);
      document.removeEventListener('connection-back', handOverAll);
      document.removeEventListener('connection-lost', showWaiting);
      document.removeEventListener('click', onClick);
    },
  };
}

// The writing side of a room: Enter sends, Shift+Enter breaks the line, the draft of each room survives reload and
// restart. A message is kept until it is on disk or discarded; it is handed over again, under the same key and so stored
// once, when the page comes back after a loss of the connection.

import { isLost } from './connection.js';
import { lengthOf, showCounter } from './counter.js';

const MAX_WAITING = 100; // messages, as many as the server shows as unsent

export function attach(form, dotnet) {
  const input = form.querySelector('.composer-input');
  const hint = form.querySelector('.composer-waiting');
  const bar = form.querySelector('.reply-bar');
  const limit = Number(form.dataset.limit);
  const place = `${form.dataset.writer}:${form.dataset.room}`;
  const draft = `draft:${place}`;
  const unsent = `unsent:${place}`;
  const answering = `reply:${place}`;
  let reply = JSON.parse(sessionStorage.getItem(answering) ?? 'null');
  let waiting = JSON.parse(sessionStorage.getItem(unsent) ?? '[]');

  function update() {
    showCounter(form, input.value);
    if (reply && document.querySelector(`.message-deleted[data-id="${reply.id}"]`)) answer({ ...reply, extract: form.dataset.gone });
    if (input.value) sessionStorage.setItem(draft, input.value); else sessionStorage.removeItem(draft);
  }

  // Which message the next one answers: { id, author, extract }, or null. Kept beside the draft.
  function answer(target) {
    reply = target;
    bar.hidden = !target;
    bar.querySelector('.reply-bar-who').textContent = target ? form.dataset.reply.replace('{0}', () => target.author) : '';
    bar.querySelector('.reply-bar-extract').textContent = target?.extract ?? '';
    if (target) sessionStorage.setItem(answering, JSON.stringify(target)); else sessionStorage.removeItem(answering);
  }

  function onReply(event) {
    answer(event.detail);
    input.focus();
  }

  function onClick(event) {
    if (!event.target.closest('[data-cancel-reply]')) return;
    answer(null);
    input.focus();
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
      if (await dotnet.invokeMethodAsync('Send', message.text, message.key, message.replyTo ?? null)) forget(message.key);
    } catch {
      // The room was left in the same moment: the message goes when the room is opened again.
    }
  }

  function send() {
    const text = input.value;
    // Without a connection the text stays where it is seen.
    if (!text.trim() || lengthOf(text) > limit || isLost()) return;
    const message = { text, key: crypto.randomUUID?.() ?? randomKey(), replyTo: reply?.id };
    input.value = '';
    answer(null);
    update();
    keep([...waiting, message]);
    handOver(message);
  }

  // randomUUID is only there on https and localhost.
  const randomKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');

  function handOverAll() {
    showWaiting();
    waiting.forEach(handOver);
  }

  function onDiscard(event) {
    const discarded = event.target.closest('[data-discard]')?.dataset.discard;
    if (discarded) forget(discarded);
  }

  function onKey(event) {
    // 229: some browsers end a composition before they tell of the key that ended it.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === 'Enter' && !event.shiftKey) send();
    else if (event.key === 'Escape' && reply) answer(null);
    else if (event.key === 'ArrowUp' && !input.value && !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey) document.dispatchEvent(new Event('edit-last'));
    else return;
    event.preventDefault();
  }

  function onSubmit(event) {
    event.preventDefault();
    send();
    input.focus();
  }

  input.value ||= sessionStorage.getItem(draft) ?? '';
  answer(reply);
  update();
  handOverAll();
  input.addEventListener('input', update);
  input.addEventListener('keydown', onKey);
  form.addEventListener('submit', onSubmit);
  form.addEventListener('click', onClick);
  document.addEventListener('reply-to', onReply);
  document.addEventListener('connection-back', handOverAll);
  document.addEventListener('connection-lost', showWaiting);
  document.addEventListener('click', onDiscard);

  return {
    dispose() {
      input.removeEventListener('input', update);
      input.removeEventListener('keydown', onKey);
      form.removeEventListener('submit', onSubmit);
      form.removeEventListener('click', onClick);
      document.removeEventListener('reply-to', onReply);
      document.removeEventListener('connection-back', handOverAll);
      document.removeEventListener('connection-lost', showWaiting);
      document.removeEventListener('click', onDiscard);
    },
  };
}

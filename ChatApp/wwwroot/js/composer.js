// The writing side of a room: Enter sends, Shift+Enter breaks the line, the draft of each room is kept. A message is kept
// until it is on disk or discarded, also one that was sent without a connection; it is handed over again, under the same key and so stored once, when the page comes back
// after a loss of the connection.

import { mayWriteAtOnce } from './arrival.js';
import { interpret } from './commands.js';
import { completion } from './completion.js';
import { composerTools } from './composer-tools.js';
import { isLost } from './connection.js';
import { lengthOf, showCounter } from './counter.js';
import { draftOf } from './drafts.js';
import { emojiTyping } from './emoji-typing.js';
import { watchPaste } from './paste.js';
import { queueList } from './queue.js';
import { suggestions } from './suggestions.js';
import { typingNotice } from './typing.js';

const CALL = /@(all|here)(?![\p{L}\p{N}_])/iu; // who that is, and whether to ask, the server knows
const MAX_WAITING = 100; // messages, as many as the server shows as unsent

export function attach(form, dotnet) {
  const input = form.querySelector('.composer-input');
  const hint = form.querySelector('.composer-waiting');
  const bar = form.querySelector('.reply-bar');
  // An administrator may set another one while the page is open.
  const limit = () => Number(form.dataset.limit);
  const thread = form.dataset.thread;
  const room = thread ? `${form.dataset.room}:${thread}` : form.dataset.room;
  const place = `${form.dataset.writer}:${room}`;
  const draft = draftOf(form.dataset.writer, room);
  const unsent = `unsent:${place}`;
  const note = form.querySelector('.composer-note');
  const showQueue = queueList(form.querySelector('.composer-queue'));
  const kept = draft.read();
  input.value ||= kept.text;
  const emoji = emojiTyping(input);
  const { sources, isRemote } = suggestions(dotnet);
  const proposals = completion(input, form.querySelector('.suggestions'), sources, isRemote);
  const tools = composerTools(form, input, {
    asMessage: text => interpret(emoji.convert(text)).text ?? text,
    render: text => tooLong(text) ? null : dotnet.invokeMethodAsync('Preview', text).catch(() => null),
  });
  const noteTyping = typingNotice(() => dotnet.invokeMethodAsync('Type').catch(() => {}));
  let reply = null;
  let busy = false;
  let waiting = JSON.parse(sessionStorage.getItem(unsent) ?? '[]');

  function update() {
    showCounter(form, input.value);
    if (reply && document.querySelector(`.message-deleted[data-id="${reply.id}"]`)) answer({ ...reply, extract: form.dataset.gone });
    draft.keep(input.value, reply);
  }

  const tooLong = text => lengthOf(text) > limit();

  // What somebody should know who writes: until the next key.
  function say(text, isError = true) {
    note.textContent = text;
    note.hidden = !text;
    note.classList.toggle('composer-note-error', isError);
  }

  function onInput() {
    say('');
    update();
    noteTyping(input.value);
  }

  // Which message the next one answers: { id, author, extract }, or null. Kept with the draft.
  function answer(target) {
    reply = target;
    bar.hidden = !target;
    bar.querySelector('.reply-bar-who').textContent = target ? form.dataset.reply.replace('{0}', () => target.author) : '';
    bar.querySelector('.reply-bar-extract').textContent = target?.extract ?? '';
  }

  function answerAndKeep(target) {
    answer(target);
    draft.keep(input.value, reply);
    input.focus();
  }

  const onReply = ({ detail: { thread: where, ...target } }) => { if (where === thread) answerAndKeep(target); };

  // What was taken back before it was posted comes here again, unless something else stands here.
  function onTakeBack(event) {
    const { thread: where, key, text, reply: target } = event.detail;
    if (where !== thread || input.value.trim() || reply) return;
    event.preventDefault();
    forget(key);
    input.value = text;
    answer(target);
    update();
    input.focus();
  }

  function onClick(event) {
    if (event.target.closest('[data-cancel-reply]')) answerAndKeep(null);
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
    showQueue(isLost() ? waiting.filter(message => message.isQueued) : []);
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
    const written = interpret(emoji.convert(input.value));
    if (!input.value.trim()) return;
    // Without a connection a message waits, seen above the box; a command stays where it is, and so does what is too much to wait.
    if (isLost() && (written.text === undefined || waiting.length >= MAX_WAITING)) return;
    if (written.missing) say(form.dataset.missing.replace('{0}', written.missing));
    else if (written.command) run(written);
    else post(written.text);
  }

  async function post(text) {
    if (!text.trim() || busy) return;
    // Slow mode: the text stays until it may go.
    if (form.dataset.wait) { say(form.dataset.wait); return; }
    if (tooLong(text)) { say(form.dataset.tooLong); return; }
    if (CALL.test(text) && !await isMeant(text)) return;
    const message = { text, key: crypto.randomUUID?.() ?? randomKey(), replyTo: reply?.id, isQueued: isLost() };
    empty();
    keep([...waiting, message]);
    if (!message.isQueued) handOver(message);
  }

  // The text stays where it is until the answer is there.
  async function isMeant(text) {
    const before = input.value;
    busy = true;
    const answer = await dotnet.invokeMethodAsync('MeansEverybody', text).catch(() => false);
    busy = false;
    input.focus();
    return answer && input.value === before;
  }

  function empty() {
    tools.closePreview();
    proposals.close();
    input.value = '';
    answer(null);
    say('');
    update();
  }

  // The text stays until it is known that the command was carried out.
  async function run({ command, argument }) {
    if (busy) return;
    busy = true;
    const text = input.value;
    const { isDone, say: words } = await dotnet.invokeMethodAsync('Run', command, argument).catch(() => ({ isDone: false, say: form.dataset.lost }));
    busy = false;
    if (isDone && input.value === text) empty();
    say(words ?? '', !isDone);
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
    if (proposals.onKey(event)) { event.preventDefault(); return; }
    if (event.key === 'Enter' && !event.shiftKey) send();
    else if (event.key === 'Escape' && reply) answerAndKeep(null);
    else if (event.key === 'ArrowUp' && !input.value && !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey) document.dispatchEvent(new CustomEvent('edit-last', { detail: { thread } }));
    else return;
    event.preventDefault();
  }

  function onSubmit(event) {
    event.preventDefault();
    send();
    input.focus();
  }

  // What another window of the same person did, unless something else stands here meanwhile.
  function onElsewhere(before, now) {
    if (input.value !== before.text) return;
    input.value = now.text;
    answer(now.reply);
    showCounter(form, input.value);
  }

  answer(kept.reply);
  update();
  if (mayWriteAtOnce()) input.focus();
  handOverAll();
  const stopWatching = draft.watch(onElsewhere);
  watchPaste(input, { limit, say, words: { noFiles: form.dataset.noFiles, tooMuch: form.dataset.tooMuch } });
  input.addEventListener('input', onInput);
  input.addEventListener('keydown', onKey);
  form.addEventListener('submit', onSubmit);
  form.addEventListener('click', onClick);
  document.addEventListener('reply-to', onReply);
  document.addEventListener('take-back', onTakeBack);
  document.addEventListener('connection-back', handOverAll);
  document.addEventListener('connection-lost', showWaiting);
  document.addEventListener('click', onDiscard);

  return {
    // The form and what is in it go with the page, and their listeners with them.
    dispose() {
      stopWatching();
      document.removeEventListener('reply-to', onReply);
      document.removeEventListener('take-back', onTakeBack);
      document.removeEventListener('connection-back', handOverAll);
      document.removeEventListener('connection-lost', showWaiting);
      document.removeEventListener('click', onDiscard);
    },
  };
}

// The editor in a message's row: Enter saves, Shift+Enter breaks the line, Escape leaves everything as it was. What was
// typed survives a reload, and a message that was deleted meanwhile. The marks have the composer's keys.

import { isLost } from './connection.js';
import { lengthOf, showCounter } from './counter.js';
import { emojiTyping } from './emoji-typing.js';
import { format } from './formatting.js';
import { buttonFor } from './keys.js';

export const draftOf = (writer, message) => `edit:${writer}:${message}`;

export function attach(form, dotnet) {
  const input = form.querySelector('.edit-input');
  // Where its composer is: when the text is stored, the editor is gone already.
  const place = form.closest('dialog') ?? document;
  const draft = draftOf(form.dataset.writer, form.dataset.message);
  const emoji = emojiTyping(input);
  let busy = false;

  function update() {
    showCounter(form, input.value);
    sessionStorage.setItem(draft, input.value);
  }

  function leave() {
    sessionStorage.removeItem(draft);
    place.querySelector('.composer-input')?.focus();
  }

  async function save() {
    // Without a connection the text stays where it is seen; a deleted message has no button to save with.
    if (busy || isLost() || !form.querySelector('[type=submit]') || lengthOf(input.value) > Number(form.dataset.limit)) return;
    busy = true;
    if (await dotnet.invokeMethodAsync('Save', emoji.convert(input.value)).catch(() => false)) leave();
    busy = false;
  }

  function cancel() {
    if (isLost()) return;
    leave();
    dotnet.invokeMethodAsync('Cancel').catch(() => {});
  }

  function onKey(event) {
    // 229: some browsers end a composition before they tell of the key that ended it.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === 'Escape') cancel();
    else if (event.key === 'Enter' && !event.shiftKey) save();
    else {
      // The composer's bar knows the keys of the marks; they are the same here.
      const mark = buttonFor(event, document.querySelector('.format-bar') ?? form);
      if (!mark?.dataset.format) return;
      format(input, mark.dataset.format);
    }
    event.preventDefault();
    event.stopPropagation();
  }

  function onSubmit(event) {
    event.preventDefault();
    save();
  }

  function onClick(event) {
    if (event.target.closest('[data-cancel]')) cancel();
  }

  // A call that was under way when the connection broke is never answered.
  const onBack = () => { busy = false; };

  input.value = sessionStorage.getItem(draft) ?? input.value;
  showCounter(form, input.value);
  input.focus();
  input.setSelectionRange(input.value.length, input.value.length);
  (form.closest('article') ?? form).scrollIntoView({ block: 'nearest' });
  input.addEventListener('input', update);
  form.addEventListener('keydown', onKey);
  form.addEventListener('submit', onSubmit);
  form.addEventListener('click', onClick);
  document.addEventListener('connection-back', onBack);

  return {
    dispose() {
      document.removeEventListener('connection-back', onBack);
    },
  };
}

// The writing side of a room: Enter sends, Shift+Enter breaks the line, the draft of each room survives reload and
// restart, and a text that could not be handed over comes back into the box.

const SHOW_COUNTER_FROM = 500; // characters left

export function attach(form, dotnet) {
  const input = form.querySelector('.composer-input');
  const counter = form.querySelector('.counter');
  const limit = Number(form.dataset.limit);
  const draft = `draft:${form.dataset.room}`;

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

  async function send() {
    const text = input.value;
    if (!text.trim() || lengthOf(text) > limit) return;
    input.value = '';
    update();
    try {
      await dotnet.invokeMethodAsync('Send', text, crypto.randomUUID?.() ?? randomKey());
    } catch {
      // The circuit is gone: nothing was taken over, so nothing is lost.
      input.value = input.value ? `${text}\n${input.value}` : text;
      update();
    }
  }

  // randomUUID is only there on https and localhost.
  const randomKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');

  function onKey(event) {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
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
  input.addEventListener('input', update);
  input.addEventListener('keydown', onKey);
  form.addEventListener('submit', onSubmit);

  return {
    dispose() {
      input.removeEventListener('input', update);
      input.removeEventListener('keydown', onKey);
      form.removeEventListener('submit', onSubmit);
    },
  };
}

// A download that says how far it is and can be stopped. Without this script the link works as any other.

export function attach(frame) {
  const link = frame.querySelector('a[download]');
  const bar = frame.querySelector('progress');
  const cancel = frame.querySelector('[data-cancel]');
  const status = frame.querySelector('[data-status]');
  let stop = null;

  function show(isBusy, words) {
    link.toggleAttribute('hidden', isBusy);
    bar.hidden = cancel.hidden = !isBusy;
    bar.removeAttribute('value'); // how far is not known yet
    status.textContent = words;
  }

  async function onClick(event) {
    event.preventDefault();
    if (stop) return;
    stop = new AbortController();
    show(true, link.dataset.busy);
    cancel.focus();
    try {
      save(await read(stop.signal));
      show(false, link.dataset.done);
    } catch {
      show(false, stop.signal.aborted ? link.dataset.cancelled : link.dataset.failed);
    }

    stop = null;
    link.focus();
  }

  async function read(signal) {
    const answer = await fetch(link.href, { signal, redirect: 'error' });
    if (!answer.ok) throw new Error(answer.statusText);
    const lines = Number(answer.headers.get('x-lines'));
    const parts = [];
    let read = 0;
    for (const reader = answer.body.getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) return new Blob(parts, { type: 'text/csv' });
      parts.push(value);
      for (const byte of value) if (byte === 10) read++;
      if (lines > 0) bar.value = Math.min(1, read / lines);
    }
  }

  function save(blob) {
    const address = URL.createObjectURL(blob);
    const anchor = Object.assign(document.createElement('a'), { href: address, download: link.download });
    anchor.click();
    URL.revokeObjectURL(address);
  }

  const onCancel = () => stop?.abort();
  frame.dataset.attached = '';
  link.addEventListener('click', onClick);
  cancel.addEventListener('click', onCancel);
  return {
    dispose() {
      stop?.abort();
      link.removeEventListener('click', onClick);
      cancel.removeEventListener('click', onCancel);
    },
  };
}

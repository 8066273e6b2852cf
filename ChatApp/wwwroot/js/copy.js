// Puts text into the clipboard, and says whether that worked.
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyByHand(text); // the clipboard is only there on https and localhost
  }
}

function copyByHand(text) {
  const box = document.createElement('textarea');
  box.value = text;
  box.className = 'visually-hidden';
  const before = document.activeElement;
  // Outside an open dialog nothing can be selected.
  (before?.closest('dialog') ?? document.body).append(box);
  box.select();
  const isDone = document.execCommand('copy');
  box.remove();
  before?.focus();
  return isDone;
}

// A field with something to take along: its button copies it.
export function attach(frame, component) {
  const field = frame.querySelector('input');
  const onClick = async event => {
    if (!event.target.closest('[data-copy]')) return;
    const isDone = await copy(field.value);
    if (!isDone) field.select();
    component.invokeMethodAsync('SayCopied', isDone);
  };
  frame.addEventListener('click', onClick);
  return { dispose: () => frame.removeEventListener('click', onClick) };
}

// Puts a text into the clipboard; false where the browser does not let it.

export async function copyText(text) {
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

// Keys that press a button: the button says which in aria-keyshortcuts, where assistive software reads it too. A key works
// while its button is there, and not behind an open dialog or menu.
function nameOf(event) {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push('Control');
  if (event.altKey) parts.push('Alt');
  if (event.shiftKey) parts.push('Shift');
  return [...parts, key].join('+');
}

document.addEventListener('keydown', event => {
  if (event.defaultPrevented || event.isComposing || event.repeat) return;
  if (document.querySelector('dialog:modal, :popover-open')) return;
  const button = document.querySelector(`[aria-keyshortcuts~="${CSS.escape(nameOf(event))}"]`);
  if (!button || button.disabled) return;
  event.preventDefault();
  button.click();
});

// Opens a dialog as the browser's own modal one: it traps the focus and closes on Escape.
export function show(dialog) {
  if (dialog?.isConnected && !dialog.open) dialog.showModal();
}

import { rowAgain } from './keep-focus.js';

// Opens a dialog as the browser's own modal one: it traps the focus and closes on Escape. When the page takes it away, the
// focus goes back to where it was; the browser does so only for dialogs that are closed and stay.
export function show(dialog) {
  if (!dialog?.isConnected || dialog.open) return;
  const before = document.activeElement;
  const row = before?.closest('article.message');
  dialog.showModal();
  const removal = new MutationObserver(() => {
    if (dialog.isConnected) return;
    removal.disconnect();
    if (document.activeElement === document.body || !document.activeElement) (before?.isConnected ? before : rowAgain(row) ?? before)?.focus?.();
  });
  removal.observe(document.body, { childList: true, subtree: true });
}

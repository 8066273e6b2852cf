// A panel beside the messages; above them, as a modal dialog, where there is no room beside. Escape closes it, and the focus goes
// back to where it was.
import { rowAgain } from './keep-focus.js';

const narrow = matchMedia('(max-width: 47.99rem)');

export function openPanel(panel, close) {
  // A button that comes and goes with the pointer is not there any more: its message is.
  const before = document.activeElement;
  const row = before?.closest('article.message');

  function onKey(event) {
    if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing || panel.matches(':modal')) return;
    if (event.target.closest('[popover], dialog') !== panel || panel.querySelector(':popover-open')) return;
    event.preventDefault();
    close();
  }

  function onCancel(event) {
    if (event.target !== panel) return;
    event.preventDefault();
    close();
  }

  // A browser may close it without asking. What was only put elsewhere is open again by then.
  function onClose(event) {
    if (event.target === panel && !panel.open) close();
  }

  // A window that becomes wider or narrower, a phone that is turned.
  function place() {
    const held = panel.contains(document.activeElement) ? document.activeElement : null;
    if (panel.open) panel.close();
    if (narrow.matches) panel.showModal(); else panel.show();
    held?.focus({ preventScroll: true });
  }

  place();
  narrow.addEventListener('change', place);
  panel.addEventListener('keydown', onKey);
  panel.addEventListener('cancel', onCancel);
  panel.addEventListener('close', onClose);

  return {
    // Where it covers the messages, and somebody wants to see one of those.
    makeWay() { if (getComputedStyle(panel).position === 'fixed') close(); },
    dispose() {
      narrow.removeEventListener('change', place);
      panel.removeEventListener('keydown', onKey);
      panel.removeEventListener('cancel', onCancel);
      panel.removeEventListener('close', onClose);
      if (panel.isConnected && !panel.contains(document.activeElement) && document.activeElement !== document.body) return;
      const back = before?.isConnected && before !== document.body ? before : rowAgain(row);
      back?.focus({ preventScroll: true });
    },
  };
}

export function attach(panel, dotnet) {
  const script = openPanel(panel, () => { dotnet.invokeMethodAsync('Close').catch(() => {}); });
  (panel.querySelector('.composer-input') ?? panel.querySelector('[data-close]'))?.focus();
  return script;
}

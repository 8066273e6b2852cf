// A row of the list may be drawn anew under somebody's hands, when it gets its first reaction for instance: the focus goes on to what has taken its place.

export function keepFocus(list) {
  let row = list.contains(document.activeElement) ? document.activeElement.closest('article.message') : null;
  list.addEventListener('focusin', event => { row = event.target.closest('article.message'); });
  // Leaving, or gone? A row that was taken out of the document has not been left.
  list.addEventListener('focusout', () => queueMicrotask(() => {
    if (row?.isConnected && !row.contains(document.activeElement)) row = null;
  }));
  new MutationObserver(() => {
    if (!row || row.isConnected) return;
    const next = rowAgain(row);
    row = null;
    if (next && (!document.activeElement || document.activeElement === document.body)) next.focus({ preventScroll: true });
  }).observe(list, { childList: true, subtree: true });
}

// What stands for the same message now.
export function rowAgain(row) {
  return !row || row.isConnected ? row : document.querySelector(`article.message[data-id="${CSS.escape(row.dataset.id ?? '')}"]`);
}

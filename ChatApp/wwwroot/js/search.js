// The keys of the search panel, and how it stands in the page: beside the messages, or above them where there is no room.
const narrow = matchMedia('(max-width: 47.99rem)');

export function attach(panel) {
  const input = panel.querySelector('#search-input');
  const before = document.activeElement;

  function onKey(event) {
    if (event.key === 'Escape' && !panel.matches(':modal')) {
      event.preventDefault();
      panel.close(); // says so to the server
      return;
    }

    if ((event.key !== 'ArrowDown' && event.key !== 'ArrowUp') || event.isComposing) return;
    if (event.target !== input && !event.target.closest('.search-hit, .search-more')) return;
    const stops = [input, ...panel.querySelectorAll('.search-hit, .search-more')];
    const next = stops[stops.indexOf(event.target) + (event.key === 'ArrowDown' ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }

  if (narrow.matches) panel.showModal(); else panel.show();
  input.focus();
  panel.addEventListener('keydown', onKey);

  return {
    // What was found is behind the panel where that covers the messages.
    leave() { if (getComputedStyle(panel).position === 'fixed') panel.close(); },
    dispose() {
      panel.removeEventListener('keydown', onKey);
      if (!panel.isConnected || panel.contains(document.activeElement) || document.activeElement === document.body) before?.focus?.();
    },
  };
}

// The keys of the search panel, and what it proposes for the filter that is being typed.

import { openPanel } from './panel.js';
import { filterProposals } from './search-filters.js';

export function attach(panel, dotnet) {
  const input = panel.querySelector('#search-input');
  const script = openPanel(panel, () => { dotnet.invokeMethodAsync('Close').catch(() => {}); });

  function onKey(event) {
    if ((event.key !== 'ArrowDown' && event.key !== 'ArrowUp') || event.isComposing) return;
    if (event.target !== input && !event.target.closest('.search-hit, .search-more')) return;
    const stops = [input, ...panel.querySelectorAll('.search-hit, .search-more')];
    const next = stops[stops.indexOf(event.target) + (event.key === 'ArrowDown' ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }

  filterProposals(input, panel.querySelector('.suggestions'), dotnet);
  input.focus();
  panel.addEventListener('keydown', onKey);

  return {
    // What was found is behind the panel where that covers the messages.
    leave: script.makeWay,
    dispose() {
      panel.removeEventListener('keydown', onKey);
      script.dispose();
    },
  };
}

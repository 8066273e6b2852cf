// Where a reader stands in a room: the first message in view and how far below the upper edge it begins. Kept for as long
// as the tab lives, so that a page that is loaded again (a restart, a long sleep, F5) shows what it showed before.

// Once per document: rooms that are opened later begin where they always do.
const [navigation] = performance.getEntriesByType('navigation');
const isAgain = navigation?.type === 'reload' || navigation?.type === 'back_forward' || document.wasDiscarded;
let kept = isAgain ? { name: nameOf(), place: JSON.parse(sessionStorage.getItem(nameOf())) } : null;

function nameOf() {
  return `place:${location.pathname}`;
}

export function placeOf(list, thread) {
  const name = nameOf();
  const rows = () => [...list.querySelectorAll('[data-place]')];
  const find = isIt => rows().find(row => isIt(Number(row.dataset.place)));
  const below = row => row.getBoundingClientRect().top - list.getBoundingClientRect().top;

  // A thread is opened where it was read up to.
  if (thread) return { keep() {}, restore: () => Promise.resolve() };
  return {
    // At the end of the room there is nothing to remember.
    keep(isAtEnd) {
      if (!list.isConnected) return;
      const row = isAtEnd ? null : rows().find(candidate => below(candidate) + candidate.offsetHeight > 0);
      if (row) sessionStorage.setItem(name, JSON.stringify({ offset: Number(row.dataset.place), top: below(row) }));
      else sessionStorage.removeItem(name);
    },

    // Back to what was in view before the page was loaded again; `load` brings a place of the room into the list.
    async restore(load) {
      const place = kept?.name === name ? kept.place : null;
      kept = null;
      if (!place) return;
      if (!find(offset => offset === place.offset)) await load(place.offset);
      // The message itself, or where it is gone by now, the one after it.
      const row = find(offset => offset >= place.offset);
      if (row) list.scrollTop += below(row) - place.top;
    },
  };
}

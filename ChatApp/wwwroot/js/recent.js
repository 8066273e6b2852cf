// The rooms that a person was in last, the last one first: kept in the browser, for the switcher.

const MAX = 20;

const nameFor = user => `recent:${user}`;

export function recentOf(user) {
  try {
    const kept = JSON.parse(localStorage.getItem(nameFor(user)) ?? '[]');
    return Array.isArray(kept) ? kept.filter(room => typeof room === 'string').slice(0, MAX) : [];
  } catch {
    return [];
  }
}

export function noteRecent(user, room) {
  const kept = recentOf(user);
  if (kept[0] === room) return;
  try {
    localStorage.setItem(nameFor(user), JSON.stringify([room, ...kept.filter(other => other !== room)].slice(0, MAX)));
  } catch {
    // The browser keeps no more: what is written matters more than where somebody was.
  }
}

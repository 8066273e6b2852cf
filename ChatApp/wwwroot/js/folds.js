// Which groups of the sidebar are folded away, by person. The root element names them, so that nothing that is drawn later
// is ever seen unfolded; the style sheet does the rest.

const nameFor = user => `folded:${user}`;

const sidebar = () => document.getElementById('sidebar');

const read = user => {
  try {
    const kept = JSON.parse(localStorage.getItem(nameFor(user)) ?? '[]');
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
};

export const isFolded = group => (document.documentElement.dataset.folded ?? '').split(' ').includes(group);

export function showFolds() {
  const nav = sidebar();
  if (!nav) return;
  document.documentElement.dataset.folded = read(nav.dataset.owner).join(' ');
  for (const button of nav.querySelectorAll('[data-fold]')) button.setAttribute('aria-expanded', String(!isFolded(button.dataset.fold)));
}

export function toggleFold(group) {
  const { user } = sidebar().dataset;
  const others = read(user).filter(other => other !== group);
  localStorage.setItem(nameFor(user), JSON.stringify(isFolded(group) ? others : [...others, group]));
  showFolds();
}

showFolds();
globalThis.Blazor?.addEventListener?.('enhancedload', showFolds);

// Which groups of the sidebar are folded away, by person. The root element names them, so that nothing that is drawn later
// is ever seen unfolded; the style sheet does the rest.

const nameFor = owner => `folded:${owner}`;

const sidebar = () => document.getElementById('sidebar');

const read = owner => {
  try {
    const kept = JSON.parse(localStorage.getItem(nameFor(owner)) ?? '[]');
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
  const { owner } = sidebar().dataset;
  const others = read(owner).filter(other => other !== group);
  localStorage.setItem(nameFor(owner), JSON.stringify(isFolded(group) ? others : [...others, group]));
  showFolds();
}

showFolds();
globalThis.Blazor?.addEventListener?.('enhancedload', showFolds);

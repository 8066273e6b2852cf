// The navigation of the console scrolls sideways where it is narrow: what is current is brought into view.

export function showCurrent(nav) {
  nav?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
}

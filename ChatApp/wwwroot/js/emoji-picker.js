// The picker of emoji, for messages and for reactions: search, groups, and what this person took lately. The list itself
// comes when the picker is opened for the first time.

import { find, load } from './emoji.js';
import { isOpen, openBeside } from './popover.js';

const RECENT = 16;
const FIRST = ['👍', '❤️', '😂', '🎉', '👀', '🙏', '✅', '😀', '😢', '🤔', '🔥', '🚀', '💯', '👏', '🙌', '👋'];

let onPick = null;

// Behind a modal panel nothing can be pressed: there, the panel's own is taken.
let picker = null;
const pickerFor = anchor => anchor.closest('dialog')?.querySelector('.emoji-picker') ?? document.getElementById('emoji-picker');
export const isPicking = () => isOpen(picker);
export const stopPicking = () => { if (isPicking()) picker.hidePopover(); };

// `pick` is called with the emoji that is chosen; the picker closes by itself.
export function pickBeside(anchor, pick) {
  const box = picker = pickerFor(anchor);
  onPick = pick;
  if (!box.dataset.ready) prepare(box);
  openBeside(box, anchor);
  const search = box.querySelector('input');
  search.value = '';
  search.focus();
  fill(box);
}

// What one person took lately is not shown to another in the same browser.
const recentName = box => `emoji:${box.closest('[data-viewer]').dataset.viewer}`;

function recent(box) {
  const kept = JSON.parse(localStorage.getItem(recentName(box)) ?? '[]');
  return [...new Set([...kept, ...FIRST])].slice(0, RECENT);
}

function remember(box, char) {
  localStorage.setItem(recentName(box), JSON.stringify([...new Set([char, ...recent(box)])].slice(0, RECENT)));
}

async function fill(box) {
  const list = box.querySelector('.emoji-list');
  const status = box.querySelector('.emoji-status');
  try {
    const emoji = await load();
    const part = box.querySelector('input').value.trim();
    const found = part ? [['search', find(emoji, part, 64)]] : [['recent', recent(box).map(char => emoji.all.find(one => one.char === char) ?? { char, names: [] })], ...emoji.groups];
    list.replaceChildren(...found.flatMap(([group, ones]) => section(box, group, ones)));
    list.scrollTop = 0;
    status.hidden = found[0][1].length > 0;
    status.textContent = box.dataset.none;
  } catch {
    status.hidden = false;
    status.textContent = box.dataset.failed;
  }
}

function section(box, group, ones) {
  if (!ones.length) return [];
  const name = box.querySelector(`[data-group="${group}"]`)?.getAttribute('aria-label');
  const grid = document.createElement('div');
  grid.className = 'emoji-grid';
  grid.setAttribute('role', 'group');
  grid.append(...ones.map(choice));
  if (!name) return [grid];
  grid.setAttribute('aria-label', name);
  const heading = document.createElement('p');
  heading.className = 'emoji-heading';
  heading.dataset.section = group;
  heading.setAttribute('aria-hidden', 'true');
  heading.textContent = name;
  return [heading, grid];
}

function choice({ char, names }) {
  const button = document.createElement('button');
  button.type = 'button';
  button.tabIndex = -1;
  button.className = 'emoji-choice';
  button.dataset.pick = char;
  button.textContent = char;
  if (names.length) button.title = `:${names[0]}:`;
  return button;
}

function take(box, char) {
  const pick = onPick;
  remember(box, char);
  box.hidePopover();
  pick?.(char);
}

function onClick(event) {
  const box = event.currentTarget;
  const button = event.target.closest('button');
  if (!button) return;
  if (button.dataset.pick) { take(box, button.dataset.pick); return; }
  const search = box.querySelector('input');
  if (search.value) { search.value = ''; fill(box).then(() => jump(box, button.dataset.group)); } else jump(box, button.dataset.group);
}

function jump(box, group) {
  const list = box.querySelector('.emoji-list');
  const heading = list.querySelector(`[data-section="${group}"]`);
  if (heading) list.scrollTop += heading.getBoundingClientRect().top - list.getBoundingClientRect().top;
}

// Arrows walk the emoji as they stand on the screen; a letter goes on with the search.
function onKey(event) {
  const box = event.currentTarget;
  if (event.isComposing || event.keyCode === 229) return;
  const search = box.querySelector('input');
  const all = [...box.querySelectorAll('.emoji-choice')];
  const at = all.indexOf(document.activeElement);
  if (event.target.closest('.emoji-groups')) return;
  if (event.target === search) {
    if (event.key === 'Enter' && all.length && search.value.trim()) take(box, all[0].dataset.pick);
    else if (event.key === 'ArrowDown' || event.key === 'Enter') all[0]?.focus();
    else return;
    event.preventDefault();
    return;
  }
  const next = target(all, at, event.key, getComputedStyle(box).direction === 'rtl');
  if (next) next.focus();
  else if (event.key === 'ArrowUp' || (event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey)) { search.focus(); if (event.key !== 'ArrowUp') return; }
  else if (!event.key.startsWith('Arrow')) return;
  event.preventDefault();
}

function target(all, at, key, isRtl) {
  if (key === 'Home') return all[0];
  if (key === 'End') return all.at(-1);
  if (key === (isRtl ? 'ArrowLeft' : 'ArrowRight')) return all[at + 1];
  if (key === (isRtl ? 'ArrowRight' : 'ArrowLeft')) return all[at - 1];
  if (key !== 'ArrowDown' && key !== 'ArrowUp') return null;
  // The next row is the nearest one that stands lower (or higher), whatever group it belongs to.
  const { offsetLeft: left, offsetTop: top } = all[at];
  const beyond = key === 'ArrowDown' ? all.slice(at + 1).filter(one => one.offsetTop > top) : all.slice(0, at).reverse().filter(one => one.offsetTop < top);
  const row = beyond.filter(one => one.offsetTop === beyond[0].offsetTop);
  return row.sort((one, other) => Math.abs(one.offsetLeft - left) - Math.abs(other.offsetLeft - left))[0];
}

function prepare(box) {
  box.dataset.ready = 'true';
  box.addEventListener('click', onClick);
  box.addEventListener('keydown', onKey);
  box.querySelector('input').addEventListener('input', () => fill(box));
}

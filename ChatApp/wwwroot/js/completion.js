// A list of proposals above a text box, as a combobox: the focus stays in the box, arrows walk the list, Enter and Tab
// choose, Escape closes. While an input method composes, every key is its own.

import { isInCode, replace } from './textedit.js';

const PAUSE = 120; // ms without a key before the server is asked
const PART = /(?<![\p{Script=Latin}\p{N}_/:@#])(?:([@#])((?:[^\s@#:`]+ ?)?[^\s@#:`]{0,30})|(:)([\w+\-\p{Script=Han}]{1,30}))$/u;

// `sources` has, for each sign, a function from what was typed to [{ insert, label, detail, mark, hue }]; `isRemote` says
// which of them cost a question. `trigger` says what is asked for: { sign, start, part }, or null. With `isOffer` nothing is
// chosen before an arrow or the pointer does: Enter is for what was typed.
export function completion(input, list, sources, isRemote, { trigger = () => typedBehindSign(input), isOffer = false } = {}) {
  let asked = null; // { sign, start, part }
  let options = [];
  let chosen = isOffer ? -1 : 0;
  let timer = 0;
  let turn = 0;
  let left = -1; // where the reader said no

  const isOpen = () => !list.hidden;

  function update() {
    const now = trigger();
    if (now?.start !== left) left = -1;
    if (!now || left >= 0) return close();
    if (asked && (asked.sign !== now.sign || asked.start !== now.start)) close();
    asked = now;
    // What no longer fits goes at once: Enter must never choose something that was not asked for.
    show(options.filter(option => fits(option, now.part)));
    clearTimeout(timer);
    if (isRemote(now.sign)) timer = setTimeout(ask, PAUSE, now); else ask(now);
  }

  const fits = (option, part) => [option.label, option.insert, option.detail].some(text => text?.toLowerCase().includes(part.trim().toLowerCase()));

  async function ask(question) {
    const mine = ++turn;
    const answer = await sources[question.sign](question.part.trim());
    if (mine === turn && asked === question) show(answer);
  }

  function show(found) {
    options = found;
    chosen = isOffer ? -1 : 0;
    list.replaceChildren(...found.map(row));
    list.hidden = !found.length;
    mark();
  }

  function row(option, index) {
    const item = document.createElement('li');
    item.id = nameOf(index);
    item.className = 'suggestion';
    item.setAttribute('role', 'option');
    const sign = document.createElement('span');
    sign.className = option.hue ? `avatar avatar-small ${option.hue}` : 'suggestion-mark';
    sign.setAttribute('aria-hidden', 'true');
    sign.textContent = option.mark;
    const label = document.createElement('bdi');
    label.className = 'suggestion-label';
    label.textContent = option.label;
    const detail = document.createElement('span');
    detail.className = 'suggestion-detail truncate';
    detail.textContent = option.detail ?? '';
    item.append(...option.mark ? [sign] : [], label, detail);
    return item;
  }

  const nameOf = index => `${list.id.replace('suggestions', 'suggestion')}-${index}`;

  // The box is a combobox for as long as it has a list, and a box of many lines otherwise.
  function mark() {
    [...list.children].forEach((item, index) => item.setAttribute('aria-selected', String(index === chosen)));
    list.children[chosen]?.scrollIntoView({ block: 'nearest' });
    const attributes = { role: 'combobox', 'aria-expanded': 'true', 'aria-haspopup': 'listbox', 'aria-autocomplete': 'list', 'aria-controls': list.id, 'aria-activedescendant': chosen < 0 ? null : nameOf(chosen) };
    for (const [name, value] of Object.entries(attributes)) {
      if (isOpen() && value !== null) input.setAttribute(name, value); else input.removeAttribute(name);
    }
  }

  function close() {
    clearTimeout(timer);
    turn++;
    asked = null;
    if (isOpen() || options.length) show([]);
  }

  function choose(index) {
    const { start } = asked;
    const { insert, hasMore } = options[index];
    close();
    left = hasMore ? -1 : start;
    replace(input, start, input.selectionStart, hasMore ? insert : `${insert} `);
  }

  const isTyped = () => input.value.slice(asked.start, input.selectionStart).trim().toLowerCase() === options[chosen].insert.toLowerCase();

  function step(by) {
    chosen = chosen < 0 && by < 0 ? options.length - 1 : (chosen + by + options.length) % options.length;
    mark();
  }

  function onPress(event) {
    const item = event.target.closest('.suggestion');
    event.preventDefault(); // the focus stays in the box
    if (item) choose([...list.children].indexOf(item));
  }

  // A composition that ends is typing; one that goes on is nobody's business.
  const onInput = event => { if (!event.isComposing) update(); };
  const onMove = () => { if (asked && JSON.stringify(trigger()) !== JSON.stringify(asked)) close(); };

  input.addEventListener('input', onInput);
  input.addEventListener('compositionend', update);
  input.addEventListener('click', onMove);
  input.addEventListener('blur', close);
  list.addEventListener('mousedown', onPress);

  return {
    isOpen,
    close,

    // True where the key was for the list.
    onKey(event) {
      if (!isOpen()) return false;
      if (event.key === 'ArrowDown') step(1);
      else if (event.key === 'ArrowUp') step(-1);
      else if (event.key === 'Escape') { left = asked.start; close(); }
      // What is there in full already needs no choice: Enter sends.
      else if (event.key === 'Enter' && !event.shiftKey && chosen >= 0 && !isTyped()) choose(chosen);
      else if (event.key === 'Tab' && !event.shiftKey) choose(Math.max(0, chosen));
      else {
        if (['ArrowLeft', 'ArrowRight', 'Home', 'End', 'Enter'].includes(event.key)) close();
        return false;
      }
      return true;
    },
  };
}

function typedBehindSign({ value, selectionStart, selectionEnd }) {
  if (selectionStart !== selectionEnd || selectionStart > 16_000) return null;
  const before = value.slice(0, selectionStart);
  if (/^\/[a-z]*$/i.test(before)) return { sign: '/', start: 0, part: before.slice(1) };
  const found = PART.exec(before.slice(-64));
  if (!found || isInCode(before)) return null;
  const [, sign = found[3], part = found[4]] = found;
  // One sign says little: the list of emoji begins with two, or with one that means a word.
  if (sign === ':' && part.length < 2 && /^\w/.test(part)) return null;
  return { sign, start: selectionStart - part.length - 1, part };
}

// The tools of the composer: the bar of marks with its keys, the preview, and the picker of emoji.

import { isLost } from './connection.js';
import { pickBeside } from './emoji-picker.js';
import { format } from './formatting.js';
import { replace } from './textedit.js';

export function composerTools(form, input, { asMessage, render }) {
  const bar = form.querySelector('.format-bar');
  const preview = form.querySelector('.composer-preview');
  const toggle = form.querySelector('[data-preview]');
  const buttons = [...bar.querySelectorAll('[data-format]')];

  const isPreviewing = () => !preview.hidden;

  async function openPreview() {
    if (!input.value.trim() || isLost()) return;
    const shown = asMessage(input.value);
    const html = await render(shown);
    if (html === null || isPreviewing()) return;
    preview.innerHTML = html; // the renderer's own: the same that readers will get
    preview.hidden = false;
    input.hidden = true;
    toggle.setAttribute('aria-pressed', 'true');
    preview.focus();
  }

  function closePreview() {
    if (!isPreviewing()) return;
    preview.hidden = true;
    preview.replaceChildren();
    input.hidden = false;
    toggle.setAttribute('aria-pressed', 'false');
    input.focus();
  }

  function onClick(event) {
    const button = event.target.closest('button');
    if (!button) return;
    if (button.dataset.format) {
      closePreview();
      format(input, button.dataset.format);
    } else if (button === toggle) {
      if (isPreviewing()) closePreview(); else openPreview();
    } else if ('pickEmoji' in button.dataset) {
      closePreview();
      const { selectionStart: start, selectionEnd: end } = input;
      pickBeside(button, emoji => replace(input, start, end, emoji));
    } else if ('formatting' in button.dataset) {
      const isOpen = form.classList.toggle('composer-formatting');
      button.setAttribute('aria-expanded', String(isOpen));
    }
  }

  // One stop for Tab; arrows walk the bar.
  function onBarKey(event) {
    const at = buttons.indexOf(event.target.closest('button'));
    const forward = getComputedStyle(bar).direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
    const back = forward === 'ArrowRight' ? 'ArrowLeft' : 'ArrowRight';
    const next = { [forward]: at + 1, [back]: at - 1 + buttons.length, Home: 0, End: buttons.length - 1 }[event.key];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    buttons.forEach((button, index) => { button.tabIndex = index === next % buttons.length ? 0 : -1; });
    buttons[next % buttons.length].focus();
  }

  function onPreviewKey(event) {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    closePreview();
  }

  form.addEventListener('click', onClick);
  bar.addEventListener('keydown', onBarKey);
  preview.addEventListener('keydown', onPreviewKey);
  // Pressing a mark must not take the selection away that it is for.
  bar.addEventListener('mousedown', event => event.preventDefault());

  return { closePreview };
}

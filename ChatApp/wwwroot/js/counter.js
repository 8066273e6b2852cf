// How many characters are left: shown near the limit only.

const SHOW_FROM = 500; // characters left

// Characters as the server counts them: code points, not UTF-16 units.
export const lengthOf = text => [...text].length;

// The form carries limit and words as data-limit, data-left and data-over.
export function showCounter(form, text) {
  const counter = form.querySelector('.counter');
  const left = Number(form.dataset.limit) - lengthOf(text);
  counter.hidden = left > SHOW_FROM;
  counter.classList.toggle('counter-warning', left >= 0);
  counter.classList.toggle('counter-over', left < 0);
  counter.textContent = (left < 0 ? form.dataset.over : form.dataset.left).replace('{0}', Math.abs(left));
}

import { copyText } from './clipboard.js';

// Copies what stands in the field that a button names. Without this script the field can be marked and copied by hand.

for (const button of document.querySelectorAll('[data-copy]')) {
  const field = document.getElementById(button.dataset.copy);
  const words = button.querySelector('span');
  button.hidden = false;
  button.addEventListener('click', async () => {
    field.select();
    if (await copyText(field.value)) words.textContent = button.dataset.copied;
  });
}

// Copies what stands in the field that a button names. Without this script the field can be marked and copied by hand.

for (const button of document.querySelectorAll('[data-copy]')) {
  const field = document.getElementById(button.dataset.copy);
  const words = button.querySelector('span');
  button.hidden = false;
  button.addEventListener('click', async () => {
    field.select();
    if (await copy(field.value)) words.textContent = button.dataset.copied;
  });
}

// Sites without TLS have no clipboard; the old way works there.
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return document.execCommand('copy');
  }
}

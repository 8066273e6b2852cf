// Recovery codes: to the clipboard, or on paper.
const codes = () => [...document.querySelectorAll('#recovery-codes code')].map(code => code.textContent).join('\n');

for (const button of document.querySelectorAll('[data-codes]')) {
  button.hidden = button.dataset.codes === 'copy' && !navigator.clipboard;
  button.addEventListener('click', async () => {
    if (button.dataset.codes === 'print') return window.print();
    await navigator.clipboard.writeText(codes());
    button.querySelector('span').textContent = button.dataset.done;
  });
}

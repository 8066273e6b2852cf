// The button that copies a block of code: one for all blocks, in the frame of the one that is pointed at, focused or tapped.

import { copyText } from './clipboard.js';

export function copyButton(button, say) {
  const own = button.cloneNode(true);
  own.addEventListener('click', async () => say(await copyText(own.parentElement.querySelector('code').textContent)));

  return {
    offer(element) {
      const block = element?.closest?.('.message-body pre');
      if (block) { if (own.parentElement !== block) block.append(own); } else if (!own.contains(document.activeElement)) own.remove();
    },
  };
}

// What was sent while there was no connection: seen above the box until it can be handed over, and can be taken back till then.

export function queueList(list) {
  return messages => {
    list.hidden = !messages.length;
    list.replaceChildren(...messages.map(({ key, text }) => {
      const item = document.createElement('li');
      const words = document.createElement('span');
      words.className = 'truncate';
      words.textContent = text;
      const discard = document.createElement('button');
      discard.type = 'button';
      discard.className = 'link-button';
      discard.dataset.discard = key;
      discard.textContent = list.dataset.discardLabel;
      item.append(words, discard);
      return item;
    }));
  };
}

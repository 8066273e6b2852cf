// The menu of a room: opened by the row or the button that stands for it, which says by its data what is chosen now. A row
// opens it with the other button of the mouse, a long touch, or the key for menus.

import { openMenuAt, openMenuBeside, walkMenu } from './popover.js';

export function attach(menu, dotnet) {
  const { opener } = menu.dataset;
  let target = null;

  function offer(element) {
    const { favourite, notices, hasUnread, direct } = element.dataset;
    target = element;
    for (const item of menu.querySelectorAll('[data-choice]')) {
      const { choice, value } = item.dataset;
      if (choice === 'favourite') item.setAttribute('aria-checked', String(favourite === 'true'));
      if (choice === 'notices') item.setAttribute('aria-checked', String(value === notices));
      item.hidden = choice === 'read' && !hasUnread || choice === 'hide' && !direct;
    }
  }

  function onContextMenu(event) {
    const row = event.target.closest?.(`${opener} .room-link`);
    if (!row) return;
    event.preventDefault();
    offer(row);
    const { button, clientX, clientY } = event;
    // A key has no place; the row it is for has the focus.
    const show = () => button === 2 ? openMenuAt(menu, clientX, clientY) : openMenuBeside(menu, row);
    // While the button is down, its release would count as a click beside the menu, which closes it.
    if (event.buttons) window.addEventListener('pointerup', () => setTimeout(show), { once: true });
    else show();
  }

  function onClick(event) {
    const button = event.target.closest(`${opener} [data-room-menu]`);
    if (!button) return;
    offer(button);
    openMenuBeside(menu, button);
  }

  function onChoice(event) {
    const item = event.target.closest('[data-choice]');
    if (!item || !target) return;
    const { choice, value } = item.dataset;
    menu.hidePopover();
    if (target.isConnected) target.focus();
    const wanted = choice === 'favourite' ? String(item.getAttribute('aria-checked') !== 'true') : value ?? null;
    dotnet.invokeMethodAsync('Choose', target.dataset.room, choice, wanted).catch(() => {}); // the banner says that the connection is gone
  }

  document.addEventListener('contextmenu', onContextMenu);
  document.addEventListener('click', onClick);
  menu.addEventListener('click', onChoice);
  menu.addEventListener('keydown', walkMenu);

  return {
    // The menu goes with the page, and its listeners with it.
    dispose() {
      document.removeEventListener('contextmenu', onContextMenu);
      document.removeEventListener('click', onClick);
    },
  };
}

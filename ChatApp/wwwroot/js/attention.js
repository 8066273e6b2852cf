// Whether somebody is at this window: it is visible, has the focus, and was touched since it got it. A window that comes to
// the front by itself is not read by anybody yet.
let touched = false;
const listeners = new Set();

export const isAttentive = () => touched && document.visibilityState === 'visible' && document.hasFocus();

export function onAttention(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const tell = () => listeners.forEach(listener => listener());

function onTouch() {
  if (touched) return;
  touched = true;
  tell();
}

function onLeave() {
  touched = false;
  tell();
}

for (const kind of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart']) {
  window.addEventListener(kind, onTouch, { capture: true, passive: true });
}
window.addEventListener('blur', onLeave);
document.addEventListener('visibilitychange', () => { if (document.visibilityState !== 'visible') onLeave(); });

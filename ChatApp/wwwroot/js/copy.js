import { copyText } from './clipboard.js';

// A field with something to take along: its button copies it.
export function attach(frame, component) {
  const field = frame.querySelector('input');
  const onClick = async event => {
    if (!event.target.closest('[data-copy]')) return;
    const isDone = await copyText(field.value);
    if (!isDone) field.select();
    component.invokeMethodAsync('SayCopied', isDone);
  };
  frame.addEventListener('click', onClick);
  return { dispose: () => frame.removeEventListener('click', onClick) };
}

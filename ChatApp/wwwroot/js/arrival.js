// Whoever goes to a room by the keyboard goes on writing there: the composer of the next room takes the focus. Not on a
// screen that would bring its own keyboard up.

const MOMENT = 5000; // ms in which the room has to come

let until = 0;

export function goTo(href) {
  until = matchMedia('(pointer: coarse)').matches ? 0 : performance.now() + MOMENT;
  Blazor.navigateTo(href);
}

export function mayWriteAtOnce() {
  const may = performance.now() < until;
  until = 0;
  return may;
}

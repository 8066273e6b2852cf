// Tells the others that somebody writes: at most every three seconds, and not for what will be no message.

import { isLost } from './connection.js';

const PAUSE = 3_000; // ms

export function typingNotice(tell) {
  let next = 0;

  return text => {
    const isCommand = text.startsWith('/') && !text.startsWith('//');
    if (!text.trim() || isCommand || isLost() || performance.now() < next) return;
    next = performance.now() + PAUSE;
    tell();
  };
}

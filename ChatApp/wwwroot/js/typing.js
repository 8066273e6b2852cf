// Tells the others that somebody writes: at most every three seconds, and not for what will be no message.

import { isLost } from './connection.js';

const PAUSE = 3_000; // ms

export function typingNotice(tell) {
  let next = 0;

  return {
    note(text) {
      const isCommand = text.startsWith('/') && !text.startsWith('//');
      if (!text.trim() || isCommand || isLost() || performance.now() < next) return;
      next = performance.now() + PAUSE;
      tell();
    },

    // What is sent is not written any more: the next word is the beginning of another message.
    end() { next = 0; },
  };
}

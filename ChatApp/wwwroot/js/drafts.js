// What somebody has begun to write, by person and room, or thread: theirs alone where others use the same browser. It survives the tab,
// the browser, signing out and the server.

const MAX = 200; // drafts in one browser; the oldest go first
const PREFIX = 'draft:';

export function draftOf(writer, room) {
  const name = `${PREFIX}${writer}:${room}`;

  function write(text, reply) {
    if (!text && !reply) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify({ text, reply, at: Date.now() }));
    // The browser tells other windows by itself, and this one not.
    document.dispatchEvent(new CustomEvent('draft-kept', { detail: { name, isKept: Boolean(text || reply) } }));
  }

  return {
    read() {
      return parse(localStorage.getItem(name));
    },

    keep(text, reply) {
      try {
        write(text, reply);
      } catch (fault) {
        // The browser keeps no more: what is oldest makes place. Where that is not enough, the text is in its box still.
        if (fault.name !== 'QuotaExceededError') throw fault;
        forgetOldest(MAX / 2);
        try { write(text, reply); } catch { console.warn('The browser has no place left for drafts.'); }
      }
    },

    // Another window of the same person changed it: `take` gets what it was and what it is.
    watch(take) {
      const onStorage = event => { if (event.key === name) take(parse(event.oldValue), parse(event.newValue)); };
      window.addEventListener('storage', onStorage);
      return () => window.removeEventListener('storage', onStorage);
    },
  };
}

// The rooms in which a person has begun to write.
export const roomsWithDraft = writer => new Set(Object.keys(localStorage).filter(name => name.startsWith(`${PREFIX}${writer}:`)).map(roomOf));

export const isDraft = (name, writer) => name?.startsWith(`${PREFIX}${writer}:`) === true;

export const roomOf = name => name.slice(name.lastIndexOf(':') + 1);

function parse(kept) {
  const { text = '', reply = null } = kept ? JSON.parse(kept) : {};
  return { text, reply };
}

export function forgetOldest(most) {
  const names = Object.keys(localStorage).filter(name => name.startsWith(PREFIX));
  if (names.length <= most) return;
  const at = name => JSON.parse(localStorage.getItem(name)).at ?? 0;
  names.sort((one, other) => at(other) - at(one)).slice(most).forEach(name => localStorage.removeItem(name));
}

forgetOldest(MAX);

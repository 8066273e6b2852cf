// Starts the circuit, and makes the best of losing it: the page keeps what was typed, tries again with growing pauses,
// and comes back by itself after a restart of the server.
const banner = document.getElementById('components-reconnect-modal');
const countdown = document.getElementById('components-seconds-to-next-attempt');

let attempt = 0;
let running = false;

const states = ['show', 'hide', 'failed', 'rejected'];
function show(state) {
  for (const other of states) banner.classList.toggle(`components-reconnect-${other}`, other === state);
}

// Full jitter, so that a thousand pages do not come back in the same second.
const pauseFor = n => Math.random() * Math.min(20_000, 500 * 2 ** n);

async function wait(milliseconds) {
  for (let left = Math.ceil(milliseconds / 1000); left > 0; left--) {
    countdown.textContent = String(left);
    await new Promise(done => setTimeout(done, Math.min(1000, milliseconds)));
  }
}

async function reconnect() {
  if (running) return;
  running = true;
  show('show');
  for (attempt = 0; running; attempt++) {
    await wait(pauseFor(attempt));
    try {
      // True: the old page lives on. False: the server knows it no longer, so load a new one; drafts are kept.
      if (await Blazor.reconnect()) {
        running = false;
        show('hide');
        // Calls that were under way when the connection broke are never answered: their owners begin anew.
        document.dispatchEvent(new Event('connection-back'));
      } else {
        location.reload();
        return;
      }
    } catch {
      // Not reachable yet.
    }
  }
}

Blazor.start({
  circuit: {
    reconnectionHandler: {
      onConnectionDown: () => { reconnect(); },
      onConnectionUp: () => { running = false; show('hide'); },
    },
  },
});

document.addEventListener('click', event => {
  if (event.target.closest('[data-reconnect]')) location.reload();
});

// An address inside a drawer or menu was followed: the drawer has done its work.
document.addEventListener('click', event => {
  if (event.target.closest('[popover] a')) event.target.closest('[popover]').hidePopover?.();
});

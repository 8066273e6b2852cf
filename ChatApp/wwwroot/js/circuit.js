// Starts the circuit, and makes the best of losing it: the page keeps what was typed, tries again with growing pauses,
// goes on where it was, and where the server knows it no longer, comes back by itself to the same room, place and draft.
const banner = document.getElementById('components-reconnect-modal');
const countdown = document.getElementById('components-seconds-to-next-attempt');
const broken = document.getElementById('blazor-error-ui');

let isReturning = false;
let losses = 0;
let isLeaving = false;
let hurry = () => {};

// Full jitter, so that a thousand pages do not come back in the same second.
const pauseFor = n => Math.random() * Math.min(20_000, 500 * 2 ** n);

const tell = event => document.dispatchEvent(new Event(event));

function showLost(isLost) {
  banner.classList.toggle('components-reconnect-show', isLost);
  tell(isLost ? 'connection-lost' : 'connection-back');
}

// Until the time is over, or somebody or something says that now is a good moment.
async function wait(milliseconds) {
  let isOver = false;
  const end = Date.now() + milliseconds;
  while (!isOver && Date.now() < end) {
    const left = Math.ceil((end - Date.now()) / 1000);
    countdown.textContent = String(left);
    banner.classList.toggle('components-reconnect-retrying', left > 1);
    await new Promise(done => {
      const timer = setTimeout(done, Math.min(1000, end - Date.now()));
      hurry = () => { clearTimeout(timer); isOver = true; done(); };
    });
  }
  hurry = () => {};
  banner.classList.remove('components-reconnect-retrying');
}

async function reconnect() {
  if (isReturning || isLeaving) return;
  isReturning = true;
  showLost(true);
  for (let attempt = 0; isReturning; attempt++) {
    await wait(pauseFor(attempt));
    const before = losses;
    try {
      // False: the server does not know the page any longer.
      if (!await Blazor.reconnect()) return await loadAnew();
      if (losses > before) continue;
      isReturning = false;
      // Calls that were under way when the connection broke are never answered: their owners begin anew.
      showLost(false);
    } catch (problem) {
      // Otherwise it is only not reachable yet.
      if (neverBegan(problem)) return await loadAnew();
    }
  }
}

// Lost so early that the server has not told the page its name: there is nothing to go on with.
const neverBegan = problem => problem?.message?.includes('not initialized') || problem?.errorType === 'FailedToNegotiateWithServerError' && !isReturning;

// A page that cannot go on is loaded anew, but not before the server is there: the browser's own error page would never
// come back. One that breaks again and again waits longer each time.
async function loadAnew() {
  if (isLeaving) return;
  isLeaving = true;
  showLost(true);
  const last = JSON.parse(sessionStorage.getItem('returned') ?? '{"at":0}');
  const count = Date.now() - last.at < 60_000 ? last.count + 1 : 0;
  if (count > 0) await wait(pauseFor(count + 1));
  for (let attempt = 1; !await isReachable(); attempt++) await wait(pauseFor(attempt));
  sessionStorage.setItem('returned', JSON.stringify({ at: Date.now(), count }));
  location.reload();
}

// Its own words, and not those of a proxy in front of it.
async function isReachable() {
  try {
    const answer = await fetch('/health', { cache: 'no-store' });
    return answer.headers.get('content-type')?.includes('json') === true;
  } catch {
    return false;
  }
}

// The framework shows this element where a circuit cannot begin or has failed, and where a try to reconnect went wrong.
new MutationObserver(() => {
  if (broken.style.display !== 'block') return;
  if (isReturning) broken.style.display = 'none';
  else loadAnew();
}).observe(broken, { attributes: true, attributeFilter: ['style'] });
window.addEventListener('unhandledrejection', event => { if (neverBegan(event.reason)) loadAnew(); });

window.addEventListener('online', () => hurry());
window.addEventListener('focus', () => hurry());
document.addEventListener('visibilitychange', () => { if (!document.hidden) hurry(); });

Blazor.start({
  circuit: {
    reconnectionHandler: {
      onConnectionDown: () => {
        losses++;
        reconnect();
      },
      onConnectionUp: () => {},
    },
  },
});

document.addEventListener('click', event => {
  const action = event.target.closest('[data-reconnect]')?.dataset.reconnect;
  if (action === 'now') hurry();
  if (action === 'reload') location.reload();
});

// An address inside a drawer or menu was followed: the drawer has done its work.
document.addEventListener('click', event => {
  if (event.target.closest('[popover] a')) event.target.closest('[popover]').hidePopover?.();
});

// The server calls this when the sign-in of the page is over. Where it was ended by the page's own form, that leads the way;
// and should the form get no answer, nobody stays on a page that is dead.
let isSigningOut = false;
document.addEventListener('submit', event => { isSigningOut ||= event.target.getAttribute('action') === '/account/logout'; });
window.signInAnew = () => { setTimeout(() => location.assign('/account/login'), isSigningOut ? 10_000 : 0); };

// The server calls this when other looks were chosen elsewhere.
window.wearLooks = looks => {
  const { dataset } = document.documentElement;
  for (const [name, value] of Object.entries(looks)) if (value) dataset[name] = value; else delete dataset[name];
};

// The server calls this when a page that had too many beside it may come to life.
window.comeBack = () => { loadAnew(); };

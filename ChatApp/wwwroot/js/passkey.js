// Passkeys: asks the server for options and the browser for the passkey, and sends the form with what it says.
const isAble = typeof window.PublicKeyCredential?.parseRequestOptionsFromJSON === 'function' && Boolean(navigator.credentials);

// Long before the server's options are too old.
const MillisecondsBetweenOptions = 10 * 60_000;

let asking = new AbortController();

async function optionsFor(form, use) {
  const body = new FormData();
  body.set('__RequestVerificationToken', form.elements.__RequestVerificationToken.value);
  body.set('use', use);
  const answer = await fetch('/account/passkey/options', { method: 'POST', body });
  if (!answer.ok) throw new Error(`no options: ${answer.status}`);
  return answer.json();
}

async function ask(box, mediation) {
  const form = box.closest('form');
  const use = box.dataset.passkey;
  // The browser asks one thing at a time.
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  const { options, state } = await optionsFor(form, use);
  const credential = use === 'add'
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options), signal })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options), mediation, signal });
  form.elements.credential.value = JSON.stringify(credential);
  form.elements.state.value = state;
  // Past the browser's own checks: a passkey stands in for the fields that are empty.
  form.submit();
}

function say(box, what) {
  for (const line of box.querySelectorAll('[data-passkey-says]')) line.hidden = line.dataset.passkeySays !== what;
}

async function askByButton(box) {
  say(box, null);
  if (box.dataset.passkey === 'add' && !box.closest('form').reportValidity()) return;
  try {
    await ask(box);
  } catch (problem) {
    if (problem.name !== 'AbortError') say(box, problem.name === 'InvalidStateError' ? 'known' : 'failed');
  }
}

// Among the suggestions of the address field, for whoever does not know that a button is there.
async function suggest(box) {
  if (!await PublicKeyCredential.isConditionalMediationAvailable?.()) return;
  const again = setTimeout(() => suggest(box), MillisecondsBetweenOptions);
  try {
    await ask(box, 'conditional');
  } catch {
    // Nobody has asked for it: whoever wants to know presses the button.
    clearTimeout(again);
  }
}

for (const box of document.querySelectorAll('[data-passkey]')) {
  if (!isAble) {
    say(box, 'unable');
    continue;
  }
  const button = box.querySelector('button');
  button.hidden = false;
  button.addEventListener('click', () => askByButton(box));
  if (box.dataset.passkey === 'sign-in') suggest(box);
}

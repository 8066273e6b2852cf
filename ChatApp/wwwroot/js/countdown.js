// Counts down what the server said is left, in the two largest units and the page's language.

const UNITS = [['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]];

export function words(milliseconds) {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const first = Math.max(0, UNITS.findIndex(([, size]) => seconds >= size));
  const start = seconds === 0 ? UNITS.length - 1 : first;
  const name = (value, unit) => new Intl.NumberFormat(document.documentElement.lang, { style: 'unit', unit, unitDisplay: 'short' }).format(value);
  let rest = seconds;
  const parts = [];
  for (const [unit, size] of UNITS.slice(start, start + 2)) {
    const value = Math.floor(rest / size);
    rest -= value * size;
    if (value || !parts.length) parts.push(name(value, unit));
  }
  return parts.join(' ');
}

export function attach(element) {
  const end = Date.now() + Number(element.dataset.left);
  const tick = () => {
    const left = end - Date.now();
    element.textContent = words(left);
    if (left <= 0) clearInterval(timer);
  };
  const timer = setInterval(tick, 1000);
  tick();
  return { dispose: () => clearInterval(timer) };
}

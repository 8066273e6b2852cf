// Whether the page has lost its circuit, as the banner says it: a call would be refused or never be answered.
export const isLost = () => document.getElementById('components-reconnect-modal').classList.contains('components-reconnect-show');

// Keys of the page of a drive. Fields keep the keys that they use themselves.

const FIELDS = 'input:not([type="checkbox"]), select, textarea';
const OWN_SPACE = "button, a, summary, input";

export function keysOn(stage, acts) {
  addEventListener("keydown", (event) => {
    if (event.target.closest(FIELDS)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const act = acts[nameOf(event)];
    if (!act || event.altKey) return;
    if (event.key === " " && event.target.closest(OWN_SPACE)) return;
    if (["Home", "End", "PageUp", "PageDown"].includes(event.key) && !stage.contains(event.target)) return;
    event.preventDefault();
    act();
  });
}

function nameOf(event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const named = key.length > 1 || /[a-z]/.test(key);
  return `${event.ctrlKey || event.metaKey ? "Ctrl " : ""}${event.shiftKey && named ? "Shift " : ""}${key}`;
}

// Wheel, drag, pinch and keys.

const PAGE_SCROLL_MS = 250;
const LEAST_SPREAD = 20;
// Keys that nothing else on the page uses: they work wherever the focus is. The others scroll what has it.
const ANYWHERE = new Set(["ArrowLeft", "ArrowRight", "+", "=", "-", "0", ",", ".", "n", "p"]);

export function wheelOn(stage, view, timeAt) {
  // A page that is being scrolled goes on scrolling when the timeline comes under the pointer.
  let scrolledAt = -Infinity;
  addEventListener("wheel", (event) => {
    if (!stage.contains(event.target)) scrolledAt = event.timeStamp;
  }, { passive: true });
  stage.addEventListener("wheel", (event) => {
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 18 : 1;
    const [dx, dy] = [event.deltaX * pixels, event.deltaY * pixels];
    if (event.timeStamp - scrolledAt < PAGE_SCROLL_MS) {
      scrolledAt = event.timeStamp;
      return;
    }
    const sideways = event.shiftKey || Math.abs(dx) > Math.abs(dy);
    if (!sideways && dy > 0 && view.isWhole) return;
    event.preventDefault();
    if (sideways) view.move(((dx || dy) / stage.clientWidth) * view.span);
    else view.zoom(Math.exp(dy * 0.0016), timeAt(event));
  }, { passive: false });
}

// A drag moves the view, unless `grab` takes hold of it.
export function dragOn(stage, view, { timeAt, point, leave, click, grab }) {
  const fingers = new Map();
  let from = null;
  let held = null;
  const positions = () => {
    const xs = [...fingers.values()].map((finger) => finger.clientX);
    return { count: xs.length, middle: xs.reduce((a, b) => a + b, 0) / xs.length, spread: Math.abs(xs[0] - (xs[1] ?? xs[0])) };
  };
  const begin = () => {
    from = { t0: view.t0, span: view.span, ...positions() };
  };
  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    fingers.set(event.pointerId, event);
    stage.setPointerCapture(event.pointerId);
    begin();
    held?.cancel();
    held = fingers.size === 1 ? grab(event) : null;
    point(event);
  });
  stage.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) {
      point(event);
      return;
    }
    fingers.set(event.pointerId, event);
    const { count, middle, spread } = positions();
    if (count === 1 && Math.abs(middle - from.middle) < 4 && !stage.classList.contains("dragging")) return;
    stage.classList.add("dragging");
    if (held !== null) {
      held.move(timeAt(event));
      point(event);
      return;
    }
    const span = count > 1 ? (from.span * Math.max(LEAST_SPREAD, from.spread)) / Math.max(LEAST_SPREAD, spread) : from.span;
    const box = stage.getBoundingClientRect();
    const gutter = Number(stage.dataset.gutter);
    const width = box.width - gutter;
    const anchor = from.t0 + ((from.middle - box.left - gutter) / width) * from.span;
    const t0 = anchor - ((middle - box.left - gutter) / width) * span;
    view.show(t0, t0 + span);
    point(event);
  });
  const release = (event) => {
    if (!fingers.delete(event.pointerId)) return;
    if (fingers.size) {
      begin();
      return;
    }
    const moved = stage.classList.contains("dragging");
    if (!moved && event.type === "pointerup") click(event);
    if (moved && event.type === "pointerup") held?.end();
    else held?.cancel();
    held = null;
    stage.classList.remove("dragging");
  };
  stage.addEventListener("pointerup", release);
  stage.addEventListener("pointercancel", release);
  // A finger that is lifted leaves what it touched to be read.
  stage.addEventListener("pointerleave", (event) => {
    if (event.pointerType === "mouse") leave();
  });
  stage.addEventListener("dblclick", (event) => view.zoom(0.4, timeAt(event)));
}

export function keysOn(stage, view, { step, neighbour }) {
  const keys = {
    ArrowLeft: () => view.move(-0.1 * view.span),
    ArrowRight: () => view.move(0.1 * view.span),
    PageUp: () => view.move(-0.9 * view.span),
    PageDown: () => view.move(0.9 * view.span),
    Home: () => view.show(view.start, view.start + view.span),
    End: () => view.show(view.end - view.span, view.end),
    "+": () => view.zoom(1 / 1.5),
    "=": () => view.zoom(1 / 1.5),
    "-": () => view.zoom(1.5),
    0: () => view.fly(view.start, view.end),
    ",": () => step(-1),
    ".": () => step(1),
    n: () => neighbour(1),
    p: () => neighbour(-1),
  };
  addEventListener("keydown", (event) => {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const act = keys[key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!ANYWHERE.has(key) && !stage.contains(event.target)) return;
    event.preventDefault();
    act();
  });
}

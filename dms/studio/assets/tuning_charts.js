// Charts of a study: misses against false alarms, and each figure in the order of trying.

const SVG = "http://www.w3.org/2000/svg";
const NICE = [1, 2, 2.5, 5, 10];

function drawn(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// A step that a person would choose, for about five of them between 0 and `span`.
function stepFor(span) {
  const power = 10 ** Math.floor(Math.log10(span / 5));
  return power * NICE.find((nice) => power * nice >= span / 5 - 1e-12);
}

// An axis from at most `least` to at least `most`, ending at ticks.
function axisOf(values, least, most) {
  const [low, high] = [Math.min(least, ...values), Math.max(most, ...values)];
  const step = stepFor(high - low || 1);
  const [from, to] = [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step];
  const ticks = Array.from({ length: Math.round((to - from) / step) + 1 }, (_, index) => Number((from + index * step).toPrecision(8)));
  return { from, to, ticks };
}

export const signed = (value) => String(value).replace("-", "−");

class Plane {
  // `width`: as many units as it has pixels, so that its texts are as large as others.
  constructor(svg, x, y, words, width) {
    const height = Number(svg.dataset.high);
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    Object.assign(this, { x, y, left: 52, right: width - 12, top: 12, bottom: height - 42 });
    this.svg = svg;
    svg.replaceChildren();
    for (const tick of x.ticks) {
      this.#line(this.placeX(tick), this.top, this.placeX(tick), this.bottom);
      this.text(this.placeX(tick), this.bottom + 16, words.xTick?.(tick) ?? signed(tick), "middle");
    }
    for (const tick of y.ticks) {
      this.#line(this.left, this.placeY(tick), this.right, this.placeY(tick));
      this.text(this.left - 6, this.placeY(tick) + 4, words.yTick?.(tick) ?? signed(tick), "end");
    }
    svg.append(drawn("path", { class: "axis", d: `M${this.left} ${this.top} V${this.bottom} H${this.right}` }));
    this.text((this.left + this.right) / 2, height - 6, words.x, "middle");
    if (words.y) {
      const middle = (this.top + this.bottom) / 2;
      svg.append(drawn("text", { x: 12, y: middle, "text-anchor": "middle", transform: `rotate(-90 12 ${middle})` }, words.y));
    }
  }

  placeX(value) {
    return this.left + ((value - this.x.from) / (this.x.to - this.x.from || 1)) * (this.right - this.left);
  }

  placeY(value) {
    return this.bottom - ((value - this.y.from) / (this.y.to - this.y.from || 1)) * (this.bottom - this.top);
  }

  dot(x, y, radius, className) {
    const made = drawn("circle", { cx: this.placeX(x).toFixed(1), cy: this.placeY(y).toFixed(1), r: radius, class: className });
    this.svg.append(made);
    return made;
  }

  text(x, y, words, anchor, className = "") {
    this.svg.append(drawn("text", { x: x.toFixed(1), y: y.toFixed(1), "text-anchor": anchor, class: className }, words));
  }

  path(points, className) {
    const d = points.map(([x, y], index) => `${index ? "L" : "M"}${this.placeX(x).toFixed(1)} ${this.placeY(y).toFixed(1)}`).join("");
    this.svg.append(drawn("path", { class: className, d }));
  }

  #line(x1, y1, x2, y2) {
    this.svg.append(drawn("line", { class: "grid", x1, y1, x2, y2 }));
  }
}

const missShare = ({ labels, misses }) => (labels ? misses / labels : 0);

// Misses go up, false alarms to the right: the nearer to the corner at the bottom left, the better. `pick(trial)` hears of clicks.
export function drawFront(svg, { tried, front, unchanged }, picked, pick) {
  const full = tried.filter((one) => one.length > 1 && one[1] !== null);
  const sides = front.map((pack) => pack.tuning);
  const now = unchanged?.tuning;
  const known = now ? [...sides, now] : sides;
  const x = axisOf([...full.map((one) => one[2] ?? 0), ...known.map((side) => side.false_per_hour ?? 0)], 0, 1);
  const y = axisOf([...full.map((one) => 100 * one[1]), ...known.map((side) => 100 * missShare(side))], 0, 10);
  const plane = new Plane(svg, x, y, { x: "false alarms an hour", y: "labels missed", yTick: (tick) => `${tick} %` }, svg.clientWidth || 520);
  for (const [, missed, alarms] of full) plane.dot(alarms ?? 0, 100 * missed, 3, "tried");
  if (now) plane.dot(now.false_per_hour ?? 0, 100 * missShare(now), 8, "now");
  const places = new Set();
  for (const pack of front) {
    const at = [pack.tuning.false_per_hour ?? 0, 100 * missShare(pack.tuning)];
    const dot = plane.dot(...at, pack.trial === picked ? 7 : 5, `on-front${pack.trial === picked ? " picked" : ""}`);
    dot.addEventListener("click", () => pick(pack.trial));
    dot.append(drawn("title", {}, `pack ${pack.number}`));
    const place = at.map((value) => value.toFixed(2)).join();
    if (!places.has(place)) plane.text(plane.placeX(at[0]) + 8, plane.placeY(at[1]) - 6, String(pack.number), "start", "named");
    places.add(place);
  }
}

// A figure of all packs in the order of trying, and the least of it so far.
export function drawHistory(svg, tried, column, words, unit, width) {
  const known = tried.filter((one) => one.length > 1 && one[column] !== null).map((one) => [one[0], one[column] * (unit === " %" ? 100 : 1)]);
  const values = known.map(([, value]) => value);
  const least = column === 3 ? Math.min(0, ...values) : 0;
  const plane = new Plane(svg, axisOf([tried.length], 0, 8), axisOf(values, least, column === 3 ? 0.1 : 1), {
    x: words, yTick: (tick) => `${signed(tick)}${unit}`,
  }, width);
  let best = Infinity;
  const steps = [];
  for (const [number, value] of known) {
    plane.dot(number, value, 2.5, "tried");
    if (value < best) {
      if (steps.length) steps.push([number, best]);
      best = value;
      steps.push([number, best]);
    }
  }
  if (steps.length) plane.path([...steps, [tried.length, best]], "best");
  return best;
}

// The last minute of a few cues, a strip for each: fixed scales, so that the same height always means the same.

import { palette, readPalette, zoneColour } from "../report/palette.js";
import { node } from "../report/words.js";

const SPAN_S = 60;
// Of a point: the time, the zone, the level of the worst alert; then the cues.
const [T, ZONE, LEVEL, FIRST] = [0, 1, 2, 3];
const GAP_S = 1;
const HIGH_PX = 34;
const percent = (value) => `${Math.round(value * 100)} %`;
const degrees = (value) => `${Math.round(value)}°`;
const KNOWN = {
  head_away_deg: { name: "head from the road", from: 0, to: 60, colour: "yaw", told: degrees },
  gaze_away_deg: { name: "gaze from the road", from: 0, to: 60, colour: "pitch", told: degrees },
  openness: { name: "eyes open", from: 0, to: 1.2, colour: "eyes", told: percent },
  perclos_60s: { name: "PERCLOS, a minute", from: 0, to: 0.4, colour: "perclos", told: percent },
  mouth_openness: { name: "mouth open", from: 0, to: 1, colour: "mouth", told: (value) => value.toFixed(2) },
  kss: { name: "sleepiness (KSS)", from: 1, to: 9, colour: "kss", told: (value) => value.toFixed(1) },
  speed_kph: { name: "speed", from: 0, to: 140, colour: "speed", told: (value) => `${Math.round(value)} km/h` },
};

export class Charts {
  constructor(place, charted) {
    this.points = [];
    this.looks = stripOf("looks at");
    this.strips = charted.map((name, index) => ({ ...stripOf(KNOWN[name].name), ...KNOWN[name], at: FIRST + index }));
    place.replaceChildren(this.looks.made, ...this.strips.map((strip) => strip.made));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  clear() {
    this.points = [];
  }

  // A drive that begins anew begins its clock anew.
  add(points) {
    for (const point of points) {
      if (point[T] === null) continue;
      if (this.points.length && point[T] < this.points.at(-1)[T]) this.clear();
      this.points.push(point);
    }
    const from = (this.points.at(-1)?.[T] ?? 0) - SPAN_S;
    while (this.points.length && this.points[0][T] < from) this.points.shift();
  }

  name({ looks_at: looks }) {
    this.looks.value.textContent = looks ?? "unknown";
    for (const { at, value, told } of this.strips) {
      const newest = this.points.at(-1)?.[at] ?? null;
      value.textContent = newest === null ? "unknown" : told(newest);
    }
  }

  draw() {
    readPalette();
    this.#drawLooks();
    for (const strip of this.strips) this.#drawStrip(strip);
  }

  #drawLooks() {
    const { context, width, height } = fitted(this.looks.canvas);
    const x = this.#across(width);
    this.points.forEach((point, index) => {
      const until = Math.min(this.points[index + 1]?.[T] ?? point[T], point[T] + GAP_S);
      const wide = x(until) - x(point[T]) + 0.5;
      if (point[ZONE] !== null) {
        context.fillStyle = zoneColour(point[ZONE]);
        context.fillRect(x(point[T]), 4, wide, height - 12);
      }
      if (point[LEVEL] !== null && palette[point[LEVEL]]) {
        context.fillStyle = palette[point[LEVEL]];
        context.fillRect(x(point[T]), height - 6, wide, 5);
      }
    });
  }

  #drawStrip({ canvas, from, to, colour, at, told }) {
    const { context, width, height } = fitted(canvas);
    context.fillStyle = palette.muted;
    context.font = "9px system-ui, sans-serif";
    context.fillText(told(to), 0, 9);
    context.fillText(told(from), 0, height - 3);
    const x = this.#across(width);
    const y = (value) => height - 2 - (Math.min(Math.max((value - from) / (to - from), 0), 1)) * (height - 5);
    context.strokeStyle = palette[colour];
    context.lineWidth = 1.5;
    context.beginPath();
    let before = null;
    for (const point of this.points) {
      const value = point[at];
      const joined = before !== null && point[T] - before <= GAP_S;
      if (value !== null) context[joined ? "lineTo" : "moveTo"](x(point[T]), y(value));
      before = value === null ? null : point[T];
    }
    context.stroke();
  }

  #across(width) {
    const end = this.points.at(-1)?.[T] ?? 0;
    return (t) => width - ((end - t) / SPAN_S) * width;
  }
}

function stripOf(name) {
  const canvas = node("canvas");
  canvas.setAttribute("aria-hidden", "true");
  const value = node("strong", "", "unknown");
  return { canvas, value, made: node("div", "strip", node("p", "", name, value), canvas) };
}

function fitted(canvas) {
  const ratio = devicePixelRatio || 1;
  const width = canvas.clientWidth;
  const [wide, high] = [Math.round(width * ratio), Math.round(HIGH_PX * ratio)];
  if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, HIGH_PX);
  return { context, width, height: HIGH_PX };
}

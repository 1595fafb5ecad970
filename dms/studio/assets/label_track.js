// The row in which labels are drawn, moved and resized. Labels that overlap lie in lines below each other.

import { palette } from "../report/palette.js";
import { rounded } from "./label_store.js";

const LINE_HIGH = 22;
const LEAST_HIGH = 40;
const EDGE = 7;
const LEAST_S = 0.04;

export class LabelTrack {
  // `store`: the labels; `limits`: when the drive begins and ends; `nextKind()`: of what kind the next one is; `picked(label, instead)` hears what a drag
  // came to, `refused(words)` why none is possible.
  constructor(store, { limits, nextKind, picked, refused }) {
    Object.assign(this, { store, limits, nextKind, picked, refused });
    this.name = "Labels";
    this.drawn = null;
    this.begun = null;
    this.selected = null;
    this.stack();
  }

  // Lines for all labels, as few as they need. Returns whether the height has changed.
  stack() {
    const before = this.height;
    const ends = [];
    this.placed = this.store.labels.map((label) => {
      let line = ends.findIndex((end) => end <= label.t);
      if (line < 0) line = ends.length;
      ends[line] = label.end;
      return { label, line };
    });
    this.height = Math.max(LEAST_HIGH, ends.length * LINE_HIGH + 6);
    return before !== this.height;
  }

  draw(frame, boxes) {
    const { context } = frame;
    this.frame = frame;
    context.font = "11px system-ui, sans-serif";
    context.textBaseline = "middle";
    context.textAlign = "left";
    for (const { label, line } of this.placed) {
      if (label === this.drawn?.instead || !frame.shows(label.t, label.end)) continue;
      const [x, width] = this.#band(frame, label);
      this.#drawBand(context, label, x, width, line, label === this.selected);
      boxes.push({ x, y: 3 + line * LINE_HIGH, width, height: LINE_HIGH - 4, item: { type: "editable", label } });
    }
    const shown = this.drawn?.label ?? this.begun;
    if (shown) this.#drawBand(context, shown, ...this.#band(frame, shown), this.#lineOf(this.drawn?.instead), true);
  }

  // A drag in the row: of an edge, of a whole label, or of a new one.
  grab(x, y, t, reach) {
    const found = this.#labelAt(x, y, reach);
    if (found?.inside) {
      return { move: () => this.refused("This label is in the drive itself, which the studio does not change."), end() {}, cancel() {} };
    }
    const made = found ? this.#edited(found, x, t) : (to) => this.#made(this.#within(t), this.#within(to));
    return {
      move: (to) => {
        this.drawn = { label: made(to), instead: found };
      },
      end: () => {
        const { label } = this.drawn ?? {};
        this.drawn = null;
        if (label) this.picked(label, found);
      },
      cancel: () => {
        this.drawn = null;
      },
    };
  }

  say(i, t) {
    const here = this.store.labels.filter((label) => label.t <= t && t <= label.end);
    return here.map((label) => label.kind).join(", ");
  }

  #made(from, to) {
    const [t, end] = [Math.min(from, to), Math.max(from, to)].map(rounded);
    return { t, end: Math.max(end, rounded(t + LEAST_S)), kind: this.nextKind(), note: "", ...(this.nextKind() === "kss" ? { value: 7 } : {}) };
  }

  #edited(label, x, begun) {
    const [left, width] = this.#band(this.frame, label);
    const near = Math.min(EDGE, width / 3);
    const least = Math.min(LEAST_S, label.end - label.t);
    if (x < left + near) return (to) => ({ ...label, t: rounded(Math.min(this.#within(label.t + to - begun), label.end - least)) });
    if (x > left + width - near) {
      return (to) => ({ ...label, end: rounded(Math.max(this.#within(label.end + to - begun), label.t + least)) });
    }
    return (to) => {
      const t = Math.min(this.#within(label.t + to - begun), this.limits[1] - (label.end - label.t));
      return { ...label, t: rounded(t), end: rounded(t + label.end - label.t) };
    };
  }

  #within(t) {
    return Math.min(Math.max(t, this.limits[0]), this.limits[1]);
  }

  #labelAt(x, y, reach) {
    const away = ({ label, line }) => {
      const [left, width] = this.#band(this.frame, label);
      const [top, bottom] = [line * LINE_HIGH, (line + 1) * LINE_HIGH + 3];
      return y < top || y > bottom ? Infinity : Math.max(left - x, x - left - width, 0);
    };
    const nearest = this.placed.map((one) => [away(one), one.label]).sort(([a], [b]) => a - b)[0];
    return nearest && nearest[0] <= Math.max(3, reach) ? nearest[1] : null;
  }

  #lineOf(label) {
    return this.placed.find((one) => one.label === label)?.line ?? 0;
  }

  #band(frame, label) {
    const x = frame.x(label.t);
    return [x, Math.max(4, frame.x(label.end) - x)];
  }

  #drawBand(context, label, x, width, line, isSelected) {
    const top = 3 + line * LINE_HIGH;
    const high = LINE_HIGH - 4;
    context.fillStyle = palette.label;
    context.globalAlpha = label.inside ? 0.55 : 1;
    context.fillRect(x, top, width, high);
    context.globalAlpha = 1;
    if (isSelected) {
      context.strokeStyle = palette.accent;
      context.lineWidth = 2;
      context.strokeRect(x - 1, top - 1, width + 2, high + 2);
      context.fillStyle = palette.panel;
      for (const edge of [x + 2, x + width - 4]) if (width > 16) context.fillRect(edge, top + 4, 2, high - 8);
    }
    const words = label.kind + (label.value === undefined ? "" : ` ${label.value}`);
    const short = words.split(".").at(-1).replaceAll("_", " ");
    const left = Math.max(x, 0) + 7;
    context.fillStyle = label.inside ? palette.ink : palette.panel;
    for (const text of [words, short]) {
      if (context.measureText(text).width + 12 > x + width - left + 7) continue;
      context.fillText(text, left, top + high / 2 + 0.5);
      break;
    }
  }
}

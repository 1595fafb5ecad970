// The whole drive in a strip: PERCLOS, labels above, alerts below, and a window on the part that is shown.

import { LEVELS, palette } from "./palette.js";
import { Frame, drawLine } from "./tracks.js";
import { LEAST_SPAN_S } from "./view.js";

const EDGE = 7;

export class Overview {
  constructor(canvas, data, times, perclos, view) {
    Object.assign(this, { canvas, data, times, perclos, view });
    this.height = 46;
    canvas.addEventListener("pointerdown", (event) => this.#grab(event));
    canvas.addEventListener("pointermove", (event) => {
      const [left, right] = this.#window();
      const near = Math.min(Math.abs(event.offsetX - left), Math.abs(event.offsetX - right));
      canvas.style.cursor = near < EDGE ? "ew-resize" : "grab";
    });
  }

  resize(width, ratio) {
    Object.assign(this, { width, ratio });
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    this.canvas.style.height = `${this.height}px`;
    this.redraw();
  }

  // The drive itself changes with size and colours only: it is drawn once, and copied under the window.
  redraw() {
    this.picture = document.createElement("canvas");
    this.picture.width = this.canvas.width;
    this.picture.height = this.canvas.height;
    const context = this.picture.getContext("2d");
    context.scale(this.ratio, this.ratio);
    const whole = { t0: this.view.start, t1: this.view.end, span: this.view.end - this.view.start };
    const frame = new Frame(context, whole, this.times, this.width, this.ratio);
    const high = this.height;
    context.fillStyle = palette.panel;
    context.fillRect(0, 0, this.width, high);
    const y = (share) => high - 12 - Math.min(1, share / 0.4) * (high - 26);
    drawLine(frame, this.perclos, y, palette.perclos, 0);
    for (const label of this.data.labels) {
      const missed = label.verdicts.includes("missed");
      context.fillStyle = missed ? palette.missed : palette.label;
      context.fillRect(frame.x(label.t), missed ? 1 : 4, Math.max(2, frame.x(label.end) - frame.x(label.t)), missed ? 9 : 6);
    }
    for (const pack of this.data.packs) {
      for (const episode of pack.episodes) {
        const tall = 3 + 1.6 * LEVELS.indexOf(episode.level);
        context.fillStyle = palette[episode.level];
        context.fillRect(frame.x(episode.t), high - 1 - tall, Math.max(2, frame.x(episode.end) - frame.x(episode.t)), tall);
      }
    }
    this.draw();
  }

  draw() {
    const context = this.canvas.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(this.picture, 0, 0);
    context.scale(this.ratio, this.ratio);
    const [left, right] = this.#window();
    context.globalAlpha = 0.62;
    context.fillStyle = palette.grid;
    context.fillRect(0, 0, left, this.height);
    context.fillRect(right, 0, this.width - right, this.height);
    context.globalAlpha = 1;
    context.strokeStyle = palette.accent;
    context.lineWidth = 2;
    context.strokeRect(left + 1, 1, Math.max(2, right - left - 2), this.height - 2);
    context.fillStyle = palette.accent;
    for (const x of [left, right - 4]) context.fillRect(x, this.height / 2 - 8, 4, 16);
  }

  #window() {
    const { view } = this;
    const x = (t) => ((t - view.start) / (view.end - view.start)) * this.width;
    return [x(view.t0), x(view.t1)];
  }

  #grab(event) {
    const { view, canvas } = this;
    const [left, right] = this.#window();
    const x = event.offsetX;
    const seconds = (view.end - view.start) / this.width;
    const atLeft = Math.abs(x - left) < EDGE;
    const atRight = Math.abs(x - right) < EDGE;
    if (!atLeft && !atRight && (x < left || x > right)) {
      const middle = view.start + x * seconds;
      view.show(middle - view.span / 2, middle + view.span / 2);
    }
    const from = { x: event.clientX, t0: view.t0, t1: view.t1 };
    const drag = (moved) => {
      const by = (moved.clientX - from.x) * seconds;
      if (atLeft) view.show(Math.min(from.t0 + by, from.t1 - LEAST_SPAN_S), from.t1);
      else if (atRight) view.show(from.t0, Math.max(from.t1 + by, from.t0 + LEAST_SPAN_S));
      else view.show(from.t0 + by, from.t1 + by);
    };
    canvas.setPointerCapture(event.pointerId);
    canvas.addEventListener("pointermove", drag);
    canvas.addEventListener("lostpointercapture", () => canvas.removeEventListener("pointermove", drag), { once: true });
  }
}

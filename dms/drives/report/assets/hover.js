// The cursor: a line through all rows, the values under it beside the rows' names, and what lies under the pointer in a box.

import { palette } from "./palette.js";
import { clock } from "./series.js";
import { TIPS } from "./tips.js";

export class Hover {
  constructor(canvas, tip, live, page) {
    Object.assign(this, { canvas, tip, live, page });
    this.t = null;
    // Where a drive is being played, beside which the pointer is a second cursor; null where it is not.
    this.head = null;
  }

  // The time whose values are told: under the pointer, else where the drive is being played.
  get at() {
    return this.t ?? this.head;
  }

  // The pointer is at x, y of the rows, or nowhere.
  point(x, y, reach) {
    this.t = this.page.view.t0 + (x / this.page.width) * this.page.view.span;
    this.draw();
    this.#show(this.page.itemAt(x, y, reach), x, y);
  }

  // The cursor is at a time, put there by key.
  step(t) {
    this.t = t;
    this.hideTip();
    this.draw();
  }

  leave() {
    this.t = null;
    this.hideTip();
    this.draw();
  }

  hideTip() {
    this.tip.hidden = true;
  }

  say(text) {
    this.live.textContent = text;
  }

  // All values at the cursor, as a sentence for those who hear the page.
  sayValues() {
    const known = this.page.rows.filter((row) => row.say && row.output.textContent);
    const values = known.map((row) => `${row.name} ${row.output.textContent}`);
    this.say(`${clock(this.at)}: ${values.join(", ")}`);
  }

  draw() {
    const { page, canvas } = this;
    const context = canvas.getContext("2d");
    context.setTransform(page.ratio, 0, 0, page.ratio, 0, 0);
    context.clearRect(0, 0, page.width, page.height);
    const { at } = this;
    page.moved?.(at);
    const sample = at === null ? null : page.times.nearest(at);
    for (const row of page.rows) if (row.say) row.output.textContent = at === null ? "" : row.say(sample, at);
    if (this.head !== null) this.#line(context, this.head, palette.accent, 1);
    if (this.t !== null) this.#line(context, this.t, palette.ink, 0.55);
    const x = this.#x(at);
    for (const row of page.rows) if (row.points && sample !== null) this.#dots(context, row, sample, x);
  }

  #x(t) {
    return Math.round(((t - this.page.view.t0) / this.page.view.span) * this.page.width) + 0.5;
  }

  #line(context, t, colour, strength) {
    const x = this.#x(t);
    context.strokeStyle = colour;
    context.globalAlpha = strength;
    context.lineWidth = strength === 1 ? 2 : 1;
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, this.page.height);
    context.stroke();
    context.globalAlpha = 1;
    this.#flag(context, t, x, colour);
  }

  #flag(context, t, x, colour) {
    const text = clock(t, this.page.view.span < 120 ? 2 : 1);
    context.font = "600 11px system-ui, sans-serif";
    const wide = context.measureText(text).width + 10;
    const left = Math.min(Math.max(0, x - wide / 2), this.page.width - wide);
    context.fillStyle = colour;
    context.fillRect(left, 2, wide, 17);
    context.fillStyle = palette.panel;
    context.textBaseline = "middle";
    context.textAlign = "left";
    context.fillText(text, left + 5, 11);
  }

  #dots(context, row, sample, x) {
    for (const { value, colour } of row.points(sample)) {
      if (value === null || !row.y) continue;
      context.fillStyle = palette[colour];
      context.strokeStyle = palette.panel;
      context.lineWidth = 1;
      context.beginPath();
      context.arc(x, row.top + row.y(value), 3.5, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
    }
  }

  #show(item, x, y) {
    const { tip, page } = this;
    if (item === null) {
      this.hideTip();
      return;
    }
    tip.replaceChildren(...TIPS[item.type](item, page.data));
    tip.hidden = false;
    const left = x + 16 + tip.offsetWidth < page.width ? x + 16 : Math.max(0, x - 16 - tip.offsetWidth);
    const top = y + 16 + tip.offsetHeight < page.height ? y + 16 : Math.max(0, y - 16 - tip.offsetHeight);
    tip.style.transform = `translate(${page.gutter + left}px, ${top}px)`;
  }
}

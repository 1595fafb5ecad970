// The timeline: all rows under one view of the drive, the strip of the whole drive above them, and the cursor through them.

import { Hover } from "./hover.js";
import { dragOn, wheelOn } from "./input.js";
import { Overview } from "./overview.js";
import { palette, readPalette } from "./palette.js";
import { rowsOf } from "./rows.js";
import { Channel, Times, clock } from "./series.js";
import { ZoneTrack } from "./strips.js";
import { Frame } from "./tracks.js";
import { View } from "./view.js";
import { node } from "./words.js";

const AXIS_HIGH = 22;
const NARROW = 640;
const PAPER_WIDE = 680;
const NICE_STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400];

// Half of the 44 pixels that a fingertip needs.
const reachOf = (event) => (event.pointerType === "touch" ? 22 : 0);

export class Timeline {
  // Draws into the elements of the page that are named `stage`, `tracks`, `cursor`, `names`, `overview`, `tip`, `spoken`, `range`.
  // `picked(item, t)` hears of clicks. `above` are rows over all others; each may take hold of a drag that begins in it:
  // `grab(x, y, t, reach)` returns an object with `move(t)`, `end()` and `cancel()`, or null. `scrubbed(t)` hears of drags along the
  // times at the top, `moved(t)` of every move of the cursor, with null where it is nowhere.
  constructor(data, { picked, above = [], scrubbed = null, moved = null }) {
    this.data = data;
    this.picked = picked;
    this.scrubbed = scrubbed;
    this.moved = moved;
    this.above = above;
    this.channels = Object.fromEntries(Object.entries(data.channels).map(([name, channel]) => [name, new Channel(channel)]));
    this.times = new Times(data.origin, data.times);
    this.view = new View(data.start, data.end);
    this.view.changed = () => this.ask();
    this.stage = document.getElementById("stage");
    this.canvas = document.getElementById("tracks");
    this.selected = null;
    this.boxes = [];
    readPalette();
    this.rows = this.#rows();
    this.overview = new Overview(document.getElementById("overview"), data, this.times, this.channels.perclos_60s, this.view);
    const [cursor, tip, live] = ["cursor", "tip", "spoken"].map((id) => document.getElementById(id));
    this.hover = new Hover(cursor, tip, live, this);
    this.#nameRows();
    this.#listen();
    new ResizeObserver(() => this.resize()).observe(this.stage);
    this.resize();
  }

  // What was judged is judged anew: other labels, other alerts. The view and the cursor stay where they are.
  renew(data) {
    this.data = data;
    this.overview.data = data;
    this.rows = this.#rows();
    this.#nameRows();
    this.layOut();
  }

  // Rows may have become higher or lower.
  layOut() {
    this.outer = undefined;
    this.resize();
  }

  // Draw again before the next picture that the browser shows.
  ask() {
    this.asked ??= requestAnimationFrame(() => {
      this.asked = undefined;
      this.draw();
    });
  }

  resize(width = this.stage.clientWidth) {
    const ratio = devicePixelRatio || 1;
    if (width < 1 || (width === this.outer && ratio === this.ratio)) return;
    this.outer = width;
    this.ratio = ratio;
    this.gutter = width < NARROW ? 0 : 168;
    this.stage.dataset.gutter = this.gutter;
    this.stage.classList.toggle("narrow", this.gutter === 0);
    this.width = width - this.gutter;
    this.height = AXIS_HIGH;
    for (const row of this.rows) {
      const room = this.gutter ? 0 : 15;
      row.top = this.height + room;
      row.label.style.top = `${this.height}px`;
      row.label.style.height = `${row.height + room}px`;
      this.height += row.height + room + 1;
    }
    this.stage.style.height = `${this.height}px`;
    for (const canvas of [this.canvas, this.hover.canvas]) {
      canvas.width = Math.round(this.width * ratio);
      canvas.height = Math.round(this.height * ratio);
      Object.assign(canvas.style, { left: `${this.gutter}px`, width: `${this.width}px`, height: `${this.height}px` });
    }
    this.overview.resize(width, ratio);
    this.draw();
  }

  draw() {
    if (this.outer === undefined) return;
    const context = this.canvas.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.fillStyle = palette.panel;
    context.fillRect(0, 0, this.width, this.height);
    const frame = new Frame(context, this.view, this.times, this.width, this.ratio);
    this.#drawAxis(frame);
    this.boxes = [];
    for (const row of this.rows) this.#drawRow(frame, row);
    this.overview.draw();
    this.hover.draw();
    const shown = [Math.max(this.view.t0, this.data.start), Math.min(this.view.t1, this.data.end)];
    document.getElementById("range").textContent = shown.map((t) => clock(t, this.view.span < 60 ? 1 : 0)).join(" – ");
  }

  // What lies at a point of the rows, the topmost thing first. A finger means the nearest thing within its reach.
  itemAt(x, y, reach = 0) {
    const away = (at, from, size) => Math.max(from - at, 0, at - from - size);
    const distance = (box) => Math.hypot(Math.max(0, away(x, box.x, box.width) - 2), away(y, box.y, box.height));
    const least = this.boxes.reduce((nearest, box) => Math.min(nearest, distance(box)), reach);
    const hit = this.boxes.findLast((box) => distance(box) === least);
    if (hit) return hit.item;
    const row = this.rows.find((one) => one instanceof ZoneTrack && y >= one.top && y <= one.top + one.height);
    const sample = row ? this.times.nearest(this.view.t0 + (x / this.width) * this.view.span) : null;
    if (sample === null) return null;
    const [t, end] = row.run(sample);
    return { type: "zone", zone: row.say(sample), t, end };
  }

  // Mark an alert, a label or whatever else has an id; null: nothing.
  select(id) {
    this.selected = id;
    this.ask();
  }

  // Bring the timeline into sight, if it is not.
  scrollIntoSight() {
    const top = this.stage.getBoundingClientRect().top;
    if (top < 0 || top > innerHeight * 0.7) document.querySelector(".timeline").scrollIntoView({ block: "start" });
  }

  // Move the cursor by so many samples. Returns where it is now.
  step(samples) {
    const t = this.hover.at ?? (this.view.t0 + this.view.t1) / 2;
    const i = Math.min(Math.max((this.times.nearest(t) ?? this.times.index(t)) + samples, 0), this.times.length - 1);
    const at = this.times.at(i);
    if (at < this.view.t0 || at > this.view.t1) this.view.move(at - (this.view.t0 + this.view.t1) / 2);
    return at;
  }

  #rows() {
    const rows = rowsOf(this.data, this.channels, this.times, () => this.ask());
    return [...this.above, ...rows];
  }

  #drawRow(frame, row) {
    const { context } = frame;
    context.save();
    context.translate(0, row.top);
    context.beginPath();
    context.rect(0, 0, this.width, row.height);
    context.clip();
    const boxes = [];
    row.draw(frame, boxes, this.selected);
    context.restore();
    for (const box of boxes) this.boxes.push({ ...box, y: box.y + row.top });
    context.fillStyle = palette.line;
    context.fillRect(0, row.top + row.height, this.width, 1);
  }

  #drawAxis(frame) {
    const { context } = frame;
    const wanted = (this.view.span / this.width) * 90;
    const step = NICE_STEPS.find((seconds) => seconds >= wanted) ?? NICE_STEPS.at(-1);
    context.font = "11px system-ui, sans-serif";
    context.textBaseline = "middle";
    context.textAlign = "center";
    for (let t = Math.ceil(this.view.t0 / step) * step; t <= this.view.t1; t += step) {
      const x = Math.round(frame.x(t)) + 0.5;
      context.strokeStyle = palette.grid;
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(x, AXIS_HIGH - 4);
      context.lineTo(x, this.height);
      context.stroke();
      context.fillStyle = palette.muted;
      if (x > 18 && x < this.width - 18) context.fillText(clock(t, step < 1 ? 1 : 0), x, AXIS_HIGH / 2);
    }
    context.fillStyle = palette.line;
    context.fillRect(0, AXIS_HIGH - 1, this.width, 1);
  }

  #nameRows() {
    const names = document.getElementById("names");
    names.replaceChildren();
    for (const row of this.rows) {
      row.output = node("div", "value");
      row.label = node("div", row.kind ? "name lane" : "name", ...this.#nameOf(row), row.output);
      names.append(row.label);
    }
  }

  #nameOf(row) {
    if (row.kind) return this.#nameOfLane(row);
    const key = ({ name, colour }) => [node("b", colour, "▬ "), `${name} `];
    return [row.lines?.length > 1 ? node("span", "", ...row.lines.flatMap(key)) : node("span", "", row.name)];
  }

  #nameOfLane({ kind, packs }) {
    const [family, rest] = kind.split(".");
    const name = node("span", "", node("i", "", rest ? `${family}.` : ""), rest ?? family);
    const letters = packs.map((_, index) => node("abbr", `pack pack-${index}`, "AB"[index]));
    return packs.length > 1 ? [name, node("div", "letters", ...letters)] : [name];
  }

  #listen() {
    const { stage, view } = this;
    const place = (event) => {
      const box = this.canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    const timeAt = (event) => view.t0 + (place(event)[0] / this.width) * view.span;
    const point = (event) => {
      const [x, y] = place(event);
      if (x >= 0) this.hover.point(x, y, reachOf(event));
      else this.hover.leave();
    };
    const grab = (event) => {
      const [x, y] = place(event);
      if (this.scrubbed && x >= 0 && y < AXIS_HIGH) return { move: this.scrubbed, end() {}, cancel() {} };
      const row = this.above.find((one) => x >= 0 && y >= one.top && y <= one.top + one.height);
      return row?.grab(x, y - row.top, timeAt(event), reachOf(event)) ?? null;
    };
    const click = (event) => this.picked(this.itemAt(...place(event), reachOf(event)), timeAt(event));
    wheelOn(stage, view, timeAt);
    dragOn(stage, view, { timeAt, point, leave: () => this.hover.leave(), click, grab });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#recolour());
    addEventListener("beforeprint", () => this.#print(PAPER_WIDE));
    addEventListener("afterprint", () => this.#print(null));
  }

  // On paper: light, as wide as a sheet has room for, and back.
  #print(width) {
    document.documentElement.classList.toggle("printing", width !== null);
    readPalette();
    this.resize(width ?? undefined);
    this.#recolour();
  }

  #recolour() {
    readPalette();
    this.overview.redraw();
    this.draw();
  }
}

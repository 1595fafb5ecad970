// The report of one drive: timeline, table of events, buttons and keys.

import { keysOn } from "./input.js";
import { Scrubber } from "./scrub.js";
import { Table } from "./table.js";
import { Timeline } from "./timeline.js";

const idOf = (item) => (item?.episode ?? item?.label ?? item?.input ?? item?.glance)?.id ?? null;

class Page {
  constructor(data) {
    const scrubber = new Scrubber(document.getElementById("scrub"), data.pictures);
    this.timeline = new Timeline(data, {
      picked: (item) => this.select(idOf(item)),
      scrubbed: data.pictures.length ? () => {} : null, // the cursor follows the pointer anyway, and the picture the cursor
      moved: (t) => scrubber.show(t),
    });
    this.table = new Table(document, (t, end, row) => this.jump(t, end, row.id.slice(4)));
    const { view, stage } = this.timeline;
    keysOn(stage, view, { step: (samples) => this.#step(samples), neighbour: (direction) => this.#neighbour(direction) });
    const buttons = {
      previous: () => this.#neighbour(-1),
      next: () => this.#neighbour(1),
      closer: () => view.zoom(1 / 2),
      farther: () => view.zoom(2),
      whole: () => view.fly(view.start, view.end),
    };
    for (const [id, act] of Object.entries(buttons)) document.getElementById(id).addEventListener("click", act);
  }

  select(id) {
    this.timeline.select(id);
    this.table.mark(id);
  }

  jump(t, end, id) {
    this.select(id);
    this.timeline.hover.step(t);
    this.timeline.view.flyTo(t, end);
    this.timeline.scrollIntoSight();
  }

  #step(samples) {
    const { hover } = this.timeline;
    hover.step(this.timeline.step(samples));
    hover.sayValues();
  }

  #neighbour(direction) {
    const { view, hover } = this.timeline;
    const row = this.table.neighbour(direction, (view.t0 + view.t1) / 2);
    if (row === null) return;
    this.jump(Number(row.dataset.t), Number(row.dataset.end), row.id.slice(4));
    hover.say(row.textContent);
  }
}

const page = new Page(JSON.parse(document.getElementById("data").textContent));
// For consoles and measurements.
window.dmsReport = page.timeline;
performance.mark("drawn");

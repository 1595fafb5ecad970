// The page of one drive: picture, timeline, events and labels under one cursor.

import { clock } from "../report/series.js";
import { ZoneTrack } from "../report/strips.js";
import { Table } from "../report/table.js";
import { Timeline } from "../report/timeline.js";
import { TIPS } from "../report/tips.js";
import { node } from "../report/words.js";
import { Annotators } from "./annotators.js";
import { ask, notice, state } from "./asking.js";
import { lasting } from "./columns.js";
import { disagreement, eventsOf, rowOf } from "./events.js";
import { keysOn } from "./keys.js";
import { LabelPanel } from "./label_panel.js";
import { LabelStore } from "./label_store.js";
import { LabelTrack } from "./label_track.js";
import { Now } from "./now.js";
import { Observations } from "./observations.js";
import { Player, RATES } from "./player.js";
import { Screen } from "./screen.js";

const identity = location.pathname.split("/").at(-1);
const path = `/api/drives/${identity}`;
const AGAIN_MS = 700;
const element = (id) => document.getElementById(id);

TIPS.editable = ({ label }) => {
  const rating = label.value === undefined ? [] : [node("p", "", `rating ${label.value}`)];
  const note = label.note ? [node("p", "note", label.note)] : [];
  const times = `${clock(label.t, 2)} – ${clock(label.end, 2)} (${(label.end - label.t).toFixed(2)} s)`;
  return [node("h3", "", label.kind), node("p", "", times), ...rating, ...note, ...(label.inside ? [node("p", "", "in the drive itself")] : [])];
};

class DrivePage {
  constructor({ about, series, judged }) {
    this.about = about;
    this.series = series;
    this.judged = judged;
    this.#tellAbout();
    element("look").hidden = false;
    element("waiting").hidden = true;
    this.player = new Player(series.start, series.end, () => this.#moved());
    this.observations = about.observed ? new Observations(`${path}/observations`, () => this.#askScreen()) : null;
    this.store = new LabelStore(`${path}/labels`, identity, judged, {
      changed: (now) => this.#relabelled(now),
      told: (words) => (this.panel ? this.panel.tell(words) : (this.early = words)),
    });
    this.track = new LabelTrack(this.store, {
      limits: [series.start, series.end],
      nextKind: () => this.panel.kind,
      picked: (label, instead) => this.panel.drawn(label, instead),
      refused: (words) => this.#say(words),
    });
    this.timeline = new Timeline(this.#data(), { picked: (item, t) => this.#picked(item, t), above: [this.track], scrubbed: (t) => this.player.seek(t) });
    this.panel = new LabelPanel(about.kinds, {
      store: this.store,
      track: this.track,
      here: () => this.player.t,
      redraw: () => this.timeline.ask(),
      say: (words) => this.#say(words),
      jump: ({ t, end }) => this.#show(t, end),
    });
    if (this.early) this.panel.tell(this.early);
    this.now = new Now(this.player);
    this.annotators = new Annotators(path, {
      rows: (tracks) => this.#compare(tracks),
      jump: (t, end) => this.#jump(t, end, null),
      say: (words) => this.#say(words),
      here: () => this.player.t,
    });
    this.screen = new Screen(path, about.shown, this.observations, this.player);
    this.#listEvents();
    this.#listen();
    this.panel.renew();
    this.#readAddress();
    this.#moved();
  }

  // The rows of two annotators below that of the labels.
  #compare(tracks) {
    if (tracks.length === 0 && this.timeline.above.length === 1) return;
    this.timeline.above.splice(1, Infinity, ...tracks);
    this.timeline.renew(this.#data());
  }

  #data() {
    return { ...this.series, ...this.judged, pictures: [] };
  }

  #tellAbout() {
    const { name, driver, pack, notes } = this.about;
    document.title = `${name} · dms studio`;
    element("title").textContent = name;
    const known = driver && driver !== name ? [driver] : [];
    element("about").textContent = [...known, lasting(this.series.end - this.series.start), `pack ${pack}`].join(" · ");
    this.#warn([...notes, ...this.judged.problems]);
    state("");
  }

  #warn(words) {
    const list = element("warnings");
    list.hidden = words.length === 0;
    list.replaceChildren(...words.map((text) => node("li", "", text)));
  }

  // Everything that follows the cursor.
  #moved() {
    const { player, timeline } = this;
    if (!timeline) return;
    const play = element("play");
    if ((play.getAttribute("aria-pressed") === "true") !== player.playing) {
      play.setAttribute("aria-pressed", String(player.playing));
      play.textContent = player.playing ? "Pause" : "Play";
    }
    if (element("rate").value !== String(player.rate)) element("rate").value = String(player.rate);
    if (this.track.begun) this.track.begun = { ...this.track.begun, end: Math.max(player.t, this.track.begun.t) };
    timeline.hover.head = player.t;
    this.#follow();
    if (this.track.begun) timeline.ask();
    else timeline.hover.draw();
    this.#askScreen();
    if (!player.playing) this.#writeAddress();
  }

  // While it plays, the view turns the page when the cursor comes to its end.
  #follow() {
    const { view } = this.timeline;
    const { t, playing } = this.player;
    if (t >= view.t0 && t <= view.t1) return;
    const from = playing ? t - 0.1 * view.span : t - view.span / 2;
    view.show(from, from + view.span);
  }

  #askScreen() {
    this.asked ??= requestAnimationFrame(() => {
      this.asked = undefined;
      this.screen?.draw();
      this.now?.draw(this.judged, this.observations?.at(this.player.t) ?? null, this.#zone());
    });
  }

  // What the driver looks at, at the cursor; null while that is not known.
  #zone() {
    const { times, rows } = this.timeline;
    const sample = times.nearest(this.player.t);
    const zone = sample === null ? "unknown" : rows.find((row) => row instanceof ZoneTrack).say(sample);
    return zone === "unknown" ? null : zone;
  }

  #relabelled(judged) {
    if (!this.timeline) return;
    if (judged !== null) {
      this.judged = judged;
      this.now.told = "";
      // Labels are numbered, and the number may be another one's now.
      if (this.timeline.selected?.startsWith("label-")) this.timeline.selected = null;
      this.#warn([...this.about.notes, ...judged.problems]);
      this.track.stack();
      this.timeline.renew(this.#data());
      this.#listEvents();
      this.annotators.renew();
    } else if (this.track.stack()) this.timeline.layOut();
    else this.timeline.ask();
    this.panel.renew();
    this.#askScreen();
  }

  #listEvents() {
    this.events = eventsOf(this.judged, this.series.inputs);
    element("happened").replaceChildren(...this.events.map(rowOf));
    if (this.table) this.table.renew();
    else this.table = new Table(document, (t, end, row) => this.#jump(t, end, row.id.slice(4)));
    this.table.mark(this.timeline.selected);
    element("wrong").disabled = !this.events.some((event) => event.wrong);
  }

  #picked(item, t) {
    if (item?.type === "editable") {
      this.panel.select(item.label);
      this.player.seek(t);
      return;
    }
    this.player.seek(t);
    const id = (item?.episode ?? item?.label ?? item?.input ?? item?.glance)?.id ?? null;
    this.#mark(id);
    if (item === null) this.panel.select(null);
  }

  #mark(id) {
    this.timeline.select(id);
    this.table.mark(id);
  }

  #jump(t, end, id) {
    this.player.seek(t);
    this.#mark(id);
    this.#show(t, end);
  }

  #show(t, end) {
    this.timeline.hover.t = null;
    this.timeline.view.flyTo(t, end);
    this.timeline.scrollIntoSight();
  }

  // Seen from the cursor, which may have gone on since a row was marked.
  #neighbour(direction) {
    const marked = this.table.rows.find((row) => row.classList.contains("selected"));
    if (marked && Math.abs(Number(marked.dataset.t) - this.player.t) > 0.05) this.#mark(null);
    const row = this.table.neighbour(direction, this.player.t);
    if (row === null) {
      this.#say(direction > 0 ? "No event after this." : "No event before this.");
      return;
    }
    this.#jump(Number(row.dataset.t), Number(row.dataset.end), row.id.slice(4));
    this.#say(row.textContent);
  }

  #disagreement(direction) {
    const event = disagreement(this.events, this.player.t, direction);
    if (event === null) {
      this.#say(direction > 0 ? "No disagreement after this." : "No disagreement before this.");
      return;
    }
    this.#jump(event.t, event.end, event.id);
    this.#say(element(`row-${event.id}`).textContent);
  }

  #step(samples) {
    this.player.pause();
    this.player.seek(this.timeline.step(samples));
    this.timeline.hover.t = null;
    this.timeline.hover.draw();
    this.timeline.hover.sayValues();
  }

  #say(words) {
    state(words);
  }

  #readAddress() {
    const asked = /^#t=(-?[\d.]+)$/.exec(location.hash);
    const t = asked ? Number(asked[1]) : NaN;
    if (!Number.isFinite(t)) return;
    this.player.seek(t);
    if (this.timeline.view.isWhole && this.series.end - this.series.start > 120) this.timeline.view.flyTo(t, t);
  }

  #writeAddress() {
    clearTimeout(this.written);
    if (!location.hash && this.player.t === this.player.start) return;
    this.written = setTimeout(() => {
      if (!this.player.playing) history.replaceState(null, "", `${location.search}#t=${Math.round(this.player.t * 100) / 100}`);
    }, 200);
  }

  #listen() {
    const { player, timeline, panel } = this;
    const { view, stage } = timeline;
    element("rate").append(...RATES.map((rate) => new Option(`${rate}×`, String(rate))));
    element("rate").addEventListener("change", () => player.setRate(Number(element("rate").value)));
    const second = (seconds) => () => player.seek(player.t + seconds);
    const buttons = {
      previous: () => this.#neighbour(-1), next: () => this.#neighbour(1), wrong: () => this.#disagreement(1),
      back: () => this.#step(-1), forward: () => this.#step(1), play: () => player.toggle(),
      closer: () => view.zoom(1 / 2, player.t), farther: () => view.zoom(2, player.t), whole: () => view.fly(view.start, view.end),
    };
    for (const [id, act] of Object.entries(buttons)) element(id).addEventListener("click", act);
    const digits = Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9].map((digit) => [digit, () => panel.stamp(digit)]));
    keysOn(stage, {
      ...digits,
      " ": buttons.play, "<": () => player.shift(-1), ">": () => player.shift(1),
      ArrowLeft: second(-1), ArrowRight: second(1), "Shift ArrowLeft": second(-10), "Shift ArrowRight": second(10),
      ",": buttons.back, ".": buttons.forward, n: buttons.next, p: buttons.previous,
      d: buttons.wrong, "Shift d": () => this.#disagreement(-1),
      a: () => this.annotators.next(1), "Shift a": () => this.annotators.next(-1),
      "+": buttons.closer, "=": buttons.closer, "-": buttons.farther, 0: buttons.whole,
      Home: () => player.seek(player.start), End: () => player.seek(player.end),
      PageUp: () => view.move(-0.9 * view.span), PageDown: () => view.move(0.9 * view.span),
      l: () => panel.selectHere(), "[": () => panel.setEnd("t"), "]": () => panel.setEnd("end"),
      b: () => panel.setEnd("t"), e: () => panel.setEnd("end"), s: () => panel.split(),
      Delete: () => panel.remove(), Backspace: () => panel.remove(), Escape: () => panel.escape(),
      "Ctrl z": () => panel.undo(), "Ctrl Shift z": () => panel.redo(), "Ctrl y": () => panel.redo(),
    });
    addEventListener("hashchange", () => this.#readAddress());
    stage.addEventListener("pointermove", () => this.track.drawn && timeline.ask());
    stage.addEventListener("pointerup", () => timeline.ask());
  }
}

async function opened() {
  for (;;) {
    const answer = await ask(path);
    if (answer.status !== 202) return answer;
    element("title").textContent = answer.name;
    element("waiting").textContent = answer.state === "reading" ? "This drive is being read …" : "This drive is about to be read …";
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

try {
  window.dmsDrive = new DrivePage(await opened());
  window.dmsReport = window.dmsDrive.timeline;
  performance.mark("drawn");
} catch (error) {
  element("waiting").hidden = true;
  notice(error.message);
  if (error.status === undefined) throw error;
}

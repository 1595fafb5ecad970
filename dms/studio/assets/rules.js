// The page of rules: a pack in sentences, its numbers under sliders, and what they do.

import { Timeline } from "../report/timeline.js";
import { ask, notice, state } from "./asking.js";
import { columnOf } from "./columns.js";
import { Effects } from "./rules_effects.js";
import { Saving } from "./rules_saving.js";
import { SheetView } from "./rules_sheet.js";
import { Trials } from "./rules_trials.js";

const AGAIN_MS = 700;
const SLOW_MS = 1500;
const FILE = "";
const element = (id) => document.getElementById(id);
const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const window_ = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");

class RulesPage {
  constructor({ packs, used, places }) {
    this.packs = packs;
    const asked = new URLSearchParams(location.search);
    this.chosen = { pack: asked.get("pack") ?? used, against: asked.get("against") ?? FILE, drive: asked.get("drive") ?? "" };
    this.values = valuesIn(location.hash);
    this.wantsDifferences = asked.has("differences");
    this.effects = new Effects({ jump: (t, end) => this.#jump(t, end), open: (id) => this.#change(id) });
    this.saving = new Saving(places, { asked: () => this.#now(), saved: (answer) => this.#saved(answer) });
    this.trials = new Trials(() => ({ window: window_, drive: this.series ? this.chosen.drive : "", before: this.#before(), now: this.#now() }), {
      begun: () => this.#begun(),
      drive: (answer) => this.#tried(answer),
      sentences: (answer) => this.#said(answer),
      set: (told) => this.effects.showSet(told),
      refused: (error) => this.#refused(error),
    });
    this.#listen();
  }

  async open() {
    this.#choices();
    await this.#openPack();
    await this.#listDrives();
    if (this.chosen.drive) await this.#openDrive(this.chosen.drive);
    this.trials.now();
    if (this.wantsDifferences) await this.saving.look();
  }

  async #openPack() {
    const answer = await ask(`/api/rules/pack?id=${encodeURIComponent(this.chosen.pack)}`);
    this.sheet = answer.sheet;
    this.other = null;
    if (this.chosen.against !== FILE) this.other = (await ask(`/api/rules/pack?id=${encodeURIComponent(this.chosen.against)}`)).sheet;
    for (const name of Object.keys(this.values)) if (!(name in this.sheet.numbers)) delete this.values[name];
    this.accepted = {};
    this.view = new SheetView(this.sheet, (name, value) => this.#moved(name, value));
    if (this.other) this.view.abreast(this.other);
    this.view.values(this.values);
    const { name, title, description } = this.sheet;
    document.title = `Rules: ${name} · dms studio`;
    element("title").textContent = `Rules: ${title}`;
    element("about").textContent = description;
    element("stale").hidden = true;
    element("look").hidden = false;
    element("waiting").hidden = true;
    element("letters").textContent = this.other ? `A ${this.other.name}, B ${name}` : "A as in the file, B as moved";
    const known = this.packs.find((one) => one.id === this.chosen.pack);
    this.saving.propose(name, answer.place, known?.shipped ?? true);
    this.view.find(element("find").value);
    notice(null);
    this.#written();
  }

  // The drives, the worst first; the first of them unless the address names one.
  async #listDrives() {
    const { value } = columnOf("-wrong");
    for (;;) {
      const answer = await ask("/api/drives?after=");
      const read = answer.drives.filter((drive) => drive.state === "read").sort((a, b) => (value(b) ?? -1) - (value(a) ?? -1));
      state(`${answer.done} of ${answer.total} drives read`);
      const wanted = this.chosen.drive;
      const known = answer.drives.some((drive) => drive.id === wanted);
      if (wanted && answer.looked && !known) {
        notice("The drive of this address is not there any more.");
        this.chosen.drive = "";
      }
      if (read.length && answer.looked && (!this.chosen.drive || known)) {
        element("drive").replaceChildren(...read.map((drive) => new Option(drive.name, drive.id)));
        if (wanted && known && !read.some((drive) => drive.id === wanted)) element("drive").prepend(new Option("being read …", wanted));
        this.chosen.drive ||= read[0].id;
        element("drive").value = this.chosen.drive;
        return;
      }
      if (answer.looked && answer.total === 0) {
        state("There are no drives here.");
        return;
      }
      await later(AGAIN_MS);
    }
  }

  async #openDrive(id) {
    this.#writeAddress();
    try {
      const answer = await openedDrive(id);
      this.series = answer.series;
      this.#draw(answer.judged);
      element("to-drive").href = `/drives/${id}`;
    } catch (error) {
      notice(error.message);
    }
  }

  // Another drive is another page, with the same numbers moved.
  #change(id) {
    this.chosen.drive = id;
    this.#writeAddress();
    location.reload();
  }

  #draw(judged) {
    const data = { ...this.series, ...judged, pictures: [] };
    element("picture-of-drive").hidden = false;
    if (this.timeline) {
      this.timeline.renew(data);
      return;
    }
    this.timeline = new Timeline(data, { picked: (item, t) => this.#picked(t) });
    this.#keys();
  }

  #now() {
    return { pack: this.chosen.pack, sha256: this.sheet.sha256, values: this.values };
  }

  #before() {
    if (this.other) return { pack: this.chosen.against, sha256: this.other.sha256 };
    return { pack: this.chosen.pack, sha256: this.sheet.sha256 };
  }

  #moved(name, value) {
    performance.clearMarks("moved");
    performance.mark("moved");
    this.lastMoved = name;
    this.view.fields.get(name).refuse(null);
    if (value === this.sheet.numbers[name].value) delete this.values[name];
    else this.values[name] = value;
    this.#written();
    this.saving.stale();
    this.trials.moved();
  }

  #begun() {
    this.effects.busy(true);
    clearTimeout(this.slow);
    this.slow = setTimeout(() => state("working it out (the first time, the drive's cues are computed) …"), SLOW_MS);
  }

  #tried({ judged, about }) {
    this.accepted = { ...this.values };
    this.effects.busy(false);
    this.effects.showDrive(about);
    this.view.counts(judged.packs);
    this.#draw(judged);
    if (about.exact) this.#quiet();
    requestAnimationFrame(() => {
      performance.clearMarks(about.exact ? "exact" : "quick");
      performance.mark(about.exact ? "exact" : "quick");
    });
  }

  #said({ values, sections, is_stale: isStale }) {
    this.accepted = { ...this.values };
    this.view.values(values);
    this.view.say(sections);
    element("stale").hidden = !isStale;
    if (!this.series) this.#quiet();
  }

  #quiet() {
    clearTimeout(this.slow);
    this.effects.busy(false);
    state("");
  }

  // The schema refuses it: the number goes back to where it was, and says why.
  #refused(error) {
    this.#quiet();
    const name = this.lastMoved;
    if (error.status !== 422 || name === undefined || this.values[name] === this.accepted[name]) {
      notice(error.message);
      if (error.status === 410) element("stale").hidden = false;
      return;
    }
    this.values = { ...this.accepted };
    const field = this.view.fields.get(name);
    field.show(this.values[name] ?? field.about.value);
    field.refuse(error.message);
    this.#written();
    this.trials.now();
  }

  async #saved(answer) {
    this.values = {};
    this.chosen.pack = answer.id;
    this.packs = (await ask("/api/rules")).packs;
    this.#choices();
    await this.#openPack();
    this.trials.now();
  }

  #choices() {
    const option = ({ id, name, shipped }) => new Option(shipped ? name : `${name} (${id.split("/")[0] === "used" ? "in use" : "yours"})`, id);
    element("pack").replaceChildren(...this.packs.map(option));
    element("pack").value = this.chosen.pack;
    element("against").replaceChildren(new Option("itself, as in its file", FILE), ...this.packs.map(option));
    element("against").value = this.chosen.against;
  }

  async #choose() {
    const [pack, against] = [element("pack").value, element("against").value];
    if (pack !== this.chosen.pack) this.values = {};
    this.chosen = { ...this.chosen, pack, against };
    try {
      await this.#openPack();
      this.trials.now();
    } catch (error) {
      notice(error.message);
      element("look").hidden = true;
    }
  }

  #picked(t) {
    element("to-drive").href = `/drives/${this.chosen.drive}#t=${Math.round(t * 100) / 100}`;
    element("to-drive").textContent = "this moment in the drive";
  }

  #jump(t, end) {
    this.#picked(t);
    this.timeline.hover.step(t);
    this.timeline.view.flyTo(t, end);
    this.timeline.scrollIntoSight();
  }

  #written() {
    element("unmove").disabled = Object.keys(this.values).length === 0;
    this.#writeAddress();
  }

  #writeAddress() {
    const query = new URLSearchParams(Object.entries(this.chosen).filter(([, value]) => value));
    const moved = new URLSearchParams(Object.entries(this.values)).toString();
    history.replaceState(null, "", `${query.size ? `?${query}` : location.pathname}${moved ? `#${moved}` : ""}`);
  }

  #keys() {
    const { view, stage } = this.timeline;
    const keys = {
      ArrowLeft: () => view.move(-0.1 * view.span), ArrowRight: () => view.move(0.1 * view.span),
      "+": () => view.zoom(1 / 1.5), "=": () => view.zoom(1 / 1.5), "-": () => view.zoom(1.5), 0: () => view.fly(view.start, view.end),
    };
    stage.addEventListener("keydown", (event) => {
      const act = keys[event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      act();
    });
  }

  #listen() {
    for (const id of ["pack", "against"]) element(id).addEventListener("change", () => this.#choose());
    element("drive").addEventListener("change", () => this.#change(element("drive").value));
    element("choices").addEventListener("submit", (event) => event.preventDefault());
    element("find").addEventListener("input", () => this.view.find(element("find").value));
    element("open-all").addEventListener("click", () => this.view.open(true));
    element("close-all").addEventListener("click", () => this.view.open(false));
    element("unmove").addEventListener("click", () => {
      this.values = {};
      this.view.values({});
      this.#written();
      this.saving.stale();
      this.trials.now();
    });
    element("reload").addEventListener("click", () => this.#choose());
    element("everywhere").addEventListener("click", (event) => {
      const wanted = event.target.getAttribute("aria-pressed") !== "true";
      event.target.setAttribute("aria-pressed", String(wanted));
      this.trials.setEverywhere(wanted).catch((error) => notice(error.message));
    });
  }
}

// The numbers that an address moves.
function valuesIn(hash) {
  const values = {};
  for (const [name, text] of new URLSearchParams(hash.replace(/^#/, ""))) {
    if (text.trim() !== "" && Number.isFinite(Number(text))) values[name] = Number(text);
  }
  return values;
}

async function openedDrive(id) {
  for (;;) {
    const answer = await ask(`/api/drives/${encodeURIComponent(id)}`);
    if (answer.status !== 202) return answer;
    state("This drive is being read …");
    await later(AGAIN_MS);
  }
}

try {
  window.dmsRules = new RulesPage(await ask("/api/rules"));
  await window.dmsRules.open();
  performance.mark("drawn");
} catch (error) {
  element("waiting").hidden = true;
  notice(error.message);
  performance.mark("drawn");
  if (error.status === undefined) throw error;
}

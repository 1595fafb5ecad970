// All drives together: groups with how sure their figures are, and where two packs part ways. What is chosen is in the address.

import { clock } from "../report/series.js";
import { node } from "../report/words.js";
import { ask, notice, state } from "./asking.js";
import { COLUMNS, addressOf, footOf, headsOf, rowOf, scalesOf, sorted, usual } from "./fleet_rows.js";
import { keysOn } from "./keys.js";

const ASK_EVERY_MS = 1500;
const CHOICES = ["by", "driver", "week", "level", "against"];
const ROWS_AT_ONCE = 60;
const at = (id) => document.getElementById(id);

class Fleet {
  constructor({ packs, levels }) {
    this.fields = Object.fromEntries(CHOICES.map((id) => [id, at(id)]));
    this.fields.level.append(...levels.map((level) => new Option(level, level)));
    this.fields.against.append(...packs.map(({ id, name }) => new Option(name, id)));
    this.asked = 0;
    this.end = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && this.#more());
    this.#readAddress();
    this.#listen();
    this.#ask();
  }

  get chosen() {
    return { ...Object.fromEntries(CHOICES.map((id) => [id, this.fields[id].dataset.wanted ?? this.fields[id].value])), sort: this.sort };
  }

  // One question at a time goes on asking: a newer choice takes its place.
  async #ask() {
    clearTimeout(this.again);
    const mine = ++this.asked;
    try {
      const { sort, ...question } = this.chosen;
      const query = new URLSearchParams(Object.entries({ ...question, version: this.version ?? "" }).filter(([, value]) => value));
      const answer = await ask(`/api/fleet?${query}`);
      if (mine !== this.asked) return;
      if (!answer.same) this.#draw(answer);
      notice(this.said);
    } catch (error) {
      if (mine !== this.asked) return;
      notice(error.message);
    }
    this.again = setTimeout(() => this.#ask(), document.hidden ? 4 * ASK_EVERY_MS : ASK_EVERY_MS);
  }

  #draw(answer) {
    this.version = answer.version;
    this.said = answer.notice;
    this.#offer("driver", answer.drivers);
    this.#offer("week", answer.weeks);
    const broken = answer.broken ? `, ${answer.broken} cannot be read` : "";
    const reading = answer.read + answer.broken < answer.total ? `, ${answer.total - answer.read - answer.broken} yet to be read` : "";
    state(answer.looked ? `${answer.read} of ${answer.total} drives${reading}${broken}` : "looking for drives");
    at("about").textContent = answer.packs.length > 1 ? `${answer.packs[0]} (A) and ${answer.packs[1]} (B)` : `pack ${answer.packs[0]}`;
    this.#tellTrial(answer);
    this.#tellEmpty(answer);
    this.rows = answer.rows;
    this.scales = scalesOf(answer.rows, answer.whole);
    this.#drawRows();
    at("whole").replaceChildren(...(answer.rows.length > 1 ? answer.whole : []).map((row) => footOf(row, this.scales)));
    at("groups").hidden = answer.rows.length === 0;
    this.#tellMoments(answer);
    performance.mark("drawn");
  }

  #drawRows() {
    const focused = document.activeElement?.closest("#groups tr")?.dataset.name;
    const head = document.activeElement?.dataset.sort;
    const shown = Math.max(ROWS_AT_ONCE, at("rows").rows.length);
    this.wanted = sorted(this.rows, this.sort);
    at("heads").replaceChildren(...headsOf(this.chosen));
    at("rows").replaceChildren();
    this.#more(shown);
    const again = head ? at("heads").querySelector(`[data-sort="${head}"]`) : [...at("rows").rows].find((row) => row.dataset.name === focused)?.querySelector("a");
    again?.focus({ preventScroll: true });
  }

  #more(number = ROWS_AT_ONCE) {
    this.end.disconnect();
    const body = at("rows");
    body.append(...this.wanted.slice(body.rows.length, body.rows.length + number).map((row) => rowOf(row, this.chosen, this.scales)));
    if (body.rows.length < this.wanted.length) this.end.observe(body.lastElementChild);
  }

  #offer(id, values) {
    const field = this.fields[id];
    const wanted = this.chosen[id];
    const known = wanted && !values.includes(wanted) ? [wanted, ...values] : values;
    const before = [...field.options].slice(1).map((option) => option.value);
    if (JSON.stringify(before) !== JSON.stringify(known)) field.replaceChildren(field.options[0], ...known.map((value) => new Option(value, value)));
    field.value = wanted;
    delete field.dataset.wanted;
  }

  #tellTrial({ trial, packs }) {
    const lost = trial?.problems.length ? ` Not tried: ${trial.problems.slice(0, 3).join("; ")}` : "";
    const going = trial?.state === "running" ? `${packs[1]} is being tried: ${trial.done} of ${trial.total} drives so far.` : "";
    const stopped = trial?.state === "stopped" ? `${packs[1]}: the trial has ended early, and begins again.` : "";
    at("trial").textContent = `${going}${stopped}${lost}`.trim();
  }

  #tellEmpty({ rows, total, read, looked }) {
    const { driver, week } = this.chosen;
    const words = !looked || (total > 0 && read === 0)
      ? "No drive has been read yet: figures stand here as soon as one has."
      : total === 0
        ? "There are no drives here yet: put recorded drives into the folder that the studio was started with."
        : `No drive is of ${[driver, week].filter(Boolean).join(" and ")}: choose “all”.`;
    at("empty").hidden = rows.length > 0;
    at("empty").textContent = words;
  }

  #tellMoments({ packs, moments, differing, trial }) {
    at("differences").hidden = packs.length < 2;
    const more = differing > moments.length ? `, the first ${moments.length} of them here: choose a driver or a week for the others` : "";
    const far = trial?.state === "running" ? " so far" : "";
    at("differing").textContent = differing ? `${differing} ${differing === 1 ? "moment" : "moments"}${far}${more}.` : `None${far}.`;
    at("moments").replaceChildren(...moments.map((moment) => this.#momentOf(moment)));
  }

  #momentOf({ id, name, change }) {
    const link = node("a", "", `${name} at ${clock(change.t)}`);
    link.href = `/drives/${id}#t=${change.t.toFixed(2)}`;
    const both = node("a", "", "both packs");
    both.href = `/rules?${new URLSearchParams({ drive: id, against: this.chosen.against })}`;
    const sort = { new: "B alone", gone: "A alone", changed: "B differs", label: "label" }[change.sort];
    const tone = change.is_worse === null ? "" : change.is_worse ? "worse" : "better";
    return node("li", "", link, " ", node("span", tone, sort), `: ${change.kind}, ${change.says} `, node("small", "", "(", both, ")"));
  }

  #listen() {
    for (const field of Object.values(this.fields)) {
      field.addEventListener("input", () => {
        this.version = "";
        this.#writeAddress();
        this.#ask();
      });
    }
    at("choices").addEventListener("submit", (event) => event.preventDefault());
    addEventListener("popstate", () => {
      this.#readAddress();
      this.#ask();
    });
    at("rows").addEventListener("click", (event) => this.#narrow(event));
    at("heads").addEventListener("click", (event) => this.#sortBy(event.target.closest("[data-sort]")?.dataset.sort));
    const to = (id) => () => this.fields[id].focus();
    keysOn(document.body, { b: to("by"), d: to("driver"), w: to("week"), a: to("level"), c: to("against"), ArrowDown: () => this.#step(1), ArrowUp: () => this.#step(-1) });
  }

  // A group opens as the other kind of groups within it.
  #narrow(event) {
    const link = event.target.closest("a[data-name]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    history.pushState(null, "", link.href);
    this.#readAddress();
    this.#ask();
  }

  #sortBy(key) {
    if (!key) return;
    this.sort = key;
    this.#writeAddress();
    this.#drawRows();
  }

  #step(by) {
    const links = [...at("rows").querySelectorAll("a[data-name]")];
    const here = links.indexOf(document.activeElement);
    (links[here < 0 ? 0 : here + by] ?? document.activeElement).focus();
  }

  #readAddress() {
    const asked = new URLSearchParams(location.search);
    this.sort = COLUMNS.some(({ key }) => key === asked.get("sort")) ? asked.get("sort") : usual("sort");
    this.version = "";
    for (const [id, field] of Object.entries(this.fields)) {
      const value = asked.get(id) ?? usual(id);
      field.value = value;
      delete field.dataset.wanted;
      if (field.value === value) continue;
      // Drivers and weeks are not offered before the first answer; of the others, only what is offered can be meant.
      if (id === "driver" || id === "week") field.dataset.wanted = value;
      else field.value = usual(id);
    }
  }

  #writeAddress() {
    history.replaceState(null, "", addressOf(this.chosen));
  }
}

try {
  window.dmsFleet = new Fleet(await ask("/api/fleet/packs"));
} catch (error) {
  notice(error.message);
}

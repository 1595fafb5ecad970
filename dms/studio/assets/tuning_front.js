// The packs of a front as a table, and the one that was picked: its numbers, the way to the rules, what held-out drivers say.

import { node } from "../report/words.js";
import { ask } from "./asking.js";

const element = (id) => document.getElementById(id);
const COLUMNS = ["misses", "false alarms/h", "latency"];

function withInterval(words, interval, show, unit = "") {
  return interval ? [words, " ", node("small", "", `[${show(interval[0])}–${show(interval[1])}${unit}]`)] : [words];
}

function cellsOf(side) {
  if (!side) return [];
  const { misses, labels, false_per_hour: rate, latency_s: latency, intervals_95: intervals } = side;
  const missed = withInterval(`${misses} of ${labels}`, intervals.misses, (share) => Math.round(100 * share), " %");
  const alarms = withInterval(rate === null ? "–" : rate.toFixed(2), intervals.false_alarms, (value) => value.toFixed(2));
  const late = latency === null ? "–" : `${latency < 0 ? "−" : "+"}${Math.abs(latency).toFixed(2)} s`;
  return [missed, alarms, [late]].map((words) => node("td", "", ...words));
}

export class Front {
  // `changed()`: another pack was picked.
  constructor(changed) {
    this.changed = changed;
    this.picked = null;
    this.verdicts = new Map();
    element("front").addEventListener("keydown", (event) => this.#key(event));
  }

  show(study) {
    const isOther = this.study?.name !== study.name;
    if (isOther || this.study?.is_final !== study.is_final) this.verdicts.clear();
    this.study = study;
    const known = study.front.some((pack) => pack.trial === this.picked);
    if (isOther || !known) this.picked = (study.front.find((pack) => pack.number === study.taken) ?? study.front[0])?.trial ?? null;
    this.#rows();
    this.#tell();
  }

  pick(trial) {
    this.picked = trial;
    this.#rows();
    this.#tell();
    this.changed();
  }

  get pack() {
    return this.study.front.find((pack) => pack.trial === this.picked) ?? null;
  }

  #rows() {
    const { study } = this;
    const focused = document.activeElement?.closest?.("#front tbody button")?.value;
    const heads = ["pack", "changes", ...COLUMNS, ...(study.held_out.length ? COLUMNS.map((name) => `${name}, held out`) : [])];
    const cell = (words) => Object.assign(node("th", "", words), { scope: "col" });
    element("front").tHead.replaceChildren(node("tr", "", ...heads.map(cell)));
    const now = study.unchanged;
    const first = Object.assign(node("th", "", "now"), { scope: "row" });
    const rows = now ? [node("tr", "", first, node("td", "", ""), ...cellsOf(now.tuning), ...cellsOf(now.held_out))] : [];
    rows.push(...study.front.map((pack) => this.#row(pack)));
    element("front").tBodies[0].replaceChildren(...rows);
    if (focused) element("front").querySelector(`button[value="${focused}"]`)?.focus();
  }

  #row(pack) {
    const button = node("button", "", String(pack.number));
    Object.assign(button, { type: "button", value: String(pack.trial) });
    button.setAttribute("aria-label", `Pack ${pack.number}`);
    button.setAttribute("aria-pressed", String(pack.trial === this.picked));
    button.addEventListener("click", () => this.pick(pack.trial));
    const taken = pack.number === this.study.taken ? [" ", node("small", "", "taken")] : [];
    const head = Object.assign(node("th", "", button, ...taken), { scope: "row" });
    const count = String(Object.keys(pack.changes).length);
    const cells = [node("td", "", count), ...cellsOf(pack.tuning), ...cellsOf(pack.held_out)];
    return node("tr", pack.trial === this.picked ? "picked" : "", head, ...cells);
  }

  #key(event) {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const buttons = [...element("front").querySelectorAll("tbody button")];
    const next = buttons[buttons.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    next.focus();
    this.pick(Number(next.value));
  }

  #tell() {
    const { pack, study } = this;
    element("picked").hidden = pack === null;
    if (pack === null) return;
    element("picked-heading").textContent = `Pack ${pack.number}${pack.number === study.taken ? ", which was taken" : ""}`;
    const cells = (pair) => pair.map((value) => node("td", "", value === null ? "–" : String(value)));
    const rows = Object.entries(pack.changes).map(([name, pair]) => node("tr", "", Object.assign(node("th", "", name), { scope: "row" }), ...cells(pair)));
    element("changes").tBodies[0].replaceChildren(...rows);
    const moved = new URLSearchParams(Object.entries(pack.changes).map(([name, pair]) => [name, pair[1]])).toString();
    element("take").hidden = study.pack.id === null;
    element("take").href = `/rules?pack=${encodeURIComponent(study.pack.id ?? "")}&differences=1#${moved}`;
    const differs = pack.same ? [] : ["The quick trials of the search saw something else; these figures are of every frame."];
    element("not-taken").textContent = [...differs, study.pack.problem ?? ""].join(" ");
    this.#verdict(pack);
  }

  async #verdict(pack) {
    if (!this.study.is_final) {
      element("verdict").textContent = "known once the study is done: the front is then also run on every frame, and for these drivers";
      return;
    }
    const { name } = this.study;
    if (!this.verdicts.has(pack.trial)) {
      element("verdict").textContent = "…";
      const query = new URLSearchParams({ name, number: pack.number });
      const lines = await ask(`/api/tuning/verdict?${query}`).then((answer) => answer.lines, (error) => [error.message]);
      if (this.study.name !== name) return;
      this.verdicts.set(pack.trial, lines);
    }
    if (this.picked === pack.trial) element("verdict").textContent = this.verdicts.get(pack.trial).join("\n");
  }
}

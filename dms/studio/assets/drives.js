// The table of drives: filters and order in the address, rows as they come.

import { LEVELS } from "../report/palette.js";
import { node } from "../report/words.js";
import { ask, notice, state } from "./asking.js";
import { COLUMNS, columnOf } from "./columns.js";

const ASK_EVERY_MS = 1000;
const ROWS_AT_ONCE = 60;
const SHOWN = {
  "": () => true,
  wrong: (drive) => drive.missed > 0 || drive.false > 0,
  missed: (drive) => drive.missed > 0,
  false: (drive) => drive.false > 0,
  labelled: (drive) => drive.labels > 0,
  unlabelled: (drive) => drive.state === "read" && drive.labels === 0,
  broken: (drive) => drive.state === "broken",
};

class Drives {
  constructor() {
    this.drives = new Map();
    this.revision = "";
    this.fields = Object.fromEntries(["text", "show", "level"].map((id) => [id, document.getElementById(id)]));
    this.fields.level.append(...LEVELS.map((level) => new Option(level, level)));
    this.body = document.getElementById("rows");
    this.end = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && this.#more());
    this.#readAddress();
    this.#head();
    this.#listen();
    this.#ask();
  }

  async #ask() {
    try {
      const answer = await ask(`/api/drives?after=${encodeURIComponent(this.revision)}`);
      this.#take(answer);
      notice(answer.notice);
    } catch (error) {
      notice(error.message);
    }
    setTimeout(() => this.#ask(), document.hidden ? 5 * ASK_EVERY_MS : ASK_EVERY_MS);
  }

  #take(answer) {
    const wasEmpty = this.revision === "";
    const isOtherRun = this.revision.split("-")[0] !== answer.revision.split("-")[0];
    if (isOtherRun) this.drives.clear();
    for (const id of answer.gone) this.drives.delete(id);
    for (const drive of answer.drives) this.drives.set(drive.id, drive);
    const changed = isOtherRun || answer.gone.length > 0 || answer.drives.length > 0;
    this.revision = answer.revision;
    this.looked = answer.looked;
    const reading = answer.done < answer.total ? `, ${answer.done} of ${answer.total} read` : "";
    state(`${answer.looked ? `${answer.total} drives` : "looking for drives"}${reading} · pack ${answer.pack}`);
    if (changed || wasEmpty) this.draw();
    if (answer.looked && wasEmpty) performance.mark("drawn");
  }

  // Rows that are there already stay, so that neither the focus nor the place of the page is lost.
  draw() {
    const { key, value, descending } = this.order;
    const wanted = [...this.drives.values()].filter((drive) => this.#isShown(drive));
    const compared = (a, b) => compare(value(a), value(b)) * (descending ? -1 : 1);
    // What is unknown stands last, however the others are sorted.
    const known = (drive) => (value(drive) === null || value(drive) === undefined ? 1 : 0);
    wanted.sort((a, b) => known(a) - known(b) || compared(a, b) || compare(a.name, b.name));
    const focused = document.activeElement?.closest("tr")?.dataset.id;
    const rows = Math.max(ROWS_AT_ONCE, this.body.rows.length);
    this.wanted = wanted;
    this.body.replaceChildren();
    this.#more(rows);
    if (focused) this.body.querySelector(`tr[data-id="${focused}"] a`)?.focus({ preventScroll: true });
    for (const head of document.querySelectorAll("#heads th")) {
      const isKey = head.dataset.key === key;
      if (isKey) head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    this.#say(wanted.length);
  }

  #more(number = ROWS_AT_ONCE) {
    this.end.disconnect();
    const from = this.body.rows.length;
    this.body.append(...this.wanted.slice(from, from + number).map(rowOf));
    if (this.body.rows.length < this.wanted.length) this.end.observe(this.body.lastElementChild);
  }

  #say(shown) {
    const total = this.drives.size;
    document.getElementById("count").textContent = total && shown < total ? `${shown} of ${total} shown` : "";
    const empty = document.getElementById("empty");
    empty.hidden = shown > 0 || !this.looked;
    empty.textContent = total ? "No drive is like that." : "There are no drives here yet: as soon as there are some, they stand here.";
  }

  #isShown(drive) {
    const { text, show, level } = this.filters;
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const from = LEVELS.indexOf(level);
    const told = `${drive.name} ${drive.driver ?? ""}`.toLowerCase();
    const hasLevel = from < 0 || Object.keys(drive.levels ?? {}).some((one) => LEVELS.indexOf(one) >= from);
    return SHOWN[show](drive) && hasLevel && words.every((word) => told.includes(word));
  }

  get filters() {
    return Object.fromEntries(Object.entries(this.fields).map(([name, field]) => [name, field.value]));
  }

  #readAddress() {
    const asked = new URLSearchParams(location.search);
    for (const [name, field] of Object.entries(this.fields)) {
      field.value = asked.get(name) ?? "";
      if (field.value !== (asked.get(name) ?? "")) field.value = "";
    }
    this.order = columnOf(asked.get("sort") ?? "-wrong");
  }

  #writeAddress() {
    const order = `${this.order.descending ? "-" : ""}${this.order.key}`;
    const told = { ...this.filters, sort: order === "-wrong" ? "" : order };
    const query = new URLSearchParams(Object.entries(told).filter(([, value]) => value));
    history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
  }

  #head() {
    const heads = COLUMNS.map((column) => {
      const button = node("button", "", column.name);
      button.type = "button";
      button.title = column.title;
      button.addEventListener("click", () => this.#sortBy(column));
      const head = node("th", column.className ?? "", button);
      head.scope = "col";
      head.dataset.key = column.key;
      return head;
    });
    document.getElementById("heads").append(...heads);
  }

  #sortBy(column) {
    const again = column.key === this.order.key;
    this.order = { ...column, descending: again ? !this.order.descending : column.descending };
    this.#changed();
  }

  #changed() {
    this.#writeAddress();
    this.body.replaceChildren();
    this.draw();
  }

  #listen() {
    for (const field of Object.values(this.fields)) field.addEventListener("input", () => this.#changed());
    document.getElementById("filters").addEventListener("submit", (event) => event.preventDefault());
    addEventListener("popstate", () => {
      this.#readAddress();
      this.draw();
    });
    this.body.addEventListener("click", (event) => {
      const row = event.target.closest("tr");
      if (row && !event.target.closest("a, summary, details") && !getSelection().toString()) row.querySelector("a")?.click();
    });
    addEventListener("keydown", (event) => this.#key(event));
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && !event.target.closest("input, select")) {
      event.preventDefault();
      this.fields.text.focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (event.target.closest("select")) return;
      const row = document.activeElement?.closest("tbody tr");
      const step = event.key === "ArrowDown" ? 1 : -1;
      const next = row ? (step > 0 ? row.nextElementSibling : row.previousElementSibling) : this.body.firstElementChild;
      if (!next) return;
      event.preventDefault();
      next.querySelector("a").focus();
    }
  }
}

function rowOf(drive) {
  const row = node("tr", drive.state);
  row.dataset.id = drive.id;
  for (const column of COLUMNS) {
    const cell = node(column.key === "name" ? "th" : "td", column.className ?? "", ...column.cell(drive));
    if (column.key === "name") cell.scope = "row";
    row.append(cell);
  }
  return row;
}

function compare(a, b) {
  if (typeof a === "string" && typeof b === "string") return a.localeCompare(b, undefined, { numeric: true });
  return a < b ? -1 : a > b ? 1 : 0;
}

window.dmsDrives = new Drives();

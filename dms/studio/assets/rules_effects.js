// What moved numbers do: figures before and now, what is different in the drive, and the run over all drives.

import { clock } from "../report/series.js";
import { LEVELS } from "../report/palette.js";
import { node } from "../report/words.js";

const percent = (value) => (value === null || value === undefined ? "–" : `${(value * 100).toFixed(1)} %`);
const rate = (value) => (value === null || value === undefined ? "–" : value.toFixed(2));
const whole = (value) => String(value ?? 0);
const LESS = -1;
const MORE = 1;
// Which of the figures are better when they are less, or more.
const ROWS = [
  ["labels", "labels", whole, 0],
  ["found", "matched", whole, MORE],
  ["missed", "missed", whole, LESS],
  ["false alarms", "false", whole, LESS],
  ["false alarms an hour", "false_per_hour", rate, LESS],
  ["recall", "recall", percent, MORE],
  ["precision", "precision", percent, MORE],
  ["F1", "f1", percent, MORE],
];

const everything = (figures) => figures.kinds.find((kind) => kind.kind === "all") ?? {};
const element = (id) => document.getElementById(id);

// A cell that says what was and what is; the same of both: only that.
function movedCell(before, now, words, better) {
  const [old, fresh] = [words(before), words(now)];
  const cell = node("td", "", old === fresh ? fresh : `${old} → ${fresh}`);
  if (old !== fresh) {
    cell.classList.add("changed");
    const way = Math.sign((now ?? 0) - (before ?? 0)) * better;
    if (way) cell.classList.add(way > 0 ? "better" : "worse");
  }
  return cell;
}

function figureRow(name, key, words, better, sides) {
  const head = node("th", "", name);
  head.scope = "row";
  const cells = sides.map((pair) => {
    const cell = pair ? movedCell(everything(pair[0])[key], everything(pair[1])[key], words, better) : node("td", "", "");
    cell.dataset.figure = key;
    return cell;
  });
  return node("tr", "", head, ...cells);
}

function levelRow(level, sides) {
  const head = node("th", "", node("span", `level ${level}`, level));
  head.scope = "row";
  return node("tr", "", head, ...sides.map((pair) => (pair ? movedCell(pair[0][level] ?? 0, pair[1][level] ?? 0, whole, 0) : node("td", "", ""))));
}

export class Effects {
  // `jump(t, end)`: somebody wants to see that; `open(id)`: somebody wants that drive.
  constructor({ jump, open }) {
    this.jump = jump;
    this.open = open;
    this.drive = null;
    this.set = null;
  }

  showDrive(about) {
    this.drive = about;
    this.#figures();
    this.#changes(about.changes);
    this.#brief();
  }

  showSet(told) {
    this.set = told;
    this.#figures();
    this.#progress();
    this.#kinds();
    this.#others();
    this.#brief();
  }

  // While something is worked out anew, what is shown is of before.
  busy(wanted) {
    for (const id of ["figures", "changes"]) element(id).classList.toggle("busy", wanted);
  }

  #figures() {
    const levels = [this.drive && this.drive.levels, this.set && [this.set.before.levels, this.set.now.levels]];
    const known = LEVELS.filter((level) => levels.some((pair) => pair?.some((side) => side[level])));
    const figures = [this.drive && this.drive.figures, this.set && [this.set.before, this.set.now]];
    const rows = [...[...known].reverse().map((level) => levelRow(level, levels)), ...ROWS.map(([...row]) => figureRow(...row, figures))];
    element("figures").tBodies[0].replaceChildren(...rows);
  }

  #changes(changes) {
    const rows = changes.map((change) => {
      const button = node("button", "jump", clock(change.t));
      button.type = "button";
      button.addEventListener("click", () => this.jump(change.t, change.end));
      const way = change.is_worse === null ? "" : change.is_worse ? "worse" : "better";
      const sort = { new: "new: ", gone: "gone: ", changed: "", label: "label " }[change.sort];
      return node("li", "", button, node("span", way, sort, node("strong", "", change.kind), ` ${change.says}`));
    });
    element("changes").replaceChildren(...rows);
    element("no-changes").hidden = rows.length > 0;
    element("no-changes").textContent = "Nothing is different in this drive.";
  }

  #progress() {
    const { state, done, total, left_out: leftOut, wrong_labels: wrong, problems } = this.set;
    const bar = element("progress");
    bar.hidden = state !== "running";
    bar.max = Math.max(1, total);
    bar.value = done;
    const out = leftOut ? `; ${leftOut} not read yet or not readable` : "";
    const words = { running: `${done} of ${total} drives tried`, done: `all ${total} drives tried`, stopped: `left after ${done} of ${total} drives` };
    element("progress-words").textContent = words[state] + out;
    const told = wrong ? ["dms score gives no figures before these labels are put right; the drives are left out here:", ...problems] : problems;
    element("problems").hidden = told.length === 0;
    element("problems").replaceChildren(...told.map((text) => node("li", "", text)));
  }

  #kinds() {
    const { before, now } = this.set;
    const names = [...new Set([...before.kinds, ...now.kinds].map((kind) => kind.kind))].filter((kind) => kind !== "all").sort();
    const of = (side, name) => side.kinds.find((kind) => kind.kind === name) ?? {};
    const columns = ROWS.filter(([, key]) => !["f1", "recall", "precision"].includes(key));
    const head = node("tr", "", ...["kind", ...columns.map(([name]) => name)].map((name) => {
      const cell = node("th", "", name);
      cell.scope = "col";
      return cell;
    }));
    const rows = names.map((name) => {
      const cell = node("th", "", name);
      cell.scope = "row";
      return node("tr", "", cell, ...columns.map(([, key, words, better]) => movedCell(of(before, name)[key], of(now, name)[key], words, better)));
    });
    element("kinds").replaceChildren(node("thead", "", head), node("tbody", "", ...rows));
    element("kinds-of-all").hidden = rows.length === 0;
  }

  #others() {
    const { drives, changed } = this.set;
    element("others").hidden = drives.length === 0;
    element("others-words").textContent = `${changed} ${changed === 1 ? "drive is" : "drives are"} different`;
    element("other-drives").replaceChildren(...drives.map((drive) => {
      const link = node("button", "jump", drive.name);
      link.type = "button";
      link.addEventListener("click", () => this.open(drive.id));
      const counts = [["new", drive.new], ["gone", drive.gone], ["changed", drive.changed]].filter(([, number]) => number);
      const moved = [["missed", drive.missed], ["false", drive.false]].filter(([, [old, fresh]]) => old !== fresh);
      const words = [...counts.map(([name, number]) => `${number} ${name}`), ...moved.map(([name, [old, fresh]]) => `${name} ${old} → ${fresh}`)];
      return node("li", "", link, ` ${words.join(", ")}`);
    }));
  }

  // One line that stays in sight while somebody moves a number far below.
  #brief() {
    const say = (name, figures, levels) => {
      const [before, now] = figures.map(everything);
      const alerts = levels.map((side) => Object.values(side).reduce((sum, number) => sum + number, 0));
      const pair = (old, fresh) => (old === fresh ? fresh : `${old} → ${fresh}`);
      const of = [["alerts", ...alerts.map(String)], ["missed", whole(before.missed), whole(now.missed)], ["false/h", rate(before.false_per_hour), rate(now.false_per_hour)]];
      return `${name}: ${of.map(([what, old, fresh]) => `${what} ${pair(old, fresh)}`).join(", ")}`;
    };
    const parts = [];
    if (this.drive) parts.push(say("This drive", this.drive.figures, this.drive.levels) + (this.drive.exact ? "" : " (about)"));
    if (this.set) {
      const part = this.set.state === "done" ? "All drives" : `${this.set.done} of ${this.set.total} drives`;
      parts.push(say(part, [this.set.before, this.set.now], [this.set.before.levels, this.set.now.levels]));
    }
    element("brief").textContent = parts.join(" · ");
  }
}

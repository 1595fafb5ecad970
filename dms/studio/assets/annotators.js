// Two people who labelled this drive, side by side: their labels as rows, how far they agree, and where they do not.

import { palette } from "../report/palette.js";
import { clock } from "../report/series.js";
import { TIPS } from "../report/tips.js";
import { node } from "../report/words.js";
import { ask } from "./asking.js";

const LINE_HIGH = 20;
const LEAST_HIGH = 36;
const INSIDE = "inside";
const element = (id) => document.getElementById(id);
const personOf = (name) => (name === INSIDE ? "in the drive itself" : name);

TIPS.compared = ({ label, side }) => {
  const note = label.note ? [node("p", "note", label.note)] : [];
  return [node("h3", "", label.kind), node("p", "", `${side}: ${clock(label.t, 2)} – ${clock(label.end, 2)}`), ...note];
};

// The labels of one of the two; what the other one does not have is framed.
class AnnotatorTrack {
  constructor(letter, labels, disagreements) {
    this.name = `Labels ${letter}`;
    this.letter = letter;
    this.alone = disagreements.filter((one) => one.who === letter.toLowerCase());
    const ends = [];
    this.placed = labels.map((label) => {
      let line = ends.findIndex((end) => end <= label.t);
      if (line < 0) line = ends.length;
      ends[line] = label.end;
      return { label, line };
    });
    this.height = Math.max(LEAST_HIGH, ends.length * LINE_HIGH + 6);
  }

  draw(frame, boxes) {
    const { context } = frame;
    context.font = "11px system-ui, sans-serif";
    context.textBaseline = "middle";
    context.textAlign = "left";
    for (const { label, line } of this.placed) {
      if (!frame.shows(label.t, label.end)) continue;
      const x = frame.x(label.t);
      const width = Math.max(3, frame.x(label.end) - x);
      const [top, high] = [3 + line * LINE_HIGH, LINE_HIGH - 4];
      context.fillStyle = palette.label;
      context.fillRect(x, top, width, high);
      context.fillStyle = palette.missed;
      for (const { t, end, kind } of this.alone) {
        if (kind === label.kind && t < label.end && label.t < end) context.fillRect(frame.x(t), top + high - 4, Math.max(3, frame.x(end) - frame.x(t)), 4);
      }
      const words = label.kind.split(".").at(-1).replaceAll("_", " ");
      context.fillStyle = palette.panel;
      if (context.measureText(words).width + 12 < x + width - Math.max(x, 0)) context.fillText(words, Math.max(x, 0) + 6, top + high / 2);
      boxes.push({ x, y: top, width, height: high, item: { type: "compared", label, side: this.letter } });
    }
  }

  grab() {
    return null;
  }

  say(i, t) {
    return this.placed.filter(({ label }) => label.t <= t && t <= label.end).map(({ label }) => label.kind).join(", ");
  }
}

export class Annotators {
  // `path` of the drive; `rows(tracks)` shows rows; `jump(t, end)`; `say(words)`; `here()` is the time of the cursor.
  constructor(path, { rows, jump, say, here }) {
    Object.assign(this, { path, rows, jump, say, here });
    this.disagreements = [];
    const asked = new URLSearchParams(location.search);
    this.chosen = { a: asked.get("a") ?? "", b: asked.get("b") ?? "" };
    for (const side of ["a", "b"]) element(`annotator-${side}`).addEventListener("change", () => this.#choose());
    element("disagreed").addEventListener("click", () => this.next(1));
    element("annotators").addEventListener("toggle", () => element("annotators").open && this.#list());
    if (this.chosen.a && this.chosen.b) element("annotators").open = true;
  }

  // Labels were changed: what is shown follows.
  renew() {
    if (element("annotators").open && this.chosen.a && this.chosen.b) this.#compare();
  }

  // The next disagreement beyond the cursor.
  next(direction) {
    if (!this.chosen.a || !this.chosen.b) {
      this.say("Choose two people to compare, beside the timeline.");
      return;
    }
    const beyond = this.disagreements.filter((one) => (one.t - this.here()) * direction > 0.001);
    const one = direction > 0 ? beyond[0] : beyond.at(-1);
    if (!one) {
      this.say(`No disagreement of A and B ${direction > 0 ? "after" : "before"} this.`);
      return;
    }
    this.jump(one.t, one.end);
    this.say(`${one.kind}, ${clock(one.t, 1)} to ${clock(one.end, 1)}: only ${one.who.toUpperCase()}`);
  }

  async #list() {
    try {
      const { annotators } = await ask(`${this.path}/annotators`);
      for (const side of ["a", "b"]) {
        const options = annotators.map((name) => new Option(personOf(name), name));
        element(`annotator-${side}`).replaceChildren(new Option("nobody", ""), ...options);
        element(`annotator-${side}`).value = this.chosen[side];
      }
      const few = annotators.length < 2;
      element("annotators-words").textContent = few
        ? "Files of others are found beside the drive when their names begin with its: NAME.anna.labels.csv, NAME-ben.eaf."
        : "";
      if (this.chosen.a && this.chosen.b) await this.#compare();
    } catch (error) {
      element("annotators-words").textContent = error.message;
    }
  }

  #choose() {
    for (const side of ["a", "b"]) this.chosen[side] = element(`annotator-${side}`).value;
    const query = new URLSearchParams(Object.entries(this.chosen).filter(([, value]) => value));
    history.replaceState(null, "", `${query.size ? `?${query}` : location.pathname}${location.hash}`);
    if (this.chosen.a && this.chosen.b) this.#compare();
    else this.#show(null);
  }

  async #compare() {
    const number = (this.asked = (this.asked ?? 0) + 1);
    try {
      const answer = await ask(`${this.path}/agreement?${new URLSearchParams(this.chosen)}`);
      if (number === this.asked) this.#show(answer);
    } catch (error) {
      if (number !== this.asked) return;
      this.#show(null);
      element("annotators-words").textContent = error.message;
    }
  }

  #show(answer) {
    this.disagreements = answer?.agreement.disagreements ?? [];
    element("annotators-words").textContent = answer ? this.#words(answer.agreement) : "";
    element("disagreed").disabled = this.disagreements.length === 0;
    element("agreement").hidden = answer === null || answer.agreement.kinds.length === 0;
    element("agreement").tBodies[0].replaceChildren(...(answer?.agreement.kinds ?? []).map(rowOf));
    this.rows(answer ? ["a", "b"].map((side) => new AnnotatorTrack(side.toUpperCase(), answer[side].labels.filter((label) => label.kind !== "kss"), this.disagreements)) : []);
  }

  #words({ kinds, unit_s: unit }) {
    if (kinds.length === 0) return "Neither has a label that counts (ratings do not).";
    const many = this.disagreements.length;
    return `Kappa: Cohen's, over units of ${unit} s of the whole drive. ${many} ${many === 1 ? "disagreement" : "disagreements"}.`;
  }
}

function rowOf(kind) {
  const [family, rest] = kind.kind.split(".");
  const head = Object.assign(node("th", "", ...(rest ? [`${family}.`, node("wbr", ""), rest] : [family])), { scope: "row" });
  const ends = (one) => (one === null ? "–" : `${one.mean_s.toFixed(2)}, ${one.p95_s.toFixed(2)}`);
  const kappa = kind.kappa === null ? "–" : kind.kappa.toFixed(2);
  const cells = [kappa, `${kind.paired} + ${kind.unpaired_a} + ${kind.unpaired_b}`, ends(kind.starts), ends(kind.ends)];
  return node("tr", "", head, ...cells.map((words) => node("td", "", words)));
}

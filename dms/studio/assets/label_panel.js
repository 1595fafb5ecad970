// The labels beside the timeline: kinds by number, the selected label as a form, conflicts, and whether all is written.

import { clock } from "../report/series.js";
import { node } from "../report/words.js";
import { alike, rounded } from "./label_store.js";

const KSS = "kss";

export class LabelPanel {
  // `store`, `track`: the labels and their row; `here()`: the time of the cursor; `redraw()`; `say(words)`.
  constructor(kinds, { store, track, here, redraw, say, jump }) {
    Object.assign(this, { kinds, store, track, here, redraw, say, jump });
    this.kind = kinds[0];
    this.selected = null;
    this.parts = Object.fromEntries(
      ["kinds", "label", "label-kind", "label-from", "label-to", "label-value", "label-note", "label-rating", "saved", "conflicts", "undo", "redo"].map(
        (id) => [id, document.getElementById(id)],
      ),
    );
    this.parts["label-kind"].append(...kinds.map((kind) => new Option(kind, kind)));
    this.#kindButtons();
    const acts = { undo: () => this.undo(), redo: () => this.redo(), split: () => this.split(), remove: () => this.remove(), deselect: () => this.select(null) };
    for (const [id, act] of Object.entries(acts)) document.getElementById(id).addEventListener("click", act);
    this.parts.label.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#applyForm();
    });
    this.parts["label-kind"].addEventListener("change", () => this.#applyForm());
  }

  // A number key: of the selected label the kind; else the beginning of a label here, or the end of the one that was begun.
  stamp(number) {
    const kind = this.kinds[number - 1];
    if (kind === undefined) return;
    if (this.selected !== null) {
      this.#replace(this.selected, withKind(this.selected, kind));
      return;
    }
    this.choose(kind);
    const { begun } = this.track;
    const t = rounded(this.here());
    if (begun === null) {
      this.track.begun = withKind({ t, end: t, note: "" }, kind);
      this.say(`${kind} begins at ${clock(t)}: ${number} again ends it`);
      this.redraw();
      return;
    }
    this.track.begun = null;
    const label = withKind({ ...begun, t: Math.min(begun.t, t), end: Math.max(begun.t, t) }, kind);
    this.add(label);
  }

  choose(kind) {
    this.kind = kind;
    for (const button of this.parts.kinds.children) button.setAttribute("aria-pressed", String(button.value === kind));
  }

  add(label) {
    if (this.#isRefused(label)) return;
    this.store.change({ before: null, after: label });
    this.say(`added ${label.kind}, ${clock(label.t)} to ${clock(label.end)}`);
    this.redraw();
  }

  // From the timeline: a label was drawn, or another one changed.
  drawn(label, instead) {
    if (instead) this.#replace(instead, label);
    else this.add(label);
  }

  select(label) {
    this.selected = label === null ? null : (this.store.labels.find((one) => alike(one, label)) ?? null);
    this.track.selected = this.track.placed.find(({ label: one }) => alike(one, this.selected))?.label ?? null;
    this.#fill();
    this.redraw();
  }

  // The label at the cursor; of several the shortest, and after that the next.
  selectHere() {
    const t = this.here();
    const here = this.store.labels.filter((label) => label.t <= t && t <= label.end);
    here.sort((a, b) => a.end - a.t - (b.end - b.t));
    const at = here.findIndex((label) => alike(label, this.selected));
    this.select(here[(at + 1) % here.length] ?? null);
    this.say(this.selected ? `selected ${this.selected.kind}, ${clock(this.selected.t)} to ${clock(this.selected.end)}` : "no label here");
  }

  setEnd(name) {
    if (this.selected) this.#replace(this.selected, { ...this.selected, [name]: rounded(this.here()) });
  }

  split() {
    const label = this.#editable();
    const t = rounded(this.here());
    if (!label) return;
    if (!(label.t < t && t < label.end)) {
      this.say("To split a label, put the cursor inside it.");
      return;
    }
    const [first, second] = [{ ...label, end: t }, { ...label, t }];
    this.store.change({ before: label, after: first }, { before: null, after: second });
    this.select(second);
    this.say(`split at ${clock(t)}`);
  }

  remove() {
    const label = this.#editable();
    if (!label) return;
    this.store.change({ before: label, after: null });
    this.select(null);
    this.say(`deleted ${label.kind}`);
  }

  escape() {
    this.track.begun = null;
    this.select(null);
  }

  undo() {
    this.#went(this.store.undo(), "undone");
  }

  redo() {
    this.#went(this.store.redo(), "done again");
  }

  // The labels are others now.
  renew() {
    const label = this.selected;
    this.select(label);
    this.parts.undo.disabled = this.store.done.length === 0;
    this.parts.redo.disabled = this.store.undone.length === 0;
  }

  tell({ saving, problem, conflicts, isSafe }) {
    this.parts.saved.textContent = problem && !isSafe ? `${saving}: ${problem}` : problem ?? saving;
    this.parts.saved.classList.toggle("unsafe", !isSafe || problem !== null);
    this.parts.saved.title = this.store ? `${this.store.file ?? ""}` : "";
    this.parts.conflicts.replaceChildren(...conflicts.map((conflict) => this.#conflict(conflict)));
  }

  #went(changes, words) {
    if (!changes) return;
    const after = changes.map((one) => one.after).find((label) => label !== null) ?? null;
    this.select(after);
    if (after) this.jump(after);
    this.say(words);
  }

  #replace(label, changed) {
    if (label.inside) {
      this.say("This label is in the drive itself, which the studio does not change.");
      return;
    }
    if (alike(label, changed) || this.#isRefused(changed, label)) return;
    this.store.change({ before: label, after: changed });
    this.select(changed);
  }

  #isRefused(label, instead = null) {
    const hindrance = this.store.hindrance(label, instead);
    if (hindrance) this.say(`${label.kind} from ${clock(label.t, 2)} to ${clock(label.end, 2)}: ${hindrance}`);
    if (hindrance) this.redraw();
    return hindrance !== null;
  }

  #editable() {
    if (this.selected?.inside) this.say("This label is in the drive itself, which the studio does not change.");
    else if (!this.selected) this.say("No label is selected.");
    return this.selected && !this.selected.inside ? this.selected : null;
  }

  #applyForm() {
    const { selected, parts } = this;
    if (!selected) return;
    const [t, end] = [parts["label-from"].value, parts["label-to"].value].map(secondsOf);
    if (t === null || end === null) {
      this.say("A time is wanted, such as 754.2, 12:34.2 or 1:02:03.");
      return;
    }
    const value = parts["label-value"].value;
    const made = withKind({ ...selected, t: rounded(t), end: rounded(end), note: parts["label-note"].value }, parts["label-kind"].value);
    this.#replace(selected, made.kind === KSS ? { ...made, value: Number(value) || 7 } : made);
  }

  #fill() {
    const { selected, parts } = this;
    parts.label.hidden = selected === null;
    if (selected === null) return;
    parts["label-kind"].value = selected.kind;
    parts["label-from"].value = clock(selected.t, 3);
    parts["label-to"].value = clock(selected.end, 3);
    parts["label-note"].value = selected.note ?? "";
    parts["label-value"].value = selected.value ?? "";
    parts["label-rating"].hidden = selected.kind !== KSS;
    for (const field of parts.label.elements) field.disabled = selected.inside && field.id !== "deselect";
  }

  #kindButtons() {
    const buttons = this.kinds.map((kind, index) => {
      const [family, rest] = kind.split(".");
      const key = index < 9 ? [node("kbd", "", String(index + 1)), " "] : [];
      const button = node("button", "", ...key, node("i", "", rest ? `${family}.` : ""), rest ?? family);
      Object.assign(button, { type: "button", value: kind });
      button.addEventListener("click", () => this.choose(kind));
      return button;
    });
    this.parts.kinds.replaceChildren(...buttons);
    this.choose(this.kind);
  }

  #conflict(conflict) {
    const { before, after } = conflict.change;
    const named = (label) => (label ? `${label.kind} ${clock(label.t, 2)} – ${clock(label.end, 2)}` : "deleted");
    const lines = [node("p", "", node("strong", "", "Not written: "), `${before ? named(before) : "new"} → ${named(after)}: ${conflict.why}`)];
    if (conflict.there.length) lines.push(node("p", "", `There now: ${conflict.there.map(named).join(", ")}`));
    const choice = (words, mine) => {
      const button = node("button", "", words);
      button.type = "button";
      button.addEventListener("click", () => this.store.settle(conflict, mine));
      return button;
    };
    return node("div", "conflict", ...lines, node("div", "buttons", choice("Mine instead", true), choice("Leave it as it is there", false)));
  }
}

function withKind(label, kind) {
  const { value, ...rest } = label;
  return kind === KSS ? { ...rest, kind, value: value ?? 7 } : { ...rest, kind };
}

// Seconds of `754.2`, `12:34.2` or `1:02:03`; null if it is none.
function secondsOf(text) {
  const parts = text.trim().split(":").map(Number);
  if (!text.trim() || parts.length > 3 || parts.some((part) => !Number.isFinite(part) || part < 0)) return null;
  return parts.reduce((sum, part) => sum * 60 + part, 0);
}

// The labels of a drive as they are being edited: changes with undo, sent one group after the other, kept until they are written.
//
// A label is { t, end, kind, note, value? }. What is in the drive itself (`inside`) is not changed.

import { ask } from "./asking.js";

const ASK_EVERY_MS = 2000;
const AGAIN_MS = 3000;
const MS = 1000;

export const rounded = (t) => Math.round(t * MS) / MS;
const KEYS = ["t", "end", "kind", "note", "value"];
export const alike = (a, b) => a !== null && b !== null && KEYS.every((key) => (a[key] ?? "") === (b[key] ?? ""));
const inverse = (changes) => [...changes].reverse().map(({ before, after }) => ({ before: after, after: before }));
const wire = (label) => (label === null ? null : Object.fromEntries(KEYS.filter((key) => label[key] !== undefined).map((key) => [key, label[key]])));

export class LabelStore {
  // `changed(judged)`: the labels are others now; `judged` is what the studio made of them, null before it has answered.
  constructor(path, identity, judged, { changed, told }) {
    Object.assign(this, { path, changed, told });
    this.kept = `dms-labels-${identity}`;
    this.undone = [];
    this.done = [];
    this.unsent = JSON.parse(localStorage.getItem(this.kept) ?? "[]");
    this.sending = false;
    this.changes = 0; // so far: an answer that was asked for before the last one is of yesterday
    this.problem = null;
    this.conflicts = [];
    this.#take(judged);
    if (this.unsent.length) this.#send();
    setInterval(() => this.#look(), ASK_EVERY_MS);
    addEventListener("beforeunload", (event) => this.unsent.length && event.preventDefault());
  }

  // As they would be if everything had been written.
  get labels() {
    let labels = [...this.written];
    for (const { before, after } of this.unsent.flat()) {
      labels = labels.filter((label) => label.inside || !alike(label, before));
      if (after !== null && !labels.some((label) => alike(label, after))) labels.push({ ...after, inside: false });
    }
    return labels.sort((a, b) => a.t - b.t || a.end - b.end);
  }

  // Why a label could not stand beside the others; null if it can.
  hindrance(label, instead = null) {
    if (!(label.end > label.t)) return "it would end before it begins";
    const others = this.labels.filter((other) => other.kind === label.kind && !(instead && alike(other, instead)));
    const other = others.find((one) => one.t < label.end && label.t < one.end);
    return other ? "it would overlap another one of its kind" : null;
  }

  change(...changes) {
    this.done.push(changes);
    this.undone = [];
    this.#apply(changes);
  }

  undo() {
    const changes = this.done.pop();
    if (!changes) return null;
    this.undone.push(changes);
    this.#apply(inverse(changes));
    return inverse(changes);
  }

  redo() {
    const changes = this.undone.pop();
    if (!changes) return null;
    this.done.push(changes);
    this.#apply(changes);
    return changes;
  }

  // Of a conflict: mine after all, in place of what is in the way; or theirs, which are there already.
  settle(conflict, mine) {
    this.conflicts = this.conflicts.filter((one) => one !== conflict);
    const { after } = conflict.change;
    const replaced = conflict.there.filter((label) => !alike(label, after)).map((label) => ({ before: label, after: null }));
    if (mine) this.change(...replaced, ...(after ? [{ before: null, after }] : []));
    else this.#tell();
  }

  #apply(changes) {
    this.changes += 1;
    this.unsent.push(changes.map(({ before, after }) => ({ before: wire(before), after: wire(after) })));
    this.#keep();
    this.changed(null);
    this.#send();
  }

  // In the browser, until the studio has written it: neither a crash of one nor of the other loses it.
  #keep() {
    if (this.unsent.length) localStorage.setItem(this.kept, JSON.stringify(this.unsent));
    else localStorage.removeItem(this.kept);
    this.#tell();
  }

  #tell() {
    const many = this.unsent.length;
    const saving = many ? `${many === 1 ? "a change is" : `${many} changes are`} not written yet` : "all written";
    this.told({ saving, problem: this.problem, conflicts: this.conflicts, isSafe: many === 0 });
  }

  async #send() {
    if (this.sending) return;
    this.sending = true;
    try {
      while (this.unsent.length) {
        const sent = this.unsent.length;
        const judged = await ask(this.path, this.unsent.flat());
        this.unsent.splice(0, sent);
        this.problem = null;
        this.conflicts.push(...judged.conflicts);
        this.#take(judged);
        this.#keep();
        this.changed(judged);
      }
    } catch (error) {
      this.problem = error.message;
      this.#tell();
      // What is no list of changes never will be; anything else may pass.
      if (error.status !== 400) setTimeout(() => this.#send(), AGAIN_MS);
    } finally {
      this.sending = false;
    }
  }

  // Somebody else may have written: another window, a command, an editor.
  async #look() {
    if (document.hidden || this.sending || this.unsent.length) return;
    const asked = this.changes;
    try {
      const judged = await ask(`${this.path}?version=${this.version ?? ""}`);
      if (this.changes !== asked) return;
      this.problem = judged.problems.length ? judged.problems.join("\n") : null;
      if (!judged.same && judged.version !== null && judged.version !== this.version) {
        this.#take(judged);
        this.changed(judged);
      }
    } catch (error) {
      this.problem = error.message;
    }
    this.#tell();
  }

  #take(judged) {
    this.version = judged.version;
    this.file = judged.file ?? this.file;
    if (judged.version === null) this.problem = judged.problems.join("\n");
    if (judged.version !== null || this.written === undefined) {
      this.written = judged.all.map(({ label, inside }) => ({ ...label, inside }));
    }
  }
}

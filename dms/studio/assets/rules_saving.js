// Saving a pack: first the differences, then the file.

import { node } from "../report/words.js";
import { ask } from "./asking.js";

const element = (id) => document.getElementById(id);
const CLASSES = { "+": "added", "-": "removed", "@": "place" };

export class Saving {
  // `asked()` is the pack with its numbers as the studio is asked about it; `saved(answer)` hears of a file that was written.
  constructor(places, { asked, saved }) {
    this.asked = asked;
    this.saved = saved;
    this.looked = null;
    element("save-place").replaceChildren(...places.map((place, index) => new Option(place, String(index))));
    element("save").addEventListener("submit", (event) => {
      event.preventDefault();
      this.look();
    });
    element("save-write").addEventListener("click", () => this.#write());
    for (const id of ["save-name", "save-place"]) element(id).addEventListener("input", () => this.stale());
  }

  // What a new pack may be called, and where it lies, until somebody says otherwise.
  propose(name, place, isShipped) {
    element("save-name").value = isShipped ? `${name}-moved` : name;
    element("save-place").value = String(place ?? 0);
    this.stale();
  }

  // The differences that are shown are no longer those that would be written.
  stale() {
    this.looked = null;
    element("save-write").disabled = true;
    element("diff").hidden = true;
    this.#tell("");
  }

  async look() {
    try {
      this.looked = await this.#ask({ write: false });
    } catch (error) {
      this.#tell(error.message, true);
      return;
    }
    const { diff, path, replaces } = this.looked;
    element("diff").hidden = diff.length === 0;
    element("diff").replaceChildren(...diff.map((line) => node("span", CLASSES[line[0]] ?? "", line || " ")));
    const what = replaces === null ? "a new file" : "replaces the file that is there";
    this.#tell(`${path}: ${what}. Comments stay; each number that moved says what it was.`);
    element("save-write").disabled = false;
    element("save-write").textContent = replaces === null ? "Save" : "Replace it";
  }

  async #write() {
    const { replaces } = this.looked;
    let answer;
    try {
      answer = await this.#ask({ write: true, replaces });
    } catch (error) {
      this.stale();
      this.#tell(error.message, true);
      return;
    }
    this.stale();
    await this.saved(answer);
    this.#tell(`Saved: ${answer.path}\ndms score DRIVES --rules ${answer.path}`);
  }

  #ask(more) {
    return ask("/api/rules/save", { now: this.asked(), place: Number(element("save-place").value || -1), name: element("save-name").value, ...more });
  }

  #tell(words, isRefused = false) {
    element("save-words").textContent = words;
    element("save-words").classList.toggle("refused", isRefused);
  }
}

// A pack in sentences, a fold for each rule, with the sliders of the numbers below the sentences that say them.

import { node } from "../report/words.js";
import { NumberField } from "./rules_numbers.js";

const textOf = (sentence) => sentence.pieces.map((piece) => piece.text).join("");
const shapeOf = (sections) => JSON.stringify(sections.map((section) => [section.sentences.map((one) => one.numbers), section.silent]));

export class SheetView {
  constructor(sheet, moved) {
    this.sheet = sheet;
    this.place = document.getElementById("sections");
    this.sections = sheet.sections;
    this.fields = new Map();
    const owners = new Map();
    for (const section of sheet.sections) {
      for (const name of [...section.sentences.flatMap((one) => one.numbers), ...section.silent]) owners.set(name, section.head);
    }
    for (const [name, about] of Object.entries(sheet.numbers)) {
      this.fields.set(name, new NumberField(about, (owners.get(name) ?? "").split(":")[0], moved));
    }
    this.folds = new Map(sheet.sections.map((section) => [section.name, this.#fold(section)]));
    this.place.replaceChildren(...this.folds.values());
    this.place.addEventListener("click", (event) => this.#follow(event));
    this.#fill(sheet.sections);
  }

  // The sentences with the numbers as they are now. Fields stay where they are, and keep the focus, unless a sentence came or went.
  say(sections) {
    const isSame = shapeOf(sections) === shapeOf(this.sections);
    this.sections = sections;
    if (isSame) {
      for (const section of sections) {
        const said = this.folds.get(section.name).querySelectorAll(".sentences p.said");
        section.sentences.forEach((sentence, index) => said[index].replaceChildren(...this.#pieces(section, sentence, index)));
      }
    } else {
      const focused = document.activeElement;
      this.#fill(sections);
      focused?.focus?.({ preventScroll: true });
    }
    this.#mark();
  }

  // The other pack beside this one; null: none.
  abreast(sheet) {
    this.other = sheet;
    this.#fill(this.sections);
  }

  values(values) {
    for (const [name, field] of this.fields) field.show(values[name] ?? field.about.value);
    this.#mark();
  }

  // How the alerts of each kind went, beside the rules that raise them.
  counts(packs) {
    const kinds = packs.map((pack) => {
      const found = {};
      for (const { kind } of pack.episodes) found[kind] = (found[kind] ?? 0) + 1;
      return found;
    });
    for (const section of this.sections) {
      const place = this.folds.get(section.name).querySelector("summary .counts");
      const [before, now] = kinds.map((found) => found[section.alert] ?? 0);
      const words = !section.alert || (!before && !now) ? "" : before === now ? `${now} in this drive` : `${before} → ${now} in this drive`;
      place.textContent = words;
      place.classList.toggle("moved", before !== now);
    }
  }

  find(text) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const section of this.sections) {
      const fold = this.folds.get(section.name);
      const told = [section.name, section.head, ...section.sentences.map(textOf), ...this.#numbersOf(section)].join(" ").toLowerCase();
      fold.hidden = !words.every((word) => told.includes(word));
      if (!fold.hidden) found += 1;
    }
    document.getElementById("none").hidden = found > 0;
    if (words.length && found && found <= 2) for (const fold of this.folds.values()) if (!fold.hidden) fold.open = true;
  }

  open(wanted) {
    for (const fold of this.folds.values()) if (!fold.hidden) fold.open = wanted;
  }

  #numbersOf(section) {
    return [...section.sentences.flatMap((one) => one.numbers), ...section.silent];
  }

  #fold(section) {
    const summary = node("summary", "", section.head, node("small", "counts"), node("small", "how-many"));
    const fold = node("details", "", summary, node("div", "sentences"));
    fold.dataset.section = section.name;
    return fold;
  }

  #fill(sections) {
    for (const section of sections) {
      const place = this.folds.get(section.name).querySelector(".sentences");
      const own = section.sentences.flatMap((sentence, index) => [
        node("p", "said", ...this.#pieces(section, sentence, index)),
        ...sentence.numbers.map((name) => this.fields.get(name).element),
      ]);
      const silent = section.silent.map((name) => this.fields.get(name).element);
      const heading = silent.length && section.sentences.length ? [node("p", "muted", "Numbers that no sentence above says:")] : [];
      const everything = [...own, ...heading, ...silent];
      if (this.other) place.replaceChildren(node("div", "abreast", node("div", "", ...everything), this.#otherSide(section)));
      else place.replaceChildren(...everything);
    }
    const only = this.other ? this.other.sections.filter((section) => !this.folds.has(section.name)) : [];
    for (const fold of this.place.querySelectorAll("details.only")) fold.remove();
    for (const section of only) {
      const fold = node("details", "only", node("summary", "", section.head, node("small", "", `only in ${this.other.name}`)));
      fold.append(node("div", "sentences", node("div", "other", ...section.sentences.map((one) => node("p", "differs", textOf(one))))));
      this.place.append(fold);
    }
  }

  #otherSide(section) {
    const other = this.other.sections.find((one) => one.name === section.name);
    const heading = node("strong", "", this.other.name);
    if (!other) return node("div", "other", heading, node("p", "", "has no such rule"));
    const ours = new Set(section.sentences.map(textOf));
    const head = other.head === section.head ? [] : [node("p", "differs", other.head)];
    return node("div", "other", heading, ...head, ...other.sentences.map((one) => node("p", ours.has(textOf(one)) ? "" : "differs", textOf(one))));
  }

  // A number that is another one than in the file is marked, with the one that stood there.
  #pieces(section, sentence, index) {
    const file = this.sheet.sections.find((one) => one.name === section.name)?.sentences ?? [];
    const same = file.length === section.sentences.length ? (file[index]?.pieces ?? []) : [];
    return sentence.pieces.map((piece, place) => {
      if (!piece.number) return piece.text;
      const before = same.length === sentence.pieces.length ? same[place].text : piece.text;
      const told = before === piece.text ? [piece.text] : [node("del", "", before), " ", node("ins", "", piece.text)];
      const mention = node("span", "mention", ...told);
      mention.dataset.number = piece.number;
      return mention;
    });
  }

  #mark() {
    for (const section of this.sections) {
      const moved = this.#numbersOf(section).filter((name) => this.fields.get(name).element.classList.contains("moved")).length;
      const place = this.folds.get(section.name).querySelector("summary .how-many");
      place.textContent = moved ? `${moved} moved` : "";
      place.classList.toggle("moved", moved > 0);
    }
  }

  #follow(event) {
    const name = event.target.closest(".mention")?.dataset.number;
    const field = name && this.fields.get(name);
    if (!field) return;
    field.element.closest("details").open = true;
    field.focus();
  }
}

// Trials of moved numbers: the newest wins, whatever was asked before is given up.

import { ask } from "./asking.js";

const REST_MS = 60;
const ASK_EVERY_MS = 700;

export class Trials {
  // `asked()` is what to try: `{window, drive, before, now}`. Hears: `drive(answer)`, `sentences(answer)`, `set(told)`, `refused(error)`.
  constructor(asked, heard) {
    this.asked = asked;
    this.heard = heard;
    this.wanted = 0;
    this.everywhere = true;
    this.settled = false;
  }

  // A number was moved: try it as soon as it rests.
  moved() {
    this.wanted += 1;
    this.settled = false;
    this.given?.abort();
    clearTimeout(this.resting);
    clearTimeout(this.looking);
    this.resting = setTimeout(() => this.now(), REST_MS);
  }

  async now() {
    const number = (this.wanted += 1);
    const isNewest = () => number === this.wanted;
    this.given?.abort();
    this.given = new AbortController();
    this.settled = false;
    clearTimeout(this.looking);
    const question = this.asked();
    const { signal } = this.given;
    this.heard.begun();
    try {
      if (question.drive) {
        const quick = await ask("/api/rules/try", { ...question, exact: false }, signal);
        if (!isNewest()) return;
        this.heard.drive(quick);
      }
      const said = await ask("/api/rules/sentences", question.now, signal);
      if (!isNewest()) return;
      this.heard.sentences(said);
      if (question.drive) {
        const exact = await ask("/api/rules/try", { ...question, exact: true }, signal);
        if (!isNewest()) return;
        this.heard.drive(exact);
      }
      if (this.everywhere) await this.#everywhere(question, isNewest);
    } catch (error) {
      if (isNewest()) this.heard.refused(error);
    }
    if (isNewest()) this.settled = true;
  }

  // Leave the run over all drives, or take it up again.
  async setEverywhere(wanted) {
    this.everywhere = wanted;
    const { window } = this.asked();
    if (wanted) {
      this.now();
      return;
    }
    await ask("/api/rules/stop", { window });
  }

  async #everywhere({ window, before, now }, isNewest) {
    let told = await ask("/api/rules/set", { window, before, now });
    const query = `/api/rules/set?window=${encodeURIComponent(window)}`;
    for (;;) {
      if (!isNewest()) return;
      this.heard.set(told);
      if (told.state !== "running") return;
      await new Promise((resolve) => (this.looking = setTimeout(resolve, document.hidden ? 5 * ASK_EVERY_MS : ASK_EVERY_MS)));
      if (!isNewest()) return;
      told = await ask(query);
    }
  }
}

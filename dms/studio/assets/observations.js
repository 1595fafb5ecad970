// What was seen, fetched in pieces of some seconds as they are needed, the next ones ahead of time.

import { askList } from "./asking.js";

const PIECE_S = 10;
const KEPT = 12;
// Farther from the time than this, an observation says nothing of it.
const NEAR_S = 0.25;

export class Observations {
  // `came()` is called when a piece has arrived.
  constructor(path, came) {
    Object.assign(this, { path, came });
    this.pieces = new Map();
    this.problem = null;
  }

  // The observation nearest to `t`; null while it is on its way, or if there is none.
  at(t) {
    const piece = this.#piece(Math.floor(t / PIECE_S));
    if (t % PIECE_S > PIECE_S / 2) this.#piece(Math.floor(t / PIECE_S) + 1);
    if (!piece?.length) return null;
    let low = 0;
    let high = piece.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (piece[middle].t < t) low = middle + 1;
      else high = middle;
    }
    const before = piece[Math.max(0, low - 1)];
    const nearest = Math.abs(before.t - t) < Math.abs(piece[low].t - t) ? before : piece[low];
    return Math.abs(nearest.t - t) <= NEAR_S ? nearest : null;
  }

  #piece(number) {
    if (!this.pieces.has(number)) {
      this.pieces.set(number, null);
      this.#fetch(number);
      if (this.pieces.size > KEPT) this.pieces.delete(this.pieces.keys().next().value);
    }
    return this.pieces.get(number);
  }

  async #fetch(number) {
    try {
      const found = await askList(`${this.path}?from=${number * PIECE_S}&to=${(number + 1) * PIECE_S}`);
      if (this.pieces.has(number)) this.pieces.set(number, found.sort((a, b) => a.t - b.t));
      this.problem = null;
    } catch (error) {
      this.problem = error.message;
      setTimeout(() => this.pieces.delete(number), 2000);
    }
    this.came();
  }
}

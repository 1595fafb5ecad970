// What the camera saw at the cursor: of the pictures that the page holds, the nearest one.

import { clock } from "./series.js";

const NEAR_S = 1;

export class Scrubber {
  // `figure` has an image and a caption. It stays hidden where there are no `pictures`.
  constructor(figure, pictures) {
    this.figure = figure;
    this.pictures = pictures;
    this.shown = null;
    figure.hidden = pictures.length === 0;
    if (pictures.length) this.show(pictures[0].t);
  }

  // The cursor is at a time; null: it is nowhere, and what was shown stays.
  show(t) {
    if (t === null || this.pictures.length === 0) return;
    const nearest = this.pictures.reduce((best, one) => (Math.abs(one.t - t) < Math.abs(best.t - t) ? one : best));
    const image = this.figure.querySelector("img");
    if (nearest !== this.shown) {
      this.shown = nearest;
      image.src = `data:image/jpeg;base64,${nearest.jpeg}`;
      image.alt = `The driver at ${clock(nearest.t)}`;
    }
    const away = nearest.t - t;
    const isFar = Math.abs(away) > NEAR_S;
    this.figure.classList.toggle("far", isFar);
    const words = isFar ? `, ${Math.abs(away).toFixed(0)} s ${away > 0 ? "after" : "before"} the cursor` : "";
    this.figure.querySelector("b").textContent = clock(nearest.t) + words;
  }
}

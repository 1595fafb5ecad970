// The picture of the driver, and what was seen drawn over it.

import { drawObservation } from "./overlay.js";

// A camera's picture where nobody has told its size; it grows with what is drawn.
const USUAL = [640, 480];

export class Screen {
  // `shown`: "video", "pictures" or "none".
  constructor(path, shown, observations, player) {
    Object.assign(this, { path, shown, observations, player });
    const [video, still, canvas, blind] = ["video", "still", "overlay", "blind"].map((id) => document.getElementById(id));
    Object.assign(this, { video, still, canvas, blind });
    this.size = USUAL;
    this.fetching = false;
    this.overlaid = true;
    if (shown === "video") this.#showVideo();
    else if (shown === "none") blind.textContent = "No pictures were recorded: what was seen is drawn alone.";
    new ResizeObserver(() => this.draw()).observe(canvas.parentElement);
  }

  draw() {
    if (this.shown === "pictures") this.#fetchStill();
    const box = this.canvas.parentElement;
    const ratio = devicePixelRatio || 1;
    const [width, height] = [Math.round(box.clientWidth * ratio), Math.round(box.clientHeight * ratio)];
    if (!width || !height) return;
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    const context = this.canvas.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    const observation = this.observations?.at(this.player.t) ?? null;
    if (!observation || !this.overlaid) return;
    const [wide, high] = this.#sizeFor(observation);
    const scale = Math.min(width / wide, height / high);
    context.setTransform(scale, 0, 0, scale, (width - wide * scale) / 2, (height - high * scale) / 2);
    drawObservation(context, observation, wide, high);
  }

  // Without a picture, room for everything that was seen so far.
  #sizeFor(observation) {
    const [x, y, width, height] = observation.face?.box ?? [0, 0, 0, 0];
    if (this.shown === "none") this.size = [Math.max(this.size[0], x + width), Math.max(this.size[1], y + height)];
    return this.size;
  }

  #showVideo() {
    const { video } = this;
    video.addEventListener("loadedmetadata", () => {
      if (!video.videoWidth) return;
      video.hidden = false;
      this.size = [video.videoWidth, video.videoHeight];
      this.player.show(video);
      this.draw();
    });
    video.addEventListener("seeked", () => this.draw());
    // A codec that this browser does not know: pictures one by one.
    video.addEventListener("error", () => {
      video.hidden = true;
      this.shown = "pictures";
      this.draw();
    });
    video.src = `${this.path}/video`;
  }

  // One at a time: the next is the one of where we are by then.
  async #fetchStill() {
    const t = Math.round(this.player.t * 50) / 50;
    if (this.fetching || this.stillAt === t) return;
    this.fetching = true;
    try {
      const answer = await fetch(`${this.path}/picture?t=${t}`, { credentials: "same-origin" });
      if (answer.ok) await this.#showStill(await answer.blob());
      this.still.hidden = !answer.ok;
      this.blind.textContent = answer.ok ? "" : "No picture was recorded here.";
    } finally {
      this.stillAt = t;
      this.fetching = false;
    }
    this.draw();
  }

  async #showStill(blob) {
    const before = this.still.src;
    this.still.src = URL.createObjectURL(blob);
    await this.still.decode();
    if (before) URL.revokeObjectURL(before);
    this.size = [this.still.naturalWidth, this.still.naturalHeight];
  }
}

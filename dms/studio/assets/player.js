// Where in the drive we are. While a video plays, its clock is the drive's; otherwise time passes as on a watch.

export const RATES = [0.25, 0.5, 1, 2, 4, 8, 16];

export class Player {
  // `moved()` is called whenever the time, the speed or whether it plays has changed.
  constructor(start, end, moved) {
    Object.assign(this, { start, end, moved });
    this.t = start;
    this.rate = 1;
    this.playing = false;
    this.video = null;
    this.wanted = null;
  }

  // From now on, the video shows what is played.
  show(video) {
    this.video = video;
    video.playbackRate = this.rate;
    video.addEventListener("seeked", () => this.#seekNext());
    this.#seekVideo(this.t);
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    if (this.t >= this.end - 0.01) this.seek(this.start);
    this.playing = true;
    this.last = undefined;
    this.#follow();
    this.asked = requestAnimationFrame((now) => this.#tick(now));
    this.moved();
  }

  pause() {
    this.playing = false;
    cancelAnimationFrame(this.asked);
    this.video?.pause();
    this.#seekVideo(this.t);
    this.moved();
  }

  seek(t) {
    this.t = Math.min(Math.max(t, this.start), this.end);
    this.#seekVideo(this.t);
    this.moved();
  }

  setRate(rate) {
    this.rate = rate;
    if (this.video) this.video.playbackRate = rate;
    this.moved();
  }

  // One step slower or faster.
  shift(direction) {
    const at = RATES.indexOf(this.rate) + direction;
    if (RATES[at] !== undefined) this.setRate(RATES[at]);
  }

  get #isShown() {
    return this.video !== null && this.t < this.video.duration - 0.05;
  }

  // The video plays along where it has pictures of this time.
  #follow() {
    if (this.#isShown) this.video.play().catch(() => {});
  }

  #tick(now) {
    if (!this.playing) return;
    // A window that was hidden goes on where it was.
    const passed = this.last === undefined || now - this.last > 500 ? 0 : (now - this.last) / 1000;
    this.last = now;
    if (this.video && !this.video.paused && !this.video.seeking && this.#isShown) this.t = this.video.currentTime;
    else this.t += passed * this.rate;
    if (this.t >= this.end) {
      this.t = this.end;
      this.pause();
      return;
    }
    this.asked = requestAnimationFrame((next) => this.#tick(next));
    this.moved();
  }

  // A video seeks more slowly than a hand moves: where it goes next is the last place that was asked for.
  #seekVideo(t) {
    if (this.video === null || !Number.isFinite(this.video.duration)) return;
    const wanted = Math.min(t, this.video.duration);
    if (this.video.seeking) this.wanted = wanted;
    else if (Math.abs(this.video.currentTime - wanted) > 0.001) this.video.currentTime = wanted;
  }

  #seekNext() {
    const { wanted } = this;
    this.wanted = null;
    if (wanted !== null) this.#seekVideo(wanted);
    else if (this.playing && this.video.paused) this.#follow();
  }
}

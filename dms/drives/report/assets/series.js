// The numbers of the drive: unpacked, and what a stretch of them comes to without a look at every sample.

const ARRAYS = { h: Int16Array, H: Uint16Array, B: Uint8Array, I: Uint32Array };
const FOLD = 64;

export function unpack(text, type) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return new ARRAYS[type](bytes.buffer);
}

export class Channel {
  constructor({ type, perUnit, unknown, numbers }) {
    this.perUnit = perUnit;
    this.unknown = unknown;
    this.numbers = unpack(numbers, type);
    this.levels = [];
    let finer = { low: this.numbers, high: this.numbers };
    while (finer.low.length > FOLD) {
      finer = this.#folded(finer);
      this.levels.push(finer);
    }
  }

  // The value of a sample in the cue's unit; null while unknown.
  value(i) {
    const number = this.numbers[i];
    return number === undefined || number === this.unknown ? null : number / this.perUnit;
  }

  // Least, greatest and mean of the samples `from` to `to` (not included); null if all of them are unknown.
  range(from, to) {
    let least = Infinity;
    let greatest = -Infinity;
    let sum = 0;
    let count = 0;
    for (let i = from; i < to; ) {
      let step = 1;
      let level = null;
      for (const coarser of this.levels) {
        if (i % (step * FOLD) || i + step * FOLD > to) break;
        step *= FOLD;
        level = coarser;
      }
      const k = i / step;
      const low = level ? level.low[k] : this.numbers[k];
      if (low !== this.unknown) {
        const high = level ? level.high[k] : low;
        if (low < least) least = low;
        if (high > greatest) greatest = high;
        sum += level ? level.sum[k] : low;
        count += level ? level.count[k] : 1;
      }
      i += step;
    }
    return count ? [least / this.perUnit, greatest / this.perUnit, sum / count / this.perUnit] : null;
  }

  #folded({ low, high, sum, count }) {
    const length = Math.ceil(low.length / FOLD);
    const folded = {
      low: new low.constructor(length).fill(this.unknown),
      high: new low.constructor(length).fill(this.unknown),
      sum: new Float64Array(length),
      count: new Uint32Array(length),
    };
    for (let i = 0; i < low.length; i++) {
      if (low[i] === this.unknown) continue;
      const k = Math.floor(i / FOLD);
      if (folded.count[k] === 0 || low[i] < folded.low[k]) folded.low[k] = low[i];
      if (folded.count[k] === 0 || high[i] > folded.high[k]) folded.high[k] = high[i];
      folded.sum[k] += sum ? sum[i] : low[i];
      folded.count[k] += count ? count[i] : 1;
    }
    return folded;
  }
}

// When each sample was taken, in seconds of the drive.
export class Times {
  constructor(origin, text) {
    this.origin = origin;
    this.milliseconds = unpack(text, "I");
    this.length = this.milliseconds.length;
    // A step five times the usual one is a gap, through which no line is drawn.
    this.gap = Math.max(0.3, 5 * this.#usualStep());
  }

  at(i) {
    return this.origin + this.milliseconds[i] / 1000;
  }

  // The first sample at or after `t`.
  index(t) {
    const wanted = (t - this.origin) * 1000;
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.milliseconds[middle] < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  // The sample that is nearest to `t`; null where there is none for a while.
  nearest(t) {
    const after = this.index(t);
    const candidates = [after - 1, after].filter((i) => i >= 0 && i < this.length);
    const best = candidates.sort((a, b) => Math.abs(this.at(a) - t) - Math.abs(this.at(b) - t))[0];
    return best === undefined || Math.abs(this.at(best) - t) > this.gap ? null : best;
  }

  #usualStep() {
    const steps = [];
    const stride = Math.max(1, Math.floor(this.length / 1000));
    for (let i = 1; i < this.length; i += stride) steps.push(this.milliseconds[i] - this.milliseconds[i - 1]);
    steps.sort((a, b) => a - b);
    return (steps[steps.length >> 1] ?? 33) / 1000;
  }
}

export function clock(t, digits = 1) {
  const unit = 10 ** digits;
  const total = Math.round(Math.abs(t) * unit);
  const hours = Math.floor(total / (3600 * unit));
  const minutes = Math.floor(total / (60 * unit)) % 60;
  const seconds = ((total % (60 * unit)) / unit).toFixed(digits).padStart(digits ? digits + 3 : 2, "0");
  const text = hours ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
  return t < 0 && total ? `-${text}` : text;
}

// Quantiles of a stream in bounded memory: a merging t-digest (Dunning), exact while it holds no more than 128
// different observations. An observation has a weight, so that a sampled one costs as much as any other. Pure; memory is
// taken as values come, at most 4 kB.

const CAPACITY = 256;
/** Centroids left by a merge are at most about this many; the error in rank is then well below 1 % in the middle. */
const COMPRESSION = 100;

export class QuantileSketch {
  #means = new Float64Array(8);
  #weights = new Float64Array(8);
  #size = 0;
  #sorted = true;
  /** Some centroids stand for several values: between two of them a quantile is interpolated. */
  #merged = false;
  total = 0;

  add(value: number, weight: number): void {
    const size = this.#size;
    if (size > 0 && this.#means[size - 1] === value) {
      this.#weights[size - 1]! += weight;
    } else {
      if (size === this.#means.length) this.#makeRoom();
      this.#means[this.#size] = value;
      this.#weights[this.#size++] = weight;
      this.#sorted = false;
    }
    this.total += weight;
  }

  addAll(other: QuantileSketch): void {
    this.#merged ||= other.#merged;
    for (let i = 0; i < other.#size; i++) this.add(other.#means[i]!, other.#weights[i]!);
  }

  /** The value of nearest rank; NaN where nothing was observed. */
  quantile(q: number): number {
    if (this.total === 0) return NaN;
    this.#sort();
    // The share of a decimal such as 0.07 * 100 = 7.000000000000001 must not round up a rank.
    const rank = q * this.total * (1 - 1e-12);
    return this.#merged ? this.#between(rank) : this.#nearest(rank);
  }

  #nearest(rank: number): number {
    let seen = 0;
    for (let i = 0; i < this.#size; i++) {
      seen += this.#weights[i]!;
      if (seen >= rank) return this.#means[i]!;
    }
    return this.#means[this.#size - 1]!;
  }

  /** A centroid's mean is taken to stand in the middle of its weight. */
  #between(rank: number): number {
    const [means, weights] = [this.#means, this.#weights];
    let middle = weights[0]! / 2;
    for (let i = 1; i < this.#size; i++) {
      const step = (weights[i - 1]! + weights[i]!) / 2;
      if (middle + step >= rank)
        return means[i - 1]! + (means[i]! - means[i - 1]!) * Math.max(0, (rank - middle) / step);
      middle += step;
    }
    return means[this.#size - 1]!;
  }

  clear(): void {
    this.#merged = false;
    this.#size = 0;
    this.total = 0;
    this.#sorted = true;
  }

  #makeRoom(): void {
    if (this.#means.length < CAPACITY) {
      this.#means = doubled(this.#means);
      this.#weights = doubled(this.#weights);
      return;
    }
    this.#sort();
    if (this.#size > CAPACITY / 2) this.#merge();
  }

  #sort(): void {
    if (this.#sorted) return;
    const order = Array.from({ length: this.#size }, (_, i) => i);
    const [means, weights] = [this.#means, this.#weights];
    order.sort((a, b) => means[a]! - means[b]!);
    const [oldMeans, oldWeights] = [means.slice(0, this.#size), weights.slice(0, this.#size)];
    let to = -1;
    for (const from of order) {
      if (to >= 0 && means[to] === oldMeans[from]) weights[to]! += oldWeights[from]!;
      else {
        means[++to] = oldMeans[from]!;
        weights[to] = oldWeights[from]!;
      }
    }
    this.#size = to + 1;
    this.#sorted = true;
  }

  /** Neighbours become one where the scale function k1 allows: fine at both ends, coarse in the middle. */
  #merge(): void {
    const [means, weights] = [this.#means, this.#weights];
    let to = 0;
    let before = 0;
    this.#merged = true;
    let limit = this.total * nextQuantile(0);
    for (let i = 1; i < this.#size; i++) {
      const together = weights[to]! + weights[i]!;
      if (before + together <= limit) {
        means[to]! += ((means[i]! - means[to]!) * weights[i]!) / together;
        weights[to] = together;
      } else {
        before += weights[to]!;
        limit = this.total * nextQuantile(before / this.total);
        means[++to] = means[i]!;
        weights[to] = weights[i]!;
      }
    }
    this.#size = to + 1;
  }
}

/** How far a centroid that begins at quantile q may reach: k(q) + 1 with k = compression / 2pi * asin(2q - 1). */
function nextQuantile(q: number): number {
  const k = (COMPRESSION / (2 * Math.PI)) * Math.asin(2 * q - 1) + 1;
  const angle = (k * 2 * Math.PI) / COMPRESSION;
  return angle >= Math.PI / 2 ? 1 : (Math.sin(angle) + 1) / 2;
}

function doubled(cells: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(cells.length * 2);
  larger.set(cells);
  return larger;
}

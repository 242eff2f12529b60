// Whose turn is it, and how much fits: fills the consumer's buffer from the paths that have something, one after the
// other, so that none waits for long behind a busy one. Hot. For follow. A record longer than the buffer keeps the
// turn until its end: nothing may come in between.
import { FINGERPRINT_BYTES } from './file-identity.ts';
import type { Batch } from './file-reader.ts';
import type { FollowedPath } from './followed-path.ts';

/** Not worth another read for less room than this. */
const MIN_ROOM_BYTES = 4096 + FINGERPRINT_BYTES;
/** After less than this the next notice is soon enough; running after a steady writer costs a read per line. */
const CHASE_BYTES = 128 * 1024;

export class TurnTaking {
  /** Paths with something to deliver, in turn. */
  readonly #ready = new Set<FollowedPath>();
  /** The path whose record is being handed out in pieces. */
  #insideRecord: FollowedPath | undefined;

  add(followed: FollowedPath): void {
    this.#ready.add(followed);
  }

  delete(followed: FollowedPath): void {
    this.#ready.delete(followed);
    if (this.#insideRecord === followed) this.#insideRecord = undefined;
  }

  /**
   * Batches in `buffer`; none when there is nothing now. @param ending what is unfinished is delivered as it is, and
   * no file is looked at again: the end is a fact
   */
  async fill(buffer: Buffer, ending: boolean): Promise<Batch[]> {
    const batches: Batch[] = [];
    let at = 0;
    const turn = this.#insideRecord === undefined ? this.#ready : [this.#insideRecord];
    for (const followed of turn) {
      at = await this.#fillFrom(followed, buffer, at, ending, batches);
      if (this.#insideRecord !== undefined) break;
      // To the end of the line of those that wait, or out of it.
      this.#ready.delete(followed);
      const isReady = followed.next(performance.now(), ending) !== undefined;
      if (isReady) this.#ready.add(followed);
      if (isReady || buffer.length - at < MIN_ROOM_BYTES) break;
    }
    return batches;
  }

  /** Reads one path until it has no more or the buffer no room. Returns where the free room begins. */
  async #fillFrom(
    followed: FollowedPath,
    buffer: Buffer,
    from: number,
    ending: boolean,
    batches: Batch[],
  ): Promise<number> {
    let at = from;
    while (buffer.length - at >= MIN_ROOM_BYTES) {
      const next = followed.next(performance.now(), ending);
      if (next === undefined) break;
      const { reader, owed } = next;
      const before = reader.position;
      const taken = reader.take(buffer, at, buffer.length - at - FINGERPRINT_BYTES, owed);
      const batch = taken instanceof Promise ? await taken : taken;
      this.#insideRecord = reader.insideRecord ? followed : undefined;
      if (batch !== undefined) {
        batches.push(batch);
        at = batch.bytes.byteOffset - buffer.byteOffset + batch.bytes.length;
        if (this.#insideRecord !== undefined) break;
      }
      // A short read was a truncation; a file that had much has grown meanwhile.
      const hadMuch = batch !== undefined && batch.bytes.length >= CHASE_BYTES;
      if (batch === undefined || (hadMuch && !reader.readable && !ending)) reader.refresh(performance.now());
      if (reader.truncated) followed.observe(performance.now());
      else if (reader.position === before) break;
    }
    return at;
  }
}

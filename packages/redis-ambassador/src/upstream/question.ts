// A command of our own: gets one reply as a whole. For fences (ROLE) and for what decides about a client's state (AUTH,
// SELECT). What was surely not executed is asked again, as often as the waiting room allows.
import type { Lost, ReplyOwner, Request, Source } from './source.ts';

export class Question implements ReplyOwner {
  readonly #answer: (reply: Buffer | Error) => void;
  readonly #elsewhere: (() => Source) | undefined;
  #parts: Buffer[] = [];

  /** @param elsewhere where to ask when the source could not; without it that is the answer, as an Error. */
  constructor(answer: (reply: Buffer | Error) => void, elsewhere?: () => Source) {
    this.#answer = answer;
    this.#elsewhere = elsewhere;
  }

  room(): number {
    return 1;
  }

  deliver(_source: Source, data: Buffer, from: number, to: number, completed: number): void {
    this.#parts.push(data.subarray(from, to));
    if (completed > 0) this.#answer(Buffer.concat(this.#parts));
  }

  refused(_source: Source, _request: Request, _epoch: number): boolean {
    return false;
  }

  lost(_source: Source, { sent, final, why, data, start, end, epoch }: Lost): void {
    if (sent || final !== undefined || !this.#elsewhere) return this.#answer(new Error(final ?? why));
    this.#elsewhere().send(this, data, start, end, epoch);
  }

  torn(_source: Source, why: string): void {
    this.#answer(new Error(why));
  }
}

// One read at a replica of a cluster: its reply goes to the client if it proves that the key is there (evidence.ts), and is
// dropped otherwise: the primary is asked. One of these per read. Invariant: the client gets exactly one of the two replies.
import type { Lost, ReplyOwner, Request, Source } from '../upstream/source.ts';
import type { ClusterClient } from './client.ts';
import { EVIDENCE_BYTES, provesKey } from './evidence.ts';

export class ReplicaRead implements ReplyOwner {
  readonly #client: ClusterClient;
  readonly #request: Request;
  #believed: boolean | undefined;
  /** The beginning, while it is too short to tell. */
  #held: Buffer | undefined;

  constructor(client: ClusterClient, request: Request) {
    this.#client = client;
    this.#request = request;
  }

  room(): number {
    return 1;
  }

  deliver(source: Source, data: Buffer, from: number, to: number, completed: number): void {
    if (this.#held) {
      const joined = Buffer.concat([this.#held, data.subarray(from, to)]);
      this.#held = undefined;
      return this.deliver(source, joined, 0, joined.length, completed);
    }
    if (this.#believed === undefined && completed === 0 && to - from < EVIDENCE_BYTES) {
      this.#held = data.subarray(from, to);
      return;
    }
    this.#believed ??= provesKey(data, from, to);
    if (this.#believed) this.#client.session.deliver(source, data, from, to, completed);
    else if (completed > 0) this.#client.askPrimary(source, this.#request);
  }

  refused(source: Source, request: Request, epoch: number, data: Buffer, from: number, to: number): boolean {
    return this.#client.session.refused(source, request, epoch, data, from, to);
  }

  lost(source: Source, what: Lost): void {
    this.#client.session.lost(source, what);
  }

  torn(): void {
    this.#client.session.torn();
  }
}

// PostgreSQL before the tunnel: the client says in plain text what it wants (and hears that there is no encryption to
// be had here), an endpoint is reached over TLS, the client's words go there, and of the answer the authentication
// request is adapted to a client without TLS. From then on neither side needs us.
import type { Greeted } from '../endpoint.ts';
import type { Receiver, Wire } from '../wire.ts';
import { Opening } from './opening.ts';
import { AuthenticationFilter, fatalError, NO_ENCRYPTION, readStart } from './postgres-start.ts';

/** One request for TLS and one for GSSAPI. */
const MOST_REQUESTS = 2;

export class PostgresOpening extends Opening {
  #held: Buffer = Buffer.alloc(0);
  #near: Wire | undefined;
  #requests = 0;
  #isCancel = false;

  onBytes(bytes: Buffer, start: number, end: number): void {
    this.#held = Buffer.concat([this.#held, bytes.subarray(start, end)]);
    for (;;) {
      const { kind, bytes: count } = readStart(this.#held);
      if (kind === 'incomplete') return;
      if (kind === 'refused' || this.#requests > MOST_REQUESTS) return this.fail('not-postgres');
      if (kind === 'startup' || kind === 'cancel') {
        this.#isCancel = kind === 'cancel';
        return this.dial();
      }
      this.#requests++;
      this.#held = this.#held.subarray(count);
      this.#near?.sendText(NO_ENCRYPTION);
    }
  }

  protected begin(near: Wire): void {
    this.#near = near;
    this.allow(this.host.clientMs, 'client-timeout');
  }

  protected reached(near: Wire, far: Wire, _greeted: Greeted | undefined): void {
    far.send(this.#held, 0, this.#held.length);
    if (this.#isCancel) return this.join();
    this.allow(this.upstream.plan.firstByteMs, 'first-byte-timeout');
    const filter = new AuthenticationFilter();
    const answer: Receiver = {
      onBytes: (bytes, start, end) => {
        const settled = filter.feed(bytes.subarray(start, end));
        if (settled === undefined) return;
        near.send(settled, 0, settled.length);
        this.join();
      },
      onEnd: () => this.fail('upstream-closed'),
      onWritable: () => {},
      onClose: (error) => this.fail('upstream-closed', error),
    };
    far.receiver = answer;
    far.resume();
  }

  protected override refuse(near: Wire, text: string): void {
    const error = fatalError(text);
    near.send(error, 0, error.length);
    near.end();
    near.destroySoon();
  }
}

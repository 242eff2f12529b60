// What Redis keeps per connection and we keep per client, as many clients share a connection: name, library, database,
// login, protocol version, whether replies are wanted.
import type { Consistency } from './routing.ts';
import type { SessionContext } from './session-context.ts';
import type { Identity } from './upstream/source.ts';

export class ClientState {
  identity: Identity;
  /** Has logged in, or need not. */
  admitted: boolean;
  /** What its reads must have seen; its own choice by AMBASSADOR CONSISTENCY, or the deployment's. */
  consistency: Consistency;
  name = '';
  libName = '';
  libVersion = '';
  /** CLIENT REPLY: off, or how many replies are still to be skipped. */
  repliesOff = false;
  skips = 0;
  readonly #context: SessionContext;

  constructor(context: SessionContext) {
    this.#context = context;
    this.admitted = context.clientPassword() === undefined;
    this.identity = context.identities.of(0, 2, undefined);
    this.consistency = context.policy.consistency;
  }

  /** Whether the reply of the command now sent is unwanted; counts CLIENT REPLY SKIP down. Hot. */
  dropsReply(): boolean {
    if (this.skips > 0) return --this.skips >= 0;
    return this.repliesOff;
  }

  become(change: Partial<Pick<Identity, 'db' | 'resp' | 'login'>>): Identity {
    const { db, resp, login } = { ...this.identity, ...change };
    return this.#context.identities.of(db, resp, login);
  }

  reset(): void {
    this.admitted = this.#context.clientPassword() === undefined;
    this.identity = this.#context.identities.of(0, 2, undefined);
    this.consistency = this.#context.policy.consistency;
    this.name = '';
    this.repliesOff = false;
    this.skips = 0;
  }
}

/** More logins and databases than any application has. */
const REMEMBERED = 1024;

/**
 * Makes identities, the same one for the same settings, so that clients who are alike share connections. Of those that
 * nobody asked for lately the oldest is forgotten: it costs its clients a second set of connections, and a client that
 * tries logins and databases by the million costs no memory.
 */
export class Identities {
  /** By all that they are; in the order of their use, which Map keeps. */
  readonly #known = new Map<string, Identity>();
  #serial = 0;

  of(db: number, resp: 2 | 3, login: Identity['login']): Identity {
    const all = JSON.stringify([db, resp, login?.username, login?.password]);
    const serial = login === undefined ? '' : `/${++this.#serial}`;
    const identity = this.#known.get(all) ?? { key: `${db}/${resp}${serial}`, db, resp, login };
    this.#known.delete(all);
    this.#known.set(all, identity);
    if (this.#known.size > REMEMBERED) this.#known.delete(this.#known.keys().next().value ?? '');
    return identity;
  }
}

// The two sides of a command under way: the source its reply will come from, and the owner who gets it. A source is a
// connection to a server, or the waiting room while there is none. Invariant: a source answers its commands in the order
// they were sent, each exactly once: by deliver(), lost() or a refusal that its owner took up.

/** Who talks to the server, and how: connections are shared only among clients that are alike in this. */
export type Identity = {
  /** Tells identities apart; holds no secret. */
  readonly key: string;
  readonly db: number;
  readonly resp: 2 | 3;
  /** Undefined: the credentials of the settings. */
  readonly login: { readonly username: string; readonly password: string } | undefined;
  /** In front of a cluster: reads from replicas, which without READONLY would send them to their primary. */
  readonly reading?: true;
};

/** Who we are when we ask for ourselves: what clients are that have asked for nothing else. */
export const OWN: Identity = { key: '0/2', db: 0, resp: 2, login: undefined };

/** A command as bytes, data[start, end); whoever keeps it may, as nobody writes to them again. */
export type Request = { readonly data: Buffer; readonly start: number; readonly end: number };

export type Source = {
  /** Bytes sent, or waiting to be, that the server has not taken: no more, please. */
  readonly congested: boolean;
  /** `epoch` > 0: a write, with what DirtyMarks.sent() gave; 0: it only reads, and may be repeated; -1: neither. */
  send(owner: ReplyOwner, data: Buffer, start: number, end: number, epoch: number): void;
  /** Calls back once when no longer congested. */
  whenFree(callback: () => void): void;
};

export type Lost = Request & {
  readonly epoch: number;
  /** It may have reached the server. */
  readonly sent: boolean;
  /** A write that its owner sent behind it may have reached the server: who reads now may read what was written later. */
  readonly overtaken?: boolean;
  readonly why: string;
  /** The error to answer with, when trying elsewhere is in vain: the server refused our login, or a deadline is past. */
  readonly final?: string;
};

export type ReplyOwner = {
  /** How many replies of this source may come in one deliver(). At least 1. */
  room(source: Source): number;
  /** Bytes of replies, `completed` of which end with them; the last may go on in the next call. */
  deliver(source: Source, data: Buffer, from: number, to: number, completed: number): void;
  /** The next reply is this error, data[from, to). True: the owner has sent the command elsewhere and wants no reply. */
  refused(source: Source, request: Request, epoch: number, data: Buffer, from: number, to: number): boolean;
  /** No reply will come. */
  lost(source: Source, what: Lost): void;
  /** A reply broke off in the midst of its bytes. */
  torn(source: Source, why: string): void;
};

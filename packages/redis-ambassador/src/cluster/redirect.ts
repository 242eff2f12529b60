// What a node of a cluster says when a command is not for it, or not now: in all these cases the command was not executed.
// Pure.
import type { Endpoint } from '../upstream/dial.ts';
import { isUnfit } from '../upstream/unfit.ts';

export type Redirect =
  /** The slot belongs to another node (moved), or this one command does, after ASKING (ask). */
  | { readonly kind: 'moved' | 'ask'; readonly slot: number; readonly to: Endpoint }
  /** Wait a little and try again: a slot is being moved, a node is loading, no primary was elected yet. */
  | { readonly kind: 'later'; readonly why: string }
  /** The same, and this server is not what we took it for. */
  | { readonly kind: 'unfit'; readonly why: string };

/** Bytes of an error line that are looked at: longer than any redirect. */
const LONGEST = 320;

/**
 * The redirect that the error line data[from, to) is, or undefined when it is about the command itself.
 * `host`: of the node that says so, as an empty host means the same one.
 */
export function readRedirect(data: Buffer, from: number, to: number, host: string): Redirect | undefined {
  const line = data.toString('latin1', from + 1, Math.min(to, from + LONGEST)).trimEnd();
  const [, code, slot, name, port] = /^(MOVED|ASK) (\d{1,5}) (.*):(\d{1,5})$/.exec(line) ?? [];
  if (code !== undefined) {
    const endpoint = { host: name === '' || name === '?' ? host : name!, port: Number(port) };
    return { kind: code === 'MOVED' ? 'moved' : 'ask', slot: Number(slot), to: endpoint };
  }
  if (/^(TRYAGAIN|CLUSTERDOWN) /.test(line)) return { kind: 'later', why: line };
  if (isUnfit(line)) return { kind: 'unfit', why: line };
  return undefined;
}

// A SCAN cursor and the number of the server that gave it, in one number. Pure.

/**
 * A server's own cursors are below it: they count buckets, and in a cluster's server slots beside them (14 bits). Together
 * with a server's number they stay below 2^53, as some clients make numbers of them.
 */
const OWN_CURSORS = 2 ** 40;
/** Numbers of servers: 1 to 4095. */
export const CURSOR_OWNERS = 2 ** 12 - 1;

/** @returns the number of the server that gave a cursor, 0 for the primary, and the server's own cursor */
export function splitCursor(text: string): { readonly owner: number; readonly own: string } {
  const cursor = /^\d{13,16}$/.test(text) ? Number(text) : 0;
  const owner = Math.floor(cursor / OWN_CURSORS);
  return owner > CURSOR_OWNERS
    ? { owner: 0, own: text }
    : { owner, own: owner === 0 ? text : String(cursor % OWN_CURSORS) };
}

/** The cursor to give to the client. 0 is the end for everybody. */
export function joinCursor(owner: number, own: string): string {
  return own === '0' ? own : String(owner * OWN_CURSORS + Number(own));
}

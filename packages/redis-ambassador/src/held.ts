// Why a session holds back the next command of its client; several reasons may hold at once, each a bit.

export const HELD = {
  /** Until every reply has come: what follows changes state or connections. */
  quiet: 1,
  /** Upstream takes no more just now. */
  congested: 2,
  /** An answer is awaited that decides about the client's state (AUTH, SELECT, HELLO), or a primary. */
  answer: 4,
  /** The client does not read its replies. */
  output: 8,
  /** Enough commands are under way. */
  turn: 16,
  /** No further command is taken: QUIT, a protocol error, the drain. */
  closing: 32,
} as const;

// What clients saw, as the checker judges it: every command with when it was sent, when it was answered and how it ended.
// One clock for all clients (they live in one process), so that "before" means before. Pure data.

/**
 * ok: answered. failed: surely not executed. doubt: executed at some time from its invocation on, or never. alien: the
 * reply cannot be one to this command.
 */
export type Outcome = 'ok' | 'failed' | 'doubt' | 'alien';

export type Operation = {
  readonly client: number;
  /** The client's commands in the order it sent them. */
  readonly index: number;
  /** write, read: a register. push, list: a list at whose end unique tokens are put. pop: takes a token. add: a counter. */
  readonly kind: 'write' | 'read' | 'push' | 'list' | 'pop' | 'add' | 'echo';
  /** With its database: the same name is another key there. */
  readonly key: string;
  /** What is written or pushed: unique, so that who reads it knows who wrote it. */
  readonly value: string;
  invoked: number;
  /** Infinity while it was not answered. */
  completed: number;
  outcome: Outcome;
  /** What was read: the register (null: nothing there), the tokens, the counter's new value; for errors the error. */
  result: string | number | null | readonly string[];
};

/**
 * The primary changed between `from` and `to` (when the ambassador had taken note), and what was acknowledged and not
 * yet replicated may be lost. A change that waited for the replicas is none: nothing may be lost by it.
 */
export type LossySwitch = { readonly from: number; readonly to: number };

export type History = {
  readonly operations: readonly Operation[];
  readonly switches: readonly LossySwitch[];
};

// Where does a command go, and why? Pure: what is known of the command, the client's state and the policy in, a decision
// out; no bytes are touched and nothing is allocated (the decisions are constants). For the session, --explain and
// `AMBASSADOR ROUTE`. Which replica is the balancer's matter, whether it is fresh enough that of the consistency marks.
import type { Command } from './commands/find.ts';

/**
 * primary, replica: over a connection shared with others. pin: over one of its own until the state that demands it is
 * gone. relay: one of its own for good, bytes passed on as they come. local: answered here. refuse: `why` is the error.
 * info: the primary, and we add to its answer. cursor: a replica, or whoever gave its cursor. everywhere: the primary, and the same to every replica.
 */
export type Action =
  | 'info'
  | 'primary'
  | 'everywhere'
  | 'replica'
  | 'cursor'
  | 'pin'
  | 'relay'
  | 'local'
  | 'refuse';
export type Decision = { readonly action: Action; readonly marks: boolean; readonly why: string };

export const readFromChoices = [
  'primary',
  'prefer-primary',
  'replica',
  'prefer-replica',
  'any',
  'nearest',
] as const;
export type ReadFrom = (typeof readFromChoices)[number];
export const consistencyChoices = ['eventual', 'key', 'session', 'strong'] as const;
export type Consistency = (typeof consistencyChoices)[number];

export type Policy = {
  readonly readFrom: ReadFrom;
  /** What clients get that have not chosen for themselves. */
  readonly consistency: Consistency;
  /** Let replicas carry out SORT and the like where they do not write, as SORT_RO. */
  readonly rewriteReads: boolean;
  /** Refuse every command that may write. */
  readonly readOnly: boolean;
  /** Lower-case names, also `config|set`, that are refused. */
  readonly denied: ReadonlySet<string>;
  /** What the servers call a command, by our lower-case name for it. */
  readonly renamed: ReadonlyMap<string, string>;
};

/** What of a session's state decides: whether it has a connection of its own, and which kind; and what it was promised. */
export type SessionState = {
  readonly own: 'none' | 'pinned' | 'relay';
  readonly consistency: Consistency;
};

const decision = (action: Action, why: string, marks = false): Decision => ({ action, why, marks });

const WRITE = decision('primary', 'it may write', true);
const PRIMARY = decision('primary', 'it is about the primary itself');
const INFO = decision('info', 'it is about the primary, and the ambassador adds a section of its own');
const ADMIN = decision(
  'primary',
  'it is about the primary itself, and so are the reads of this client from then on',
);
const EVERYWHERE = decision('everywhere', 'read-only scripts run at replicas, which must know them, too');
const SCRIPT = decision('primary', 'its script may write', true);
const SCAN = decision(
  'cursor',
  'it only reads, and its cursor means something only to the server that gave it: cursor 0 begins at a replica, any other goes where it came from',
);
const READ = decision('replica', 'it only reads');
const READ_AT_PRIMARY = decision('primary', 'it only reads, and reads go to the primary by --read-from');
const READ_STRONG = decision('primary', 'it only reads, and consistency strong reads at the primary');
const BLOCK = decision('pin', 'it may wait, and nobody else shall wait behind it', true);
const PIN = decision('pin', 'it is about the state of one connection');
const RELAY = decision(
  'relay',
  'from now on the server talks to this client unasked, or means its very connection',
);
const LOCAL = decision('local', "it is about the client's own connection");
const OWN = decision('pin', 'the client has a connection of its own just now', true);
const OWN_FOR_GOOD = decision('relay', 'the client has a connection of its own', true);
const DENIED = decision('refuse', 'NOPERM this command is denied by the ambassador (--deny)');
const READ_ONLY = decision('refuse', 'READONLY the ambassador is in read-only mode (--read-only)');

export function route(command: Command, state: SessionState, policy: Policy): Decision {
  if (policy.denied.size > 0 && isDenied(command, policy)) return DENIED;
  if (policy.readOnly && mayWrite(command)) return READ_ONLY;
  if (state.own === 'relay') return OWN_FOR_GOOD;
  if (state.own === 'pinned') return command.group === 'relay' ? RELAY : OWN;
  switch (command.group) {
    case 'read':
    case 'scan':
      return routeRead(command, state, policy);
    case 'script':
      return mayWrite(command) ? SCRIPT : routeRead(command, state, policy);
    case 'write':
      return WRITE;
    case 'info':
      return INFO;
    case 'everywhere':
      return EVERYWHERE;
    case 'admin':
      return ADMIN;
    case 'block':
      return BLOCK;
    case 'pin':
      return PIN;
    case 'relay':
      return RELAY;
    case 'local':
      return LOCAL;
    default:
      return PRIMARY;
  }
}

function routeRead({ group }: Command, { consistency }: SessionState, { readFrom }: Policy): Decision {
  if (readFrom === 'primary') return READ_AT_PRIMARY;
  if (consistency === 'strong') return READ_STRONG;
  return group === 'scan' ? SCAN : READ;
}

/** Whether it may change data, keys or not. XREAD BLOCK waits, but only reads; scripts that are not _RO may do anything. */
export function mayWrite({ group, name }: Command): boolean {
  if (group === 'script') return !name.endsWith('_ro');
  return group === 'write' || (group === 'block' && name !== 'xread');
}

function isDenied({ name }: Command, { denied }: Policy): boolean {
  return denied.has(name) || (name.includes('|') && denied.has(name.slice(0, name.indexOf('|'))));
}

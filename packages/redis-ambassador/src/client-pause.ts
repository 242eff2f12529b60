// CLIENT PAUSE: while a server holds writes back, they wait on connections of their own, as on shared ones everybody's
// commands would wait behind them. Asked for every command to the primary, so a look at one number when there is no pause.
import type { Command } from './commands/find.ts';
import type { Session } from './session.ts';

/** Whether the framer's command is to wait on a connection of its own; takes note of pauses that begin and end. */
export function holdsBack({ context, framer }: Session, { name }: Command, writes: boolean): boolean {
  const { exchange, now } = context;
  if (name === 'client|pause') {
    const { data, args, argc } = framer;
    const ms = argc > 2 ? Number(data.toString('latin1', args[4], args[5])) : 0;
    if (ms > 0) exchange.pausedUntil = now() + ms;
  } else if (name === 'client|unpause') exchange.pausedUntil = 0;
  return exchange.pausedUntil > 0 && (writes || name === 'publish') && now() < exchange.pausedUntil;
}

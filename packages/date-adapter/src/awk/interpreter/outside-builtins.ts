// The builtins that reach outside: system, close, fflush, and the clock (gawk manual, "Input/Output Functions", "Time
// Functions"). The message builtins of gawk (dcgettext and the like) translate nothing.
import { makeTime, formatTime } from '../time-functions.ts';
import { ArgumentReader, type BuiltinTable } from './builtin-call.ts';
import type { Evaluator } from './evaluator.ts';
import type { RunState } from './run-state.ts';
import { AwkArray, isTrue, type Scalar, toText } from './values.ts';

export function outsideBuiltins(evaluator: Evaluator): BuiltinTable {
  const { state } = evaluator;
  const { streams, world, codec } = state;
  const read = new ArgumentReader(evaluator);
  return {
    system: (args, frame) => {
      const command = codec.toModel(read.text(args, 0, frame));
      streams.flushAll();
      return world.system(command);
    },
    close: (args, frame) => streams.close(read.text(args, 0, frame)),
    fflush: (args, frame) => {
      const name = args.length > 0 ? read.text(args, 0, frame) : '';
      if (name !== '') return streams.flush(name) ? 0 : -1;
      streams.flushAll();
      return 0;
    },
    systime: () => Math.floor(world.clock()),
    now: () => world.clock(),
    strftime: (args, frame) => {
      const format = args.length > 0 ? read.text(args, 0, frame) : defaultFormat(state);
      const seconds = args.length > 1 ? read.number(args, 1, frame) : world.clock();
      const utc = args.length > 2 && isTrue(read.value(args, 2, frame));
      return codec.fromModel(
        formatTime(codec.toModel(format), Math.floor(seconds), utc ? 'UTC' : zoneOf(state)),
      );
    },
    mktime: (args, frame) => {
      const text = read.text(args, 0, frame);
      const utc = args.length > 1 && isTrue(read.value(args, 1, frame));
      return makeTime(text, utc ? 'UTC' : zoneOf(state));
    },
    bindtextdomain: (args, frame) => read.text(args, 0, frame),
    dcgettext: (args, frame): Scalar => read.value(args, 0, frame),
    dcngettext: (args, frame): Scalar => read.value(args, read.number(args, 2, frame) === 1 ? 0 : 1, frame),
  };
}

function defaultFormat(state: RunState): string {
  const format = state.specialArray('PROCINFO').elements.get('strftime');
  return format === undefined || format instanceof AwkArray
    ? '%a %b %e %H:%M:%S %Z %Y'
    : toText(format, state.numberFormat);
}

/** The program may change its zone by assigning ENVIRON["TZ"]. */
function zoneOf(state: RunState): string {
  const zone = state.specialArray('ENVIRON').elements.get('TZ');
  return zone === undefined || zone instanceof AwkArray ? '' : toText(zone, state.numberFormat);
}

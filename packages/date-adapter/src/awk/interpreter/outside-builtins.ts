// The builtins that reach outside: system, close, fflush, and the clock (gawk manual, "Input/Output Functions", "Time
// Functions"). The message builtins of gawk (dcgettext and the like) translate nothing.
import { formatTime, knownZone, makeTime } from '../time-functions.ts';
import { ArgumentReader, type BuiltinTable } from './builtin-call.ts';
import type { Evaluator } from './evaluator.ts';
import type { RunState } from './run-state.ts';
import { NOT_OPEN } from './streams.ts';
import { AwkArray, isTrue, type Scalar, toText } from './values.ts';

export function outsideBuiltins(evaluator: Evaluator): BuiltinTable {
  const { state } = evaluator;
  const { streams, world, codec } = state;
  const read = new ArgumentReader(evaluator);
  return {
    system: (args, frame) => {
      const command = codec.toModel(read.text(args, 0, frame));
      streams.flushAll();
      return world.system(command, state.commandEnvironment());
    },
    close: (args, frame) => {
      const status = streams.close(read.text(args, 0, frame));
      if (status === undefined) state.specials.set('ERRNO', NOT_OPEN);
      return status ?? -1;
    },
    fflush: (args, frame) => {
      const name = args.length > 0 ? read.text(args, 0, frame) : '';
      if (name !== '') return streams.flush(name) ? 0 : -1;
      streams.flushAll();
      return 0;
    },
    systime: () => Math.floor(world.clock()),
    strftime: (args, frame) => {
      const format = args.length > 0 ? read.text(args, 0, frame) : defaultFormat(state);
      const seconds = args.length > 1 ? read.number(args, 1, frame) : world.clock();
      const zone = args.length > 2 ? zoneOrFlag(read.value(args, 2, frame), state) : state.zone();
      return codec.fromModel(formatTime(codec.toModel(format), Math.floor(seconds), zone));
    },
    mktime: (args, frame) => {
      const text = read.text(args, 0, frame);
      const utc = args.length > 1 && isTrue(read.value(args, 1, frame));
      return makeTime(text, utc ? 'UTC' : state.zone());
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

/** gawk's flag for UTC; beyond it, a string that is the name of a zone. */
function zoneOrFlag(value: Scalar, state: RunState): string {
  const name = typeof value === 'string' ? knownZone(value) : undefined;
  if (name !== undefined) return name;
  return isTrue(value) ? 'UTC' : state.zone();
}

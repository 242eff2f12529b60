// What in a listener's section can be read and would never do what was meant: a rule no host fits, a path no request
// has, a header that would be no header. Said for all routes at once. For plan.ts; pure.
import { SettingError } from '@podmate/base/errors';
import { TOKEN } from './http1/octets.ts';
import type { SettingsValues } from './settings.ts';

type Section = SettingsValues['listeners'][number];
type Route = Section['routes'][number];
type Rule = {
  readonly of: keyof Route;
  /** Everything that is wrong; most settings have one value, some a list. */
  readonly wrong: (route: Route) => readonly (string | undefined)[];
  readonly what: string;
  readonly todo: string;
};

const HOST = /^(?:(?:\*\.)?[\w.-]+|\[[\da-f:.]+\])$/i;
const ALLOWED = /^(?:\*|(?:(?:\*\.)?[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?)$/i;
/** Visible ASCII, as paths are on the wire. */
const PATH = /^\/(?:[!"$->@-~])*$/;
const DOT_SEGMENT = /\/\.\.?(?:\/|$)/;

const isPath = (path: string): boolean => PATH.test(path) && !DOT_SEGMENT.test(path);
const isName = (name: string): boolean => name !== '' && Buffer.from(name).every((byte) => TOKEN[byte]);
const unless = (isRight: (value: string) => boolean, value: string | undefined): (string | undefined)[] =>
  value === undefined || isRight(value) ? [] : [value];

const RULES: readonly Rule[] = [
  {
    of: 'host',
    wrong: ({ host }) => unless((value) => HOST.test(value), host),
    what: 'fits no host',
    todo: 'write name or *.suffix, without a port; for any host leave it out',
  },
  {
    of: 'path',
    wrong: ({ path }) => unless(isPath, path),
    what: 'no path of a request',
    todo: 'begin it with /, without query and dot segments, as clients send it',
  },
  {
    of: 'replacePath',
    wrong: ({ replacePath }) => unless(isPath, replacePath),
    what: 'no path of a request',
    todo: 'begin it with /, without query and dot segments',
  },
  {
    of: 'hostHeader',
    wrong: ({ hostHeader }) => unless((value) => /^[!-~]+$/.test(value), hostHeader),
    what: 'no value of Host',
    todo: 'write upstream, keep or a name',
  },
  ...(['removeRequestHeaders', 'removeResponseHeaders'] as const).map((of) => ({
    of,
    wrong: (route: Route) => route[of].filter((name) => !isName(name)),
    what: 'no name of a header',
    todo: 'write names only',
  })),
];

/** @param of the section's name, `listeners[0]` */
export function sectionFaults(section: Section, of: string): SettingError[] {
  const inRoutes = section.routes.flatMap((route, at) =>
    RULES.flatMap(({ of: setting, wrong, ...words }) =>
      wrong(route).map((value) => fault(`${of}.routes[${at}].${setting}`, value, words)),
    ),
  );
  return [...inRoutes, ...twice(section, of), ...allowFaults(section, of)];
}

/** Of two routes for the same, the second would never be taken. */
function twice({ routes, to }: Section, of: string): SettingError[] {
  const keys = routes.map(({ host = '', path }) => `${host.toLowerCase()}${path}`);
  const again = keys.findIndex((key, at) => keys.indexOf(key) !== at);
  const words = { what: 'an earlier route takes all of it', todo: 'leave one of them out' };
  if (again !== -1) return [fault(`${of}.routes[${again}]`, keys[again], words)];
  return to !== undefined && keys.includes('/') ? [fault(`${of}.to`, to, words)] : [];
}

function allowFaults({ mode, allow }: Section, of: string): SettingError[] {
  if (mode !== 'forward' && allow.length > 0)
    return [
      fault(`${of}.allow`, undefined, { what: `mode ${mode} allows all`, todo: 'only forward has it' }),
    ];
  const words = { what: 'fits no host', todo: 'write name, *.suffix, name:port or *' };
  return allow.filter((rule) => !ALLOWED.test(rule)).map((rule) => fault(`${of}.allow`, rule, words));
}

function fault(setting: string, value: string | undefined, words: { what: string; todo: string }) {
  return new SettingError({ setting, ...(value === undefined ? {} : { value }), ...words });
}

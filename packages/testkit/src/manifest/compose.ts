// Rules for compose files: that their services fit together, and that our images are as confined in them as in a pod.
// For check.ts. `docker compose config` checks the schema; here is what it does not see.
// Invariant: as with manifests, test/manifest/wrong-compose/<rule>.yaml breaks each rule and no other.

import { ManifestError, parseYaml } from './kubectl-yaml.ts';
import type { Fault, Path } from './kubectl-yaml.ts';
import { givenSettings, ourName } from './our-images.ts';
import type { GivenSettings, OurImages } from './our-images.ts';
import { problemIf } from './rules/rule.ts';
import type { Problem } from './rules/rule.ts';

type Fields = Readonly<Record<string, unknown>>;

type Service = {
  readonly name: string;
  readonly fields: Fields;
  readonly ours?: string;
  readonly settings?: GivenSettings;
};

type Project = {
  readonly services: readonly Service[];
  readonly volumes: Fields;
  readonly images: OurImages;
};

type ComposeRule = {
  readonly name: string;
  readonly why: string;
  /** Its paths begin at the service. */
  readonly find: (service: Service, project: Project) => Problem[];
};

const COMPOSE_GRACE_SECONDS = 10;

/** All that is wrong with a compose file, each fault with its rule, but for a text that is none. */
export async function composeFaults(
  text: string,
  file: string,
  images: OurImages,
): Promise<(Fault & { readonly rule?: string })[]> {
  try {
    const [document, second] = parseYaml(text, file, 'compose');
    const { value, lineOf } = document ?? { value: {}, lineOf: () => 1 };
    const services = isFields(value) ? fieldsOf(value['services']) : {};
    const wrong = Object.keys(services).length === 0 || Object.values(services).some((one) => !isFields(one));
    if (wrong || !isFields(value) || second !== undefined) {
      return [
        {
          file,
          line: 1,
          path: ['services'],
          what: 'a compose file is one document with services; write them',
        },
      ];
    }
    const read = Object.entries(services).map(([name, fields]) =>
      readService(name, fieldsOf(fields), images),
    );
    const project = { services: await Promise.all(read), volumes: fieldsOf(value['volumes']), images };
    return composeRules.flatMap(({ name: rule, find }) =>
      project.services.flatMap((service) =>
        find(service, project).map(({ path: inner, what }) => {
          const path: Path = ['services', service.name, ...inner];
          return { rule, file, line: lineOf(path), path, what };
        }),
      ),
    );
  } catch (error) {
    if (error instanceof ManifestError) return [...error.faults];
    throw error;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

async function readService(name: string, fields: Fields, images: OurImages): Promise<Service> {
  const ours = ourName(textOf(fields['image']));
  const table = images.settings.get(ours ?? '');
  if (ours === undefined || table === undefined) return { name, fields, ...(ours !== undefined && { ours }) };
  const args = listOf(fields['command']).map(String);
  const isPlain = fields['entrypoint'] === undefined && fields['env_file'] === undefined;
  const settings = isPlain
    ? await givenSettings({ name, args, env: environmentOf(fields) }, table)
    : undefined;
  return { name, fields, ours, ...(settings && { settings }) };
}

/** `environment:` has two forms. */
function environmentOf({ environment }: Fields): { name: string; value: string }[] {
  const pairs = Array.isArray(environment)
    ? environment.map((pair) => String(pair).split(/=(.*)/s))
    : Object.entries(fieldsOf(environment)).map(([name, value]) => [name, textOf(value)]);
  return pairs.map(([name = '', value = '']) => ({ name, value }));
}

/** The services that one names, each with the path to the name. */
function references({ fields }: Service): { path: Path; name: string; condition?: unknown }[] {
  const { depends_on: needed } = fields;
  const shared = ['network_mode', 'pid', 'ipc'].flatMap((field) => {
    const [, name] = /^service:(.*)$/.exec(textOf(fields[field])) ?? [];
    return name === undefined ? [] : [{ path: [field], name }];
  });
  const listed = listOf(needed).map((name, index) => ({ path: ['depends_on', index], name: String(name) }));
  const mapped = Object.entries(fieldsOf(needed)).map(([name, how]) => ({
    path: ['depends_on', name],
    name,
    condition: fieldsOf(how)['condition'],
  }));
  return [...shared, ...listed, ...mapped];
}

function unhealthy(service: Service, { services }: Project): Problem[] {
  return references(service).flatMap(({ path, name, condition }) => {
    const other = services.find((one) => one.name === name);
    const waits =
      condition === 'service_healthy' && other !== undefined && other.fields['healthcheck'] === undefined;
    return problemIf(waits, path, `${name} has no healthcheck, so it is never healthy; give it one`);
  });
}

/** The names of volumes in both forms of a mount; a path of the machine is none. */
function undeclaredVolumes({ fields }: Service, { volumes }: Project): Problem[] {
  return listOf(fields['volumes']).flatMap((mount, index) => {
    const { type, source } = fieldsOf(mount);
    const [name = ''] =
      typeof mount === 'string' ? mount.split(':') : [type === 'volume' ? textOf(source) : ''];
    const isNamed = /^[A-Za-z0-9]/.test(name);
    return problemIf(
      isNamed && !(name in volumes),
      ['volumes', index],
      `there is no volume ${name}; declare it below volumes`,
    );
  });
}

function openPorts({ fields }: Service): Problem[] {
  return listOf(fields['ports']).flatMap((port, index) => {
    const address = isFields(port) ? textOf(port['host_ip']) : String(port);
    const what = 'is open to the whole network; write 127.0.0.1: before it';
    return problemIf(!/^(?:127\.|\[?::1)/.test(address), ['ports', index], what);
  });
}

/** `1m30s` in seconds. */
function seconds(text: string): number {
  const unit: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };
  const parts = [...text.matchAll(/([\d.]+)(ms|h|m|s)/g)];
  return parts.reduce((sum, [, count, name = 's']) => sum + Number(count) * (unit[name] ?? 0), 0);
}

function gracePeriod({ fields, settings }: Service): Problem[] {
  const { stop_grace_period: written } = fields;
  const grace = written === undefined ? COMPOSE_GRACE_SECONDS : seconds(textOf(written));
  const { minSigtermDelay = 0, drainTimeout = 0 } = settings?.values ?? {};
  const needs = (minSigtermDelay + drainTimeout) / 1000;
  return problemIf(
    needs > grace,
    ['stop_grace_period'],
    `is ${grace} s; the image may take ${needs} s to end: raise it`,
  );
}

/** A rule about the services that run images of ours: what has to hold, and what to say when it does not. */
function oursHave(
  name: string,
  why: string,
  path: string,
  holds: (fields: Fields) => boolean,
  what: string,
): ComposeRule {
  return {
    name,
    why,
    find: ({ ours, fields }) => problemIf(ours !== undefined && !holds(fields), [path], what),
  };
}

export const composeRules: readonly ComposeRule[] = [
  {
    name: 'service-reference',
    why: 'compose refuses the file.',
    find: (service, { services }) =>
      references(service).flatMap(({ path, name }) =>
        problemIf(
          !services.some((other) => other.name === name),
          path,
          `there is no service ${name}; mend the name`,
        ),
      ),
  },
  { name: 'never-healthy', why: 'The service never starts.', find: unhealthy },
  { name: 'volume-undeclared', why: 'compose refuses the file.', find: undeclaredVolumes },
  {
    name: 'open-port',
    why: 'Whoever shares the network reaches what somebody only wanted to try.',
    find: openPorts,
  },
  {
    name: 'our-image',
    why: 'Nobody builds this image.',
    find: ({ ours }, { images: { settings } }) =>
      problemIf(
        ours !== undefined && !settings.has(ours),
        ['image'],
        `podmate/${ours} is no image of ours; there are ${[...settings.keys()].join(', ')}`,
      ),
  },
  {
    name: 'settings',
    why: 'The container ends at its start, with exit code 64.',
    find: ({ settings }) => (settings?.faults ?? []).map((what) => ({ path: [], what })),
  },
  {
    name: 'grace-period',
    why: 'What was not delivered when the container is killed is lost.',
    find: gracePeriod,
  },
  oursHave(
    'read-only',
    'Our images write only into volumes.',
    'read_only',
    (fields) => fields['read_only'] === true,
    'is not true; set it',
  ),
  oursHave(
    'cap-drop',
    'Our images need no capability.',
    'cap_drop',
    (fields) => listOf(fields['cap_drop']).includes('ALL'),
    'is not [ALL]; set it',
  ),
  oursHave(
    'no-new-privileges',
    'A set-uid program gives more rights than the container was given.',
    'security_opt',
    (fields) => listOf(fields['security_opt']).includes('no-new-privileges:true'),
    'lacks no-new-privileges:true; add it',
  ),
  oursHave(
    'more-rights',
    'Our images need none.',
    'privileged',
    (fields) => fields['privileged'] !== true && listOf(fields['cap_add']).length === 0,
    'or cap_add gives rights that our images do not need; take them out',
  ),
  oursHave(
    'user',
    'Which user reads and writes the volumes should be said where they are.',
    'user',
    (fields) => /^[1-9]\d*(?::\d+)?$/.test(textOf(fields['user'])),
    "is no number other than root's; write one, such as '65532:65532'",
  ),
  oursHave(
    'healthcheck',
    'Nobody notices when it cannot work.',
    'healthcheck',
    (fields) => fields['healthcheck'] !== undefined,
    'is missing; ask the image with its command `health`',
  ),
  oursHave(
    'memory',
    'One leak takes the machine.',
    'mem_limit',
    (fields) => fields['mem_limit'] !== undefined,
    'is missing; set it',
  ),
];

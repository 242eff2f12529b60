// Requests and limits. For rules.ts.
// Source: Kubernetes' "Resource Management for Pods and Containers".

import { parseQuantity } from '../../pod/quantity.ts';
import { containerRule, problemIf } from './rule.ts';
import type { Container, Problem, Rule } from './rule.ts';

/** The least that runc starts a container in is some 4 MiB. */
const LEAST_MEMORY_BYTES = 4 * 2 ** 20;

/** More cores than nodes have; who writes 100 mostly means 100m. */
const MOST_CORES = 64;

type Amount = {
  readonly path: (string | number)[];
  readonly resource: string;
  readonly text: string;
  readonly value: number;
};

const LISTS = ['requests', 'limits'] as const;

function amounts({ spec: { resources = {} } }: Container): Amount[] {
  return LISTS.flatMap((list) =>
    Object.entries(resources[list] ?? {}).map(([resource, quantity]) => ({
      path: ['resources', list, resource],
      resource,
      text: String(quantity),
      value: numberOf(quantity),
    })),
  );
}

/** NaN for what is no quantity: the schema's own pattern lets some pass. */
export function numberOf(quantity: string | number): number {
  try {
    return parseQuantity(quantity);
  } catch {
    return NaN;
  }
}

function overLimit({ spec: { resources: { requests = {}, limits = {} } = {} } }: Container): Problem[] {
  return Object.entries(requests).flatMap(([resource, quantity]) => {
    const limit = limits[resource];
    const isOver = limit !== undefined && numberOf(quantity) > numberOf(limit);
    return problemIf(
      isOver,
      ['resources', 'requests', resource],
      `${quantity} is more than the limit of ${limit}; lower it`,
    );
  });
}

function missing({ spec: { resources = {} } }: Container): Problem[] {
  const lacking = [
    ...['cpu', 'memory']
      .filter((name) => resources.requests?.[name] === undefined)
      .map((name) => `requests.${name}`),
    ...(resources.limits?.['memory'] === undefined ? ['limits.memory'] : []),
  ];
  return problemIf(lacking.length > 0, ['resources'], `lack ${lacking.join(', ')}; set them`);
}

export const resources: readonly Rule[] = [
  containerRule('quantity', 'The cluster refuses the pod.', (container) =>
    amounts(container)
      .filter(({ value }) => Number.isNaN(value) || value < 0)
      .map(({ path, text }) => ({
        path,
        what: `${text} is no amount; write a number with m, k, M, G, Ki, Mi or Gi`,
      })),
  ),
  containerRule('requests-over-limits', 'The cluster refuses the pod.', overLimit),
  containerRule('memory-size', 'The container cannot start.', (container) =>
    amounts(container).flatMap(({ path, resource, text, value }) =>
      problemIf(
        resource === 'memory' && value >= 0 && value < LEAST_MEMORY_BYTES,
        path,
        `${text} is too little for any process; m is a thousandth of a byte, write Mi or M`,
      ),
    ),
  ),
  containerRule('cpu-size', 'No node has room for the pod.', (container) =>
    amounts(container).flatMap(({ path, resource, text, value }) =>
      problemIf(
        resource === 'cpu' && value > MOST_CORES,
        path,
        `${text} are as many cores; write ${text}m for thousandths`,
      ),
    ),
  ),
];

export const carefulResources: readonly Rule[] = [
  containerRule(
    'missing-resources',
    'Without requests the scheduler guesses; without a limit of memory one leak takes the node.',
    missing,
  ),
];

// All scenarios, in the order of their numbers.

import type { Scenario } from './scenario.ts';
import { absence } from './scenarios/absence.ts';
import { access } from './scenarios/access.ts';
import { identity } from './scenarios/identity.ts';
import { lines } from './scenarios/lines.ts';
import { outputs } from './scenarios/outputs.ts';
import { race } from './scenarios/race.ts';
import { randomWalk } from './scenarios/random-walk.ts';
import { restarts } from './scenarios/restarts.ts';
import { rotation } from './scenarios/rotation.ts';
import { scale } from './scenarios/scale.ts';
import { shutdown } from './scenarios/shutdown.ts';
import { truncation } from './scenarios/truncation.ts';
import { watching } from './scenarios/watching.ts';

const families: readonly (readonly Scenario[])[] = [
  rotation,
  absence,
  truncation,
  race,
  identity,
  lines,
  access,
  shutdown,
  restarts,
  outputs,
  watching,
  randomWalk,
  scale,
];

export const scenarios: readonly Scenario[] = families.flat().toSorted((a, b) => a.number - b.number);

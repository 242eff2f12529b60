// Images: missing, misspelt, floating, or ours and not there. For rules.ts.

import { nearest } from '@podmate/base/errors';
import { parseImage } from '../our-images.ts';
import { containerRule, problemIf } from './rule.ts';
import type { Container, Manifest, Problem, Rule } from './rule.ts';

function floating({ spec: { image = '' } }: Container): Problem[] {
  const { repository, tag, digest } = parseImage(image) ?? {};
  const floats = repository !== undefined && digest === undefined && (tag === undefined || tag === 'latest');
  return problemIf(floats, ['image'], `${image} may be another image tomorrow; name a version`);
}

function ourImage(
  { ours, spec: { image = '' } }: Container,
  { images: { settings, version } }: Manifest,
): Problem[] {
  if (ours === undefined) return [];
  const path = ['image'];
  if (!settings.has(ours)) {
    const guess = nearest(ours, settings.keys());
    const todo =
      guess === undefined ? `there are ${[...settings.keys()].join(', ')}` : `did you mean ${guess}?`;
    return [{ path, what: `podmate/${ours} is no image of ours; ${todo}` }];
  }
  const { tag } = parseImage(image) ?? {};
  const isOther = tag !== undefined && tag !== 'latest' && tag !== version;
  return problemIf(isOther, path, `${tag} is not the version of this repository; write ${version}`);
}

export const images: readonly Rule[] = [
  containerRule('missing-image', 'The cluster refuses the pod.', ({ spec: { image } }) =>
    problemIf(image === undefined || image === '', ['image'], 'is missing; name one'),
  ),
  containerRule('image-name', 'The image cannot be pulled (InvalidImageName).', ({ spec: { image } }) =>
    problemIf(
      image !== undefined && image !== '' && parseImage(image) === undefined,
      ['image'],
      `${image} is no name of an image; write registry/name:tag, the name in lower case`,
    ),
  ),
];

export const carefulImages: readonly Rule[] = [
  containerRule('floating-tag', 'Two pods of one manifest run different programs.', floating),
  containerRule(
    'our-image',
    'Nobody builds this image, or not of the version whose settings the manifest has.',
    (container, _, manifest) => ourImage(container, manifest),
  ),
];

import type { StandbyRecord } from '../../core/index.js';

/** The record in a text; `undefined` when it is none, or not wholly understood. */
export function parseRecord(text: string): StandbyRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    // Not JSON: the caller reports the file with its raw text.
    return undefined;
  }
}

function isRecord(value: unknown): value is StandbyRecord {
  const fields = fieldsOf(value);
  return (
    fields.get('v') === 1 &&
    ['guest', 'runId', 'source', 'domainXml', 'writtenAt'].every(
      (key) => typeof fields.get(key) === 'string',
    ) &&
    (fields.get('role') === 'source' || fields.get('role') === 'standby') &&
    (fields.get('state') === 'syncing' || fields.get('state') === 'complete') &&
    isCount(fields.get('counter')) &&
    isLineage(fields.get('lineage')) &&
    (fields.get('seal') === undefined || isSeal(fields.get('seal')))
  );
}

function isLineage(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isSpan);
}

function isSpan(value: unknown): boolean {
  const fields = fieldsOf(value);
  return (
    typeof fields.get('source') === 'string' &&
    typeof fields.get('runId') === 'string' &&
    isCount(fields.get('since'))
  );
}

function isSeal(value: unknown): boolean {
  const fields = fieldsOf(value);
  if (fields.get('kind') === 'broken') return typeof fields.get('runId') === 'string';
  const images = fields.get('images');
  return (
    fields.get('kind') === 'whole' &&
    isListOf(fields.get('contents'), isContentSeal) &&
    (images === undefined || isListOf(images, isImageSeal))
  );
}

function isImageSeal(value: unknown): boolean {
  const fields = fieldsOf(value);
  return typeof fields.get('disk') === 'string' && typeof fields.get('lastWrite') === 'string';
}

function isContentSeal(value: unknown): boolean {
  const fields = fieldsOf(value);
  return (
    typeof fields.get('position') === 'string' &&
    typeof fields.get('type') === 'string' &&
    isListOf(fields.get('regions'), isSealedRegion)
  );
}

/** Numbers of it become arguments of a command. */
function isSealedRegion(value: unknown): boolean {
  const fields = fieldsOf(value);
  const [offsetBytes, lengthBytes, sha256] = ['offsetBytes', 'lengthBytes', 'sha256'].map((key) =>
    fields.get(key),
  );
  return (
    typeof fields.get('disk') === 'string' &&
    isCount(offsetBytes) &&
    isCount(lengthBytes) &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256)
  );
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem);
}

/** None for what is no object. */
function fieldsOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
}

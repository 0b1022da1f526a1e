import type { ReportField } from './field.js';
import { groupFields } from './fields-group.js';
import { physicalVolumeFields } from './fields-physical.js';
import { segmentFields } from './fields-segment.js';
import { volumeFields } from './fields-volume.js';

const reportFields: Readonly<Record<string, ReportField>> = {
  ...volumeFields,
  ...segmentFields,
  ...groupFields,
  ...physicalVolumeFields,
};

/** The column of a name that `-o` takes, `undefined` for one that is not simulated. */
export function fieldNamed(name: string): ReportField | undefined {
  return Object.hasOwn(reportFields, name) ? reportFields[name] : undefined;
}

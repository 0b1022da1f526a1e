import { LabError } from '../fail.js';
import { type Flavour, flavourVariable } from './flavour.js';
import { kvm } from './kvm.js';
import { xen } from './xen.js';

const flavours: readonly Flavour[] = [xen, kvm];

/** @throws LabError for a name that is no flavour. */
function flavourNamed(name: string): Flavour {
  const found = flavours.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new LabError(`the lab has no flavour "${name}"`, {
    remedy: `its flavours are ${flavours.map((each) => each.name).join(' and ')}`,
  });
}

/** The flavour of this process: one process, one pair of hosts. */
export const flavour: Flavour = flavourNamed(process.env[flavourVariable] ?? xen.name);

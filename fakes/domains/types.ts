import type { DomainState } from '../../src/core/model/index.js';

/** A guest as libvirt on one machine knows it. */
export interface SimulatedDomain {
  readonly name: string;
  readonly uuid: string;
  /** Present while active. */
  id?: number;
  state: DomainState;
  persistent: boolean;
  autostart: boolean;
  /** The definition; live parts (id, console) are added when it is printed. */
  readonly definition: string;
  /** Paths of the block devices it holds open while active. */
  readonly blockDevices: readonly string[];
}

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DomainState, domainStates } from '../../src/core/model/index.js';
import type { Hypervisor } from '../../src/ports/index.js';

/** A host's libvirt with these guests, all of them persistent and none started with the host. */
export interface OpenedHypervisor {
  readonly hypervisor: Hypervisor;
  /** Runs. Its definition has one disk: `xvda` on the block device {@link contractDisk}. */
  readonly running: string;
  /** Is shut off. Its definition has an interface on the bridge {@link contractBridge}. */
  readonly shutOff: string;
  /** Every guest there is and its state, those two among them. */
  readonly guests: ReadonlyMap<string, DomainState>;
  close(): Promise<void>;
}

export interface HypervisorHarness {
  readonly name: string;
  open(): Promise<OpenedHypervisor>;
  /** One whose libvirt does not answer. */
  openUnreachable(): Promise<Hypervisor>;
}

export const contractDisk = '/dev/VolGroupXX/LogVolWeb-01';
export const contractBridge = 'br4000';
export const contractMacAddress = '00:16:3e:1d:89:01';

/** Names that a careless adapter takes for something else. */
export const contractOddNames = ['-rf', 'two  words', 'running', 'web-01.disk2', 'x'.repeat(127)];

export const contractRunning = 'web-01';
export const contractShutOff = 'db-01';

/** The guests of every host that is made for this contract; one of the oddly named is paused. */
export const contractGuests: ReadonlyMap<string, DomainState> = new Map<string, DomainState>([
  [contractRunning, 'running'],
  [contractShutOff, 'shut off'],
  ...contractOddNames.map((name): [string, DomainState] => [
    name,
    name === '-rf' ? 'paused' : 'shut off',
  ]),
]);

const nobody = 'no-such-guest';

/** What a {@link Hypervisor} promises. */
export function describeHypervisor(harness: HypervisorHarness): void {
  describe(`hypervisor contract: ${harness.name}`, () => {
    let opened: OpenedHypervisor;
    beforeAll(async () => {
      opened = await harness.open();
    });
    afterAll(async () => {
      await opened.close();
    });

    it('lists every guest with its state, and not the host itself', async () => {
      const list = await opened.hypervisor.listDomains();
      const states = new Map(list.map(({ name, state }) => [name, state]));
      expect(states).toEqual(opened.guests);
      expect(list).toHaveLength(opened.guests.size);
    });

    it('answers for each guest by its name as the list does', async () => {
      expect([...opened.guests.keys()]).toEqual(expect.arrayContaining(contractOddNames));
      for (const [name, state] of opened.guests) {
        expect(domainStates).toContain(state);
        expect(await opened.hypervisor.domainState(name), name).toBe(state);
        expect((await opened.hypervisor.readDefinition(name))?.name).toBe(name);
      }
    });

    it('does not know a guest that is not there', async () => {
      const { hypervisor } = opened;
      expect(await hypervisor.domainState(nobody)).toBeUndefined();
      expect(await hypervisor.readDefinition(nobody)).toBeUndefined();
      const rejection = { code: 'domain-not-found' };
      await expect(hypervisor.isAutostarted(nobody)).rejects.toMatchObject(rejection);
    });

    it('gives the live definition of an active guest, with its number', async () => {
      const definition = await opened.hypervisor.readDefinition(opened.running);
      expect(definition?.id).toBeGreaterThan(0);
      expect(definition?.disks).toHaveLength(1);
      expect(definition?.disks[0]).toMatchObject({
        target: 'xvda',
        device: 'disk',
        source: { kind: 'block', path: contractDisk },
        readOnly: false,
      });
      expect(definition?.xml).toContain(contractDisk);
    });

    it('gives the persistent definition of a guest that is shut off, without a number', async () => {
      const definition = await opened.hypervisor.readDefinition(opened.shutOff);
      expect(definition).not.toHaveProperty('id');
      expect(definition?.interfaces).toEqual([
        { type: 'bridge', bridge: contractBridge, macAddress: contractMacAddress },
      ]);
    });

    it('says whether a guest is started with its host', async () => {
      expect(await opened.hypervisor.isAutostarted(opened.running)).toBe(false);
      expect(await opened.hypervisor.isAutostarted(opened.shutOff)).toBe(false);
    });

    it('tells "no such guest" from "libvirt does not answer"', async () => {
      const hypervisor = await harness.openUnreachable();
      const questions = [
        () => hypervisor.listDomains(),
        () => hypervisor.domainState(opened.running),
        () => hypervisor.domainState(nobody),
        () => hypervisor.readDefinition(opened.running),
        () => hypervisor.isAutostarted(opened.running),
      ];
      for (const ask of questions) {
        await expect(ask()).rejects.toMatchObject({ code: 'hypervisor-unreachable' });
      }
    });
  });
}

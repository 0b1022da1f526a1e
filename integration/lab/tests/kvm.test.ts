import { beforeAll, describe, expect, test } from 'vitest';
import { LabError } from '../fail.js';
import { flavour } from '../flavours/chosen.js';
import { lab } from '../lab.js';
import { itReplicatesTheArticleGuest } from './replication-story.js';
import { useLab } from './use-lab.js';

/** libvirt's QEMU driver: the guest is a process that has the disk open, in a namespace of its own. */
describe("run under libvirt's QEMU driver", () => {
  beforeAll(() => {
    if (flavour.name === 'kvm') return;
    throw new LabError(`these tests are for the flavour kvm, not ${flavour.name}`, {
      remedy: 'npm run test:lab -- kvm',
    });
  });
  useLab('kvm.test.ts');

  test('is asked of a host without Xen, whose guest is a running QEMU', async () => {
    const host = lab.host('dom0a');
    expect((await host.must(['virsh', 'uri'])).trim()).toBe('qemu:///system');
    expect(await host.must(['virsh', 'dumpxml', 'dc1'])).toMatch(/^<domain type='qemu' id='\d+'/);
    expect((await host.exec(['test', '-e', '/proc/xen'])).exitCode).toBe(1);
  });

  itReplicatesTheArticleGuest();
});

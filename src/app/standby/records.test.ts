import { describe, expect, it } from 'vitest';
import type { StandbyRecord } from '../../core/index.js';
import { MemoryWorld } from '../testing/memory-world.contract.js';
import { readRecord, recordPath, writeRecord } from './records.js';

const state = '/var/lib/xen-backup';
const record: StandbyRecord = {
  v: 1,
  guest: '../dc 1',
  role: 'standby',
  state: 'syncing',
  counter: 3,
  runId: 'run0000001',
  source: 'a',
  lineage: [{ source: 'a', since: 1, runId: 'run0000000' }],
  domainXml: '<domain/>',
  writtenAt: '2026-01-02T00:00:00.000Z',
};

function setUp() {
  const world = new MemoryWorld('b');
  return { files: world.host('b').files, host: world.host('b').ports };
}

describe('records', () => {
  it('are read back as they were written, under a harmless name', async () => {
    const { host, files } = setUp();
    await writeRecord(host, state, record);
    expect([...files.keys()]).toEqual(['/var/lib/xen-backup/records/%2E.%2Fdc%201.json']);
    expect(await readRecord(host, state, record.guest)).toEqual(record);
  });

  it('are none where nothing was written', async () => {
    expect(await readRecord(setUp().host, state, 'dc1')).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ['is cut off', '{"v":1,"gue'],
    ['is empty', ''],
    ['is of another version', { ...record, v: 2 }],
    ['is about another guest', { ...record, guest: 'dc2' }],
    ['has no counter', { ...record, counter: undefined }],
    ['has a counter that is no whole number', { ...record, counter: 1.5 }],
    ['has another state', { ...record, state: 'done' }],
    ['has another role', { ...record, role: 'primary' }],
    ['has no lineage', { ...record, lineage: undefined }],
    ['has an empty lineage', { ...record, lineage: [] }],
    ['has a lineage of something else', { ...record, lineage: [{ source: 'a' }] }],
    ['has half a seal', { ...record, seal: { kind: 'whole' } }],
    ['has a seal of another kind', { ...record, seal: { kind: 'torn', runId: 'x' } }],
    [
      'has a seal without a digest',
      {
        ...record,
        seal: {
          kind: 'whole',
          contents: [
            {
              position: 'xvda/1',
              type: 'ext4',
              regions: [{ disk: 'xvda', offsetBytes: 0, lengthBytes: 4096 }],
            },
          ],
        },
      },
    ],
    ['is a list', []],
    ['is null', null],
  ])('are never taken for none when the file %s', async (_, content) => {
    const { host, files } = setUp();
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    files.set(recordPath(state, record.guest), text);
    await expect(readRecord(host, state, record.guest)).rejects.toMatchObject({
      code: 'output-unexpected',
      message: expect.stringContaining('cannot be understood'),
    });
  });
});

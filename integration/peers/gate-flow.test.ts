import { afterAll, afterEach, describe, expect } from 'vitest';
import { neededTools } from '../../src/core/index.js';
import type { Command, CommandRunner } from '../../src/ports/index.js';
import { CopyWorld } from './copy-world.js';
import { canMount } from './file-systems.js';
import { comparePairs, onSourceOnly, onTargetOnly } from './flow-compare.js';
import { guest, sourceHost, targetHost } from './flow-scenario.js';
import { FlowWorld } from './flow-world.js';
import { type GateRoom, openRoom, type RoomPlan } from './gate/room.js';
import { toldTools } from './gate/told.js';
import { itWith } from './parts.js';
import { execHere } from './peer/exec-here.js';
import { taggedProcesses } from './processes.js';
import { sshClient } from './ssh-client.js';

const limits = ['--guest', guest, '--volume-group', 'host'];
const tools = toldTools([...neededTools, 'sh', 'id', 'test', 'findmnt']);

const isRoot = process.getuid?.() === 0;
const itMounted = itWith('root and loop-mounted ext4', isRoot && (await canLoopMount()));
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function canLoopMount(): Promise<boolean> {
  const { stdout } = await execHere(['mktemp', '-d']);
  const directory = stdout.trim();
  afterAll(() => execHere(['rm', '-r', directory]));
  return canMount(execHere, directory, 'ext4');
}

async function opened(plan: RoomPlan): Promise<GateRoom> {
  const room = await openRoom(plan);
  closing.push(room.close);
  return room;
}

/** Where commands for one host are told, and a list of them. */
async function telling(plan: RoomPlan) {
  const client = sshClient(await opened({ ...plan, tools }));
  closing.push(client.close);
  const said: Command[] = [];
  const runner: CommandRunner = {
    ...client.runner,
    run: (command) => {
      said.push(command);
      return client.runner.run(command);
    },
  };
  return { runner, said };
}

describe('the whole flow, each command and each copy through the gates of both hosts', () => {
  itMounted.each<Pick<RoomPlan, 'shell' | 'elevation'>>([
    { shell: 'dash', elevation: 'none' },
    { shell: 'bash', elevation: 'sudo' },
  ])(
    'is a good one, in $shell, elevation $elevation',
    async (way) => {
      const onTarget = { ...way, gate: ['--role', 'target', ...limits] };
      const source = await telling({ ...way, gate: ['--role', 'source', ...limits] });
      const target = await telling(onTarget);
      const copying = new CopyWorld(await opened(onTarget));
      closing.push(() => copying.close());
      const told = { [sourceHost]: source.runner, [targetHost]: target.runner };
      const flow = await FlowWorld.open(copying, { told, places: 'as-asked' });
      closing.push(() => flow.close());

      const { report, copies, left } = await flow.run();
      const [replicated] = report.guests;
      const expected = { outcome: 'done', deletions: 5 };
      expect(replicated?.targets[0], replicated?.reason).toMatchObject(expected);
      expect(report.exitCode).toBe(0);
      expect(copies.map(({ pass }) => pass)).toEqual([
        ...['dry', 'dry', 'dry', 'real', 'real', 'real'],
      ]);
      expect([...comparePairs(flow)].sort()).toEqual([onSourceOnly, onTargetOnly]);
      expect(left).toEqual([]);
      expect(source.said.length).toBeGreaterThan(50);
      expect(target.said.length).toBeGreaterThan(50);
      expect(await taggedProcesses(execHere, report.runId)).toEqual([]);
    },
    900_000,
  );
});

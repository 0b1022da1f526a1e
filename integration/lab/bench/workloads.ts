import { lab } from '../lab.js';
import { changeGuest } from '../tests/changes.js';

/** What happened in the guest since its standby was brought up to date. */
export interface Workload {
  readonly name: string;
  readonly rounds: number;
  apply(): Promise<void>;
}

/** Some thirty files: what a run costs when there is little to copy. */
const quietHour: Workload = {
  name: 'a quiet hour',
  rounds: 3,
  apply: () => changeGuest('dc1'),
};

/** New versions beside old ones, others written anew: several hundred files. */
const upgrade = [
  'PATH=/run/bin',
  'cd /usr/share',
  'cp -r perl5 perl5.new; rm -rf perl5; mv perl5.new perl5',
  'find doc -type f | head -n 500 | xargs touch',
  'cp -r bash-completion bash-completion.new',
  'sync',
].join('; ');

const systemUpgrade: Workload = {
  name: 'an upgrade of packages',
  rounds: 3,
  apply: async () => {
    await changeGuest('dc1');
    await lab.inGuest('dc1', upgrade);
  },
};

export const workloads: readonly Workload[] = [systemUpgrade, quietHour];

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

/** Packages are replaced as dpkg does it: new files beside the old ones, then renamed. */
const upgrade = [
  'PATH=/run/bin',
  'cd /usr/share',
  'for part in perl perl5 bash-completion; do cp -r $part $part.new; rm -rf $part; mv $part.new $part; done',
  'sync',
].join('; ');

/** Perl and two small packages: some 1,400 of dc1's 5,400 files, as a point release brings. */
const systemUpgrade: Workload = {
  name: 'an upgrade of packages',
  rounds: 3,
  apply: async () => {
    await changeGuest('dc1');
    await lab.inGuest('dc1', upgrade);
  },
};

export const workloads: readonly Workload[] = [systemUpgrade, quietHour];

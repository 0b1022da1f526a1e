import type { Finding } from '../../core/index.js';
import type { Host } from '../../ports/index.js';
import { tracesOn } from '../recover/look-for-traces.js';
import { attempt } from './check-attempt.js';

/** What runs left on a host, or have there at this moment. */
export function leftovers(host: Host, stateDirectory: string): Promise<readonly Finding[]> {
  return attempt({ subject: 'leftovers', host: host.name }, async () => {
    const { traces } = await tracesOn(host, stateDirectory);
    const found = Object.entries(traces).filter(([, entries]) => entries.length > 0);
    if (found.length === 0) return [];
    const counts = found
      .map(([place, entries]) => `${place}: ${String(entries.length)}`)
      .join(', ');
    return [
      {
        level: 'WARN',
        subject: 'leftovers',
        host: host.name,
        message: `${host.name} has traces of runs that are at work or were interrupted (${counts})`,
        remedy: 'When no run is at work: xen-backup recover. The next run does it, too.',
      },
    ];
  });
}

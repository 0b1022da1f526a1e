import { type HostName, together } from '../../core/index.js';
import type { RunContext } from '../context.js';
import { Counter } from '../counter.js';
import { recoverHost } from '../recover/recover-host.js';
import type { HostPool } from './host-pool.js';
import { HostSession } from './host-session.js';

/** Begins this run on each host it needs, once, after cleaning up what dead runs left there. */
export class SessionPool {
  readonly #context: RunContext;
  readonly #pool: HostPool;
  readonly #stepIds = new Counter();
  readonly #sessions = new Map<HostName, Promise<HostSession>>();
  readonly #leftAtBegin: string[] = [];

  constructor(context: RunContext, pool: HostPool) {
    this.#context = context;
    this.#pool = pool;
  }

  /** @throws as `HostSession.begin`, `HostPool.get` and `recoverHost`. */
  get(name: HostName): Promise<HostSession> {
    const known = this.#sessions.get(name);
    if (known !== undefined) return known;
    const beginning = this.#begin(name);
    this.#sessions.set(name, beginning);
    return beginning;
  }

  /** Ends the run on every host. @returns what remains, in words. */
  async end(): Promise<readonly string[]> {
    const settled = await Promise.allSettled(this.#sessions.values());
    const leftAtEnd = await together(
      settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value.end()] : [])),
    );
    return [...this.#leftAtBegin, ...leftAtEnd.flat()];
  }

  async #begin(name: HostName): Promise<HostSession> {
    const identified = await this.#pool.get(name);
    await recoverHost(this.#context, identified);
    return HostSession.begin(this.#context, identified, this.#stepIds, (residue) => {
      this.#leftAtBegin.push(...residue);
    });
  }
}

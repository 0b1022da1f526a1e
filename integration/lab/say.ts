const began = Date.now();

/** One line for the person who waits, with the seconds since the start. */
export function say(text: string): void {
  console.error(`[${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s] ${text}`);
}

/** Says what begins and how long it took. */
export async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const start = Date.now();
  say(`${what} ...`);
  const result = await work();
  say(`${what}: ${((Date.now() - start) / 1000).toFixed(1)} s`);
  return result;
}

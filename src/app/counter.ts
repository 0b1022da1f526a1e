/** Counts from 1. Step ids, object numbers and event numbers come from one each. */
export class Counter {
  #last = 0;

  next(): number {
    this.#last += 1;
    return this.#last;
  }
}

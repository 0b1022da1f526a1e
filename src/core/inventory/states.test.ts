import { describe, expect, it } from 'vitest';
import { domainStates } from '../model/index.js';
import { holdsItsDisks, stateMeaning } from './states.js';

describe('the table of libvirt states', () => {
  it('is the contract', () => {
    expect(
      domainStates.map((state) => [state, stateMeaning(state).kind, holdsItsDisks(state)]),
    ).toEqual([
      ['no state', 'replicate', true],
      ['running', 'replicate', true],
      ['idle', 'replicate', true],
      ['paused', 'skip', true],
      ['in shutdown', 'skip', true],
      ['shut off', 'skip', false],
      ['crashed', 'skip', true],
      ['dying', 'skip', true],
      ['pmsuspended', 'skip', true],
    ]);
  });
});

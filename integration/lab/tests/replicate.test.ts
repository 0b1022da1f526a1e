import { describe } from 'vitest';
import { itReplicatesTheArticleGuest } from './replication-story.js';
import { useLab } from './use-lab.js';

describe('run on the host that runs the guest', () => {
  useLab('replicate.test.ts');
  itReplicatesTheArticleGuest();
});

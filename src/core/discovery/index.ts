export { buildTree } from './build-tree.js';
export { describeContent } from './compare.js';
export { type Conflict, drift, unsupported } from './conflict.js';
export {
  type DiscoveryAction,
  type DiscoveryRequest,
  type DiscoveryTurn,
  nextDiscovery,
} from './next.js';
export {
  type DiscoveryDepth,
  noObservations,
  type Observation,
  type Observations,
  type ProbeObservation,
  withObservations,
} from './observations.js';

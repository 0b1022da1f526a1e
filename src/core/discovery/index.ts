export { describeContent, compareTrees } from './compare.js';
export { type Conflict, drift, unsupported } from './conflict.js';
export {
  type DiscoveryAction,
  type DiscoveryRequest,
  type DiscoveryTurn,
  nextDiscovery,
} from './next.js';
export {
  noObservations,
  type Observation,
  type Observations,
  type OpenedDevice,
  type ProbeObservation,
  withObservations,
} from './observations.js';
export { mapSegments } from './segments.js';

export type * from './facts.js';
export type { ScenarioDocument } from './document.js';
export { captureScenario, type NamesInCapture } from './scenario.js';

export { importConfDirectory } from './import-conf.js';
export { configurationJsonSchemaText } from './json-schema.js';
export {
  type ConfigurationRequest,
  defaultConfigurationFile,
  type LoadedConfiguration,
  loadConfiguration,
} from './load.js';
export { renderConfiguration } from './render.js';
export type { ResolvedConfiguration } from './resolve.js';
export type { ConfigurationInput } from './schema.js';
export {
  type ConfigurationSource,
  type FileReading,
  type NodeConfigurationSourceOptions,
  nodeConfigurationSource,
} from './source.js';
export { starterConfiguration } from './starter.js';
export { thisHostConfiguration } from './this-host.js';

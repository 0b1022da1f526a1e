export { importConfDirectory } from './import-conf.js';
export { configurationJsonSchemaText } from './json-schema.js';
export {
  type ConfigurationRequest,
  defaultConfigurationFile,
  type LoadedConfiguration,
  loadConfiguration,
} from './load.js';
export { renderConfiguration, renderYaml } from './render.js';
export {
  type ConfigurationSource,
  nodeConfigurationSource,
} from './source.js';
export { readDuration } from './units.js';
export { starterConfiguration } from './starter.js';
export { thisHostConfiguration } from './this-host.js';

export { hookScript } from '../../adapters/hook/scripts.js';

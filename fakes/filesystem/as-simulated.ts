import { SimulatedFileSystem } from './file-system.js';
import type { FileSystemImage } from './types.js';

/** Every image of a simulated world is one of ours; the block layer need not know. */
export function asSimulated(image: FileSystemImage): SimulatedFileSystem {
  if (image instanceof SimulatedFileSystem) return image;
  throw new TypeError('an image that is no SimulatedFileSystem');
}

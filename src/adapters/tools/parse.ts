import { unexpectedOutput } from '../shared/index.js';

/**
 * Which of the tools have a path, from the answer of FIND_TOOLS_SCRIPT.
 *
 * @throws `output-unexpected` when the answer is not one line for each, in order.
 */
export function parseFoundTools(tools: readonly string[], output: string): ReadonlySet<string> {
  const lines = output.split('\n').slice(0, -1);
  const found = lines.map((line, index) => {
    const [tool = '', path, ...rest] = line.split('\t');
    if (tool !== tools[index] || path === undefined || rest.length > 0) {
      throw unexpectedOutput('the list of tools is not understood', output);
    }
    return { tool, path };
  });
  if (found.length !== tools.length) {
    throw unexpectedOutput('the list of tools is not complete', output);
  }
  return new Set(found.filter(({ path }) => path !== '').map(({ tool }) => tool));
}

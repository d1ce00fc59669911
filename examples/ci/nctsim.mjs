// A simulator for tests in Node: start() runs the program on a free port, with an empty store, and stop() ends it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export async function start(...settings) {
  const program = process.env.NCTSIM ?? 'nctsim';
  const child = spawn(program, ['serve', '--addr', '127.0.0.1:0', '--output', 'json', ...settings], { stdio: ['ignore', 'pipe', 'inherit'] });
  const failed = once(child, 'exit').then(([code]) => { throw new Error(`nctsim ended with ${code}`); });
  failed.catch(() => {}); // it is also how stop ends
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), failed]);
  const { url } = JSON.parse(line);
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { GenericContainer, Wait } from 'testcontainers';

/** @type {import('testcontainers').StartedTestContainer} */
let nctsim;
before(async () => {
  nctsim = await new GenericContainer('nctsim')
    .withExposedPorts(8080)
    .withEnvironment({ NCTSIM_PROFILE: 'instant' })
    .withWaitStrategy(Wait.forHttp('/health/ready', 8080))
    .start();
});
after(() => nctsim?.stop());

test('a declaration is accepted', async () => {
  const answer = await fetch(`http://${nctsim.getHost()}:${nctsim.getMappedPort(8080)}/customs/transits/movements/departures`, {
    method: 'POST',
    headers: { Authorization: 'Bearer GB123456789000', Accept: 'application/vnd.hmrc.2.1+json', 'Content-Type': 'application/xml' },
    body: await readFile(new URL('../../../fixtures/phase5/valid/ie015-simplified-gb-xi.xml', import.meta.url)),
  });
  assert.equal(answer.status, 202);
});

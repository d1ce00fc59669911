// node --test examples/ci: a declaration is released, another one is refused, each in milliseconds.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { start } from './nctsim.mjs';

let nctsim;
before(async () => { nctsim = await start('--profile', 'instant'); });
after(() => nctsim?.stop());

const headers = { Authorization: 'Bearer GB123456789000', Accept: 'application/vnd.hmrc.2.1+json' };
const departures = () => `${nctsim.url}/customs/transits/movements/departures`;
const sample = () => readFile(new URL('../../fixtures/phase5/valid/ie015-simplified-gb-xi.xml', import.meta.url), 'utf8');

test('a declaration is released', async () => {
  const posted = await fetch(departures(), {
    method: 'POST', headers: { ...headers, 'Content-Type': 'application/xml' }, body: await sample(),
  });
  assert.equal(posted.status, 202);
  const { _links: links } = await posted.json();
  const id = links.self.href.split('/').pop();

  const released = await fetch(`${nctsim.url}/simulator/v1/movements/${id}?wait=5s&state=RELEASED`);
  assert.equal((await released.json()).state, 'RELEASED');

  const { messages } = await (await fetch(`${departures()}/${id}/messages`, { headers })).json();
  // The newest comes first, as at HMRC.
  assert.deepEqual(messages.map((m) => m.type), ['IE029', 'IE028', 'IE928', 'IE015']);
});

test('a declaration that breaks its schema is refused', async () => {
  const broken = (await sample()).replace(/<LRN>.*<\/LRN>/, '');
  const posted = await fetch(departures(), {
    method: 'POST', headers: { ...headers, 'Content-Type': 'application/xml' }, body: broken,
  });
  assert.equal(posted.status, 400);
  assert.equal((await posted.json()).code, 'SCHEMA_VALIDATION');
});

// A client of the CTC Traders API as one writes it for HMRC's sandbox, for Node 18 and later: from a token to the release of
// goods. Only the hosts are other ones. Usage: node client.mjs http://localhost:8080 declaration.xml
import { readFile } from 'node:fs/promises'

const [host, file] = process.argv.slice(2)
const application = { client_id: 'node-client', client_secret: 'node-secret' }
const redirect = 'http://localhost:8081/callback'

async function call (method, path, headers, body) {
  const response = await fetch(host + path, { method, headers, body, redirect: 'manual' })
  if (response.status >= 400) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return response
}

async function token (fields) {
  const form = new URLSearchParams({ ...application, ...fields })
  const response = await call('POST', '/oauth/token', { 'Content-Type': 'application/x-www-form-urlencoded' }, form)
  return response.json()
}

const own = await token({ grant_type: 'client_credentials', scope: 'read:pull-notifications' })
const hello = await call('GET', '/hello/application', { Authorization: `Bearer ${own.access_token}`, Accept: 'application/vnd.hmrc.1.0+json' })
console.log((await hello.json()).message)

const query = new URLSearchParams({ response_type: 'code', client_id: application.client_id, scope: 'common-transit-convention-traders', redirect_uri: redirect, state: 'x' })
const granted = await call('GET', `/oauth/authorize?${query}`) // in a browser at HMRC; serve --oauth auto grants at once
const code = new URL(granted.headers.get('Location')).searchParams.get('code')
let user = await token({ grant_type: 'authorization_code', redirect_uri: redirect, code })
user = await token({ grant_type: 'refresh_token', refresh_token: user.refresh_token })

const made = await (await call('POST', '/customs/transits/movements/departures', {
  Authorization: `Bearer ${user.access_token}`, Accept: 'application/vnd.hmrc.2.1+json', 'Content-Type': 'application/xml'
}, await readFile(file))).json()
console.log('box', made.boxId ? 'named' : 'missing')

const seen = []
while (!seen.includes('IE029')) {
  const list = await call('GET', `/misc/push-pull-notification/box/${made.boxId}/notifications`, {
    Authorization: `Bearer ${own.access_token}`, Accept: 'application/vnd.hmrc.1.0+json'
  })
  for (const notification of await list.json()) {
    const { departureId, messageType } = JSON.parse(notification.message)
    if (departureId === made.departureId && !seen.includes(messageType)) seen.push(messageType)
  }
  await new Promise(resolve => setTimeout(resolve, 100))
}
console.log(seen.join(' '))

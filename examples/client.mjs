// A client of the CTC Traders API as one writes it for HMRC's sandbox, for Node 18 and later: from a token to the release of
// goods, with a test user, PKCE, a refreshed token and a callback. Only the host is another one.
//
//     node client.mjs http://localhost:8080 declaration.xml [upload]
//
// The declaration is XML, JSON if its name ends in .json, or XML that is uploaded as a large message.
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { once, EventEmitter } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'

const [host, file, how] = process.argv.slice(2)
const format = file.endsWith('.json') ? 'json' : 'xml'

// What the Developer Hub says of the application, and what was entered there.
const client = { client_id: 'exampleClient00000000000001a', client_secret: '5f0c7a52-93d1-4c1e-8a57-1b8e6d2f4c90' }
const pushSecret = 'MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U'
const port = process.env.CLIENT_PORT ?? '8081'
const redirect = `http://localhost:${port}/oauth20/callback`

// The application's own server: where people come back to with a code, and where notifications are pushed to.
const happened = new EventEmitter()
const notifications = []
const server = createServer(async (request, response) => {
  const url = new URL(request.url, redirect)
  if (request.method === 'GET' && url.pathname === '/oauth20/callback') {
    response.end('You can close this window.')
    happened.emit('granted', url.searchParams)
    return
  }
  if (request.method === 'GET') { // asked when the URL is registered
    response.end(JSON.stringify({ challenge: url.searchParams.get('challenge') }))
    return
  }
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  const expected = Buffer.from(createHmac('sha1', pushSecret).update(body).digest('hex'))
  const signature = Buffer.from(request.headers['x-hub-signature'] ?? '')
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
    response.writeHead(403).end()
    return
  }
  notifications.push(JSON.parse(JSON.parse(body).message))
  response.end()
  happened.emit('notified')
})
server.listen(port)

async function call (method, path, headers, body) {
  const response = await fetch(new URL(path, host), { method, headers, body })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return text
}

const token = async fields => JSON.parse(await call('POST', '/oauth/token', {}, new URLSearchParams({ ...client, ...fields })))
const bearer = (tokens, accept, more) => ({ Authorization: `Bearer ${tokens.access_token}`, Accept: `application/vnd.hmrc.${accept}`, ...more })

const own = await token({ grant_type: 'client_credentials' })
console.log(JSON.parse(await call('GET', '/hello/application', bearer(own, '1.0+json'))).message)
const user = JSON.parse(await call('POST', '/create-test-user/organisations',
  bearer(own, '1.0+json', { 'Content-Type': 'application/json' }), JSON.stringify({ serviceNames: ['common-transit-convention-traders'] })))
console.log('sign in as', user.userId, user.password)

const state = randomBytes(16).toString('hex')
const verifier = randomBytes(48).toString('base64url')
const query = new URLSearchParams({
  response_type: 'code',
  client_id: client.client_id,
  scope: 'common-transit-convention-traders',
  redirect_uri: redirect,
  state,
  code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  code_challenge_method: 'S256'
})
console.log(`open ${host}/oauth/authorize?${query}`)
const [back] = await once(happened, 'granted')
if (back.get('state') !== state || !back.has('code')) throw new Error(`not granted: ${back}`)
let tokens = await token({ grant_type: 'authorization_code', redirect_uri: redirect, code: back.get('code'), code_verifier: verifier })
tokens = await token({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token })

const departures = '/customs/transits/movements/departures'
const declaration = await readFile(file)
let made
if (how === 'upload') { // no body and no Content-Type: a large message
  made = JSON.parse(await call('POST', departures, bearer(tokens, '2.1+json')))
  const form = new FormData()
  for (const [name, value] of Object.entries(made.uploadRequest.fields)) form.append(name, value)
  form.append('file', new Blob([declaration], { type: 'application/xml' }), 'declaration.xml') // the last one
  await call('POST', made.uploadRequest.href, {}, form)
} else {
  made = JSON.parse(await call('POST', departures, bearer(tokens, '2.1+json', { 'Content-Type': `application/${format}` }), declaration))
}
console.log('declared', made.departureId)

for (let released = false; !released;) {
  if (notifications.length === 0) await once(happened, 'notified')
  const notice = notifications.shift()
  if (notice.departureId !== made.departureId) continue
  if (notice.notificationType === 'SUBMISSION_NOTIFICATION') {
    console.log('submitted:', notice.response.code)
    continue
  }
  console.log(notice.messageType)
  if (notice.messageType === 'IE029') {
    const text = await call('GET', `${notice.messageUri}/body`, bearer(tokens, `2.1+${format}`))
    console.log('released:', text.includes('CC029C'))
    released = true
  }
}
server.close()
server.closeAllConnections()

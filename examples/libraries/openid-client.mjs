// HMRC's sandbox with openid-client: node openid-client.mjs http://localhost:8080 declaration.xml
// It wants nctsim serve --oauth auto, which grants without a person.
import { readFile } from 'node:fs/promises'
import * as oauth from 'openid-client'

const [host, file] = process.argv.slice(2)
const redirect = 'http://localhost:8081/callback'
const server = { issuer: host, authorization_endpoint: `${host}/oauth/authorize`, token_endpoint: `${host}/oauth/token` }
const config = new oauth.Configuration(server, 'openid-client', 'any')
oauth.allowInsecureRequests(config) // http, which the sandbox does not have

const verifier = oauth.randomPKCECodeVerifier()
const state = oauth.randomState()
const asked = await fetch(oauth.buildAuthorizationUrl(config, {
  redirect_uri: redirect,
  scope: 'common-transit-convention-traders hello',
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
  state
}), { redirect: 'manual' })
let granted = await oauth.authorizationCodeGrant(config, new URL(asked.headers.get('Location')), { pkceCodeVerifier: verifier, expectedState: state })

const call = (method, path, headers, body) => oauth.fetchProtectedResource(config, granted.access_token, new URL(path, host), method, body, new Headers(headers))
const hello = async () => console.log((await (await call('GET', '/hello/user', { Accept: 'application/vnd.hmrc.1.0+json' })).json()).message)
await hello()
granted = await oauth.refreshTokenGrant(config, granted.refresh_token)
await hello()
const made = await call('POST', '/customs/transits/movements/departures',
  { Accept: 'application/vnd.hmrc.2.1+json', 'Content-Type': 'application/xml' }, await readFile(file))
console.log(made.status)

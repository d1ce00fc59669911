// HMRC's sandbox with simple-oauth2: node simple-oauth2.mjs http://localhost:8080 declaration.xml
// It wants nctsim serve --oauth auto, which grants without a person.
import { readFile } from 'node:fs/promises'
import { AuthorizationCode } from 'simple-oauth2'

const [host, file] = process.argv.slice(2)
const redirect = 'http://localhost:8081/callback'
const scope = ['common-transit-convention-traders', 'hello']
const client = new AuthorizationCode({
  client: { id: 'simple-oauth2', secret: 'any' },
  auth: { tokenHost: host, tokenPath: '/oauth/token', authorizePath: '/oauth/authorize' }
})

const asked = await fetch(client.authorizeURL({ redirect_uri: redirect, scope, state: 'x' }), { redirect: 'manual' })
const code = new URL(asked.headers.get('Location')).searchParams.get('code')
let granted = await client.getToken({ code, redirect_uri: redirect, scope })

const authorisation = () => `Bearer ${granted.token.access_token}`
const hello = async () => {
  const response = await fetch(`${host}/hello/user`, { headers: { Authorization: authorisation(), Accept: 'application/vnd.hmrc.1.0+json' } })
  console.log((await response.json()).message)
}
await hello()
granted = await granted.refresh()
await hello()
const made = await fetch(`${host}/customs/transits/movements/departures`, {
  method: 'POST',
  headers: { Authorization: authorisation(), Accept: 'application/vnd.hmrc.2.1+json', 'Content-Type': 'application/xml' },
  body: await readFile(file)
})
console.log(made.status)

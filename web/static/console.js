// What keeps the pages of the console up to date. Every page is made by the server and works without this; nothing here makes
// HTML. A page is fetched again when the stream tells of a change, and what differs is put into it: by id, or else by place,
// so that focus, scroll, what is open and what is being typed stay.

const $ = (selector, within = document) => within.querySelector(selector)
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)]
const store = (name, value) => {
  try {
    if (value === undefined) return localStorage.getItem(name)
    localStorage.setItem(name, value)
  } catch { return null } // a browser that keeps nothing
}

// --- Putting a page into the one that is shown -------------------------------------------------------------------------

// own are elements that the script itself has made.
const own = node => node.nodeType === 1 && 'own' in node.dataset
// idOf is the id of an element; of a form with a field of that name, form.id would be the field.
const idOf = node => (node.nodeType === 1 && node.getAttribute('id')) || ''
const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && idOf(a) === idOf(b)

function morph(old, fresh) {
  if (old.nodeType !== 1) {
    if (old.data !== fresh.data) old.data = fresh.data
    return
  }
  const kept = name => name === 'open' // readers open and close
  for (const { name, value } of [...fresh.attributes]) {
    if (!kept(name) && old.getAttribute(name) !== value) old.setAttribute(name, value)
  }
  for (const { name } of [...old.attributes]) {
    if (!kept(name) && !fresh.hasAttribute(name)) old.removeAttribute(name)
  }
  if (!holds(old, fresh)) morphChildren(old, fresh)
}

function morphChildren(old, fresh) {
  const named = new Map([...old.children].filter(idOf).map(e => [idOf(e), e]))
  let at = old.firstChild
  for (const node of [...fresh.childNodes]) {
    while (at && own(at)) at = at.nextSibling
    let same = idOf(node) ? named.get(idOf(node)) : undefined
    if (same && same.nodeName !== node.nodeName) same = undefined
    if (!same && at && !idOf(at) && alike(at, node)) same = at
    if (!same) {
      const made = document.importNode(node, true)
      if (made.nodeType === 1 && 'row' in made.dataset) made.classList.add('new')
      old.insertBefore(made, at)
    } else {
      if (same === at) at = at.nextSibling
      else old.insertBefore(same, at)
      morph(same, node)
    }
  }
  while (at) {
    const next = at.nextSibling
    if (!own(at)) at.remove()
    at = next
  }
}

// holds keeps new rows of a list back while the reader is in it, behind a button that says how many there are.
let release = false
function holds(old, fresh) {
  const table = old.closest('[data-hold]')
  if (!table || old.nodeName !== 'TBODY' || release || !(old.matches(':hover') || old.contains(document.activeElement))) return false
  const shown = new Map([...old.children].map(row => [row.id, row]))
  const rows = [...fresh.children]
  const waiting = rows.filter(row => !shown.has(row.id)).length
  if (!waiting && rows.length === old.children.length && rows.every((row, i) => row.id === old.children[i].id)) return false
  for (const row of rows) if (shown.has(row.id)) morph(shown.get(row.id), row)
  pill(table, waiting)
  return true
}

function pill(table, waiting) {
  let button = $('#pill')
  if (!button) {
    button = document.createElement('button')
    button.id = 'pill'
    button.type = 'button'
    button.dataset.own = ''
    button.addEventListener('click', async () => {
      release = true
      button.remove()
      await refresh()
      release = false
    })
    table.parentElement.before(button)
  }
  button.textContent = waiting ? `${waiting} new` : 'New order'
}

function swap(page) {
  const focused = document.activeElement
  document.title = page.title
  const theme = page.documentElement.dataset.theme
  if (theme) document.documentElement.dataset.theme = theme
  else delete document.documentElement.dataset.theme
  const before = subject()
  morph(document.body, page.body)
  if (focused?.isConnected && document.activeElement !== focused) focused.focus({ preventScroll: true })
  dress()
  if (subject() !== before) connect()
}

const parse = text => new DOMParser().parseFromString(text, 'text/html')

// parseFrom is a page whose address is not the one that the browser shows, as after a form with mistakes: its links are made to
// lead where they would from there.
function parseFrom(address, text) {
  const page = parse(text)
  for (const name of ['href', 'action', 'formaction', 'src', 'data-root', 'data-stream']) {
    for (const e of $$(`[${name}]`, page)) {
      const value = e.getAttribute(name)
      if (!value.startsWith('#')) e.setAttribute(name, new URL(value, address))
    }
  }
  return page
}

// --- Changes -------------------------------------------------------------------------------------------------------------

// subject is what the stream of the page is about, without where it begins.
function subject() {
  const address = document.body.dataset.stream
  if (!address) return ''
  const url = new URL(address, location)
  url.searchParams.delete('after')
  return url.href
}

let ticking, lost = false, stream, last, paused = false, missed = 0, retry
let fetching, again = false

// A browser has six connections to a server, for all its tabs, and a stream keeps one. So the tabs ask each other: where enough have
// a stream already, or asked before, a tab looks by and by instead.
const mostStreams = 4
let tabs, asked, polls = false

function join() {
  if (!('BroadcastChannel' in window)) return
  tabs = new BroadcastChannel('nctsim-streams')
  tabs.onmessage = ({ data }) => {
    if (data.who && (stream || asked?.who < data.who)) tabs.postMessage({ to: data.who })
    else if (asked && data.to === asked.who) asked.taken++
  }
}

async function refresh() {
  if (fetching) {
    again = true
    return fetching
  }
  fetching = (async () => {
    const from = location.href
    try {
      const response = await fetch(from)
      if (response.redirected && new URL(response.url).pathname !== new URL(from).pathname) location.reload() // signed out
      const text = await response.text()
      if (polls) lost = false
      if (location.href === from && response.status < 500) swap(parse(text))
    } catch { lost ||= polls } // a stream says by itself that nobody answers
    if (polls) sayState()
  })()
  await fetching
  fetching = undefined
  if (again) {
    again = false
    setTimeout(refresh, 250)
  }
}

function say(text, title) {
  const live = $('#live')
  if (!live) return
  live.hidden = false
  live.textContent = text
  live.title = title
  live.className = 'live ' + text.split(/[ ,]/)[0]
  live.setAttribute('aria-pressed', String(paused))
}

function sayState() {
  if (!document.body.dataset.stream) return
  if (paused) say(missed ? `paused, ${missed} missed` : 'paused', 'Changes are not shown. Show them (p)')
  else if (polls && !lost) say('live', 'Changes are shown every other second, as several tabs are open. Stop (p)')
  else if (stream?.readyState === EventSource.OPEN) say('live', 'Changes are shown as they come. Stop (p)')
  else if (lost) say('away', 'The simulator does not answer; trying again')
}

function connect() {
  stream?.close()
  clearTimeout(retry)
  stream = asked = undefined
  if (!document.body.dataset.stream || document.hidden) return
  asked = { who: Date.now() + Math.random(), taken: 0 }
  tabs?.postMessage({ who: asked.who })
  retry = setTimeout(listen, tabs ? 60 : 0)
}

function listen() {
  polls = asked.taken >= mostStreams
  if (polls) {
    asked = undefined
    if (!paused) refresh()
    retry = setTimeout(connect, 2000)
    return
  }
  const url = new URL(document.body.dataset.stream, location)
  if (last) url.searchParams.set('after', last)
  else last = url.searchParams.get('after')
  stream = new EventSource(url)
  stream.onopen = () => {
    lost = false
    sayState()
  }
  stream.onerror = () => {
    lost = true
    sayState()
    if (stream.readyState === EventSource.CLOSED) retry = setTimeout(connect, 2000)
  }
  stream.onmessage = event => {
    last = event.lastEventId
    if (paused) {
      missed += JSON.parse(event.data).count
      sayState()
    } else refresh()
  }
}

function pause() {
  paused = !paused
  if (!paused && missed) refresh()
  missed = 0
  sayState()
}

// --- Forms -----------------------------------------------------------------------------------------------------------------

document.addEventListener('submit', async event => {
  const form = event.target, by = event.submitter // fields may have any name: attributes are safe, form.action is not
  const action = new URL(by?.getAttribute('formaction') ?? form.getAttribute('action'), location)
  if (form.getAttribute('method') !== 'post' || 'plain' in form.dataset || event.defaultPrevented) return
  event.preventDefault()
  if (form.hasAttribute('aria-busy')) return // pressed twice
  const fields = new URLSearchParams(new FormData(form, by))
  form.setAttribute('aria-busy', 'true')
  try {
    const response = await fetch(action, { method: 'POST', body: fields })
    const text = await response.text()
    if (!(response.headers.get('Content-Type') ?? '').startsWith('text/html')) throw new Error('not a page')
    if (response.ok) form.reset()
    form.closest('dialog')?.close()
    const target = response.redirected ? response.url : location.href
    if (new URL(target).pathname === location.pathname) history.replaceState(null, '', target)
    else history.pushState(null, '', target)
    swap(response.redirected ? parse(text) : parseFrom(response.url, text))
    const said = $('#problems') ?? $('#outcome')
    said.scrollIntoView({ block: 'nearest' })
    if (said.id === 'problems') said.focus()
    else if (document.activeElement === document.body) $('#main').focus({ preventScroll: true })
  } catch {
    form.dataset.plain = ''
    form.requestSubmit(by)
  } finally {
    form.removeAttribute('aria-busy')
  }
})

addEventListener('popstate', refresh)

document.addEventListener('change', event => {
  const t = event.target
  if (t.matches('[data-all]')) for (const box of $$(`input[name="${t.dataset.all}"]`)) box.checked = t.checked
  else if (t.matches('[data-keys]')) store('nctsim-keys', t.checked ? 'on' : 'off')
  else if (t.matches('[data-auto] select, [data-auto] input[type=checkbox]')) t.form.requestSubmit()
})

// Groups of a message whose content is not here bring it when they are opened.
document.addEventListener('toggle', async event => {
  const group = event.target, address = group.dataset?.load
  if (!address || !group.open) return
  delete group.dataset.load
  const fresh = $('#tree', parseFrom(new URL(address, location), await (await fetch(address)).text()))
  if (fresh) $('ul', group).replaceChildren(...fresh.childNodes)
}, true)

// --- Clicks and keys ---------------------------------------------------------------------------------------------------------

document.addEventListener('click', async event => {
  const link = event.target.closest('a[data-dialog]')
  if (event.target.closest('#live')) pause()
  for (const open of $$('details[data-pop][open]')) if (!open.contains(event.target)) open.open = false
  const unfold = event.target.closest('[data-unfold]')
  if (unfold) for (const group of $$(`${unfold.dataset.unfold} details:not([data-load])`)) group.open = true
  const copy = event.target.closest('[data-copies]')
  if (copy) {
    const text = copy.previousElementSibling.cloneNode(true)
    for (const said of $$('.says', text)) said.remove() // what is wrong in a line is not part of the message
    await navigator.clipboard.writeText(text.textContent)
    copy.textContent = 'Copied'
    setTimeout(() => { copy.textContent = 'Copy' }, 1500)
  }
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  dialog(link.href)
})

async function dialog(address) {
  const page = parse(await (await fetch(address)).text())
  let box = $('#dialog')
  if (!box) {
    box = document.createElement('dialog')
    box.id = 'dialog'
    box.dataset.own = ''
    document.body.append(box)
    box.addEventListener('click', event => { if (event.target === box) box.close() })
  }
  const close = document.createElement('form'), button = document.createElement('button')
  close.method = 'dialog'
  button.className = 'link'
  button.textContent = 'Close'
  close.append(button)
  box.replaceChildren(...[...$('#main', page).childNodes].filter(n => idOf(n) !== 'outcome'), close)
  const heading = $('h1', box)
  if (heading) {
    heading.id = 'dialog-title'
    heading.tabIndex = -1
    heading.autofocus = true
    box.setAttribute('aria-labelledby', heading.id)
  }
  for (const back of $$('input[name=back]', box)) back.value = $('input[name=back]')?.value ?? ''
  dress()
  box.showModal()
}

function step(by) {
  const rows = $$('[data-row]').map(row => (row.matches('summary, a') ? row : $('a, summary', row))).filter(e => e?.checkVisibility())
  if (!rows.length) return
  const at = rows.findIndex(e => e === document.activeElement || e.closest('[data-row]').contains(document.activeElement))
  const to = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by))]
  to.focus()
  to.scrollIntoView({ block: 'nearest' })
}

function escape(typing) {
  const open = $$('details[data-pop][open]')
  if (open.length) {
    for (const one of open) one.open = false
    $('summary', open[0]).focus()
  } else if (typing) document.activeElement.blur()
  else $('a[data-up]')?.click()
}

document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || $('dialog[open]')) return
  const typing = document.activeElement.matches('input:not([type=checkbox]), textarea, select')
  if (event.key === 'Escape') return escape(typing)
  if (typing || store('nctsim-keys') === 'off') return
  const does = {
    '/': () => $('#q')?.select(),
    '?': () => dialog(new URL(document.body.dataset.root + 'keys', location)),
    j: () => step(1),
    k: () => step(-1),
    '.': () => $('[data-key="."]')?.click(),
    p: pause,
  }[event.key]
  if (!does) return
  event.preventDefault()
  does()
})

// --- What a page needs once it is shown --------------------------------------------------------------------------------------

function dress() {
  for (const e of $$('[data-all], .scripted')) e.hidden = false
  for (const e of $$('[data-keys]')) e.checked = store('nctsim-keys') !== 'off'
  for (const e of $$('[data-copy]')) {
    if (e.nextElementSibling && 'copies' in e.nextElementSibling.dataset) continue
    const button = document.createElement('button')
    Object.assign(button, { type: 'button', textContent: 'Copy', className: 'copy' })
    button.dataset.copies = button.dataset.own = ''
    e.after(button)
  }
  for (const e of $$('time[data-runs]')) {
    if (e.dataset.from !== e.dateTime) [e.dataset.from, e.since] = [e.dateTime, performance.now()]
  }
  sayState()
  tick()
}

// tick fetches a page again and again on which something is under way of which no stream tells.
function tick() {
  clearTimeout(ticking)
  if (!('ticks' in document.body.dataset) || document.hidden) return
  ticking = setTimeout(async () => {
    await refresh()
    tick()
  }, 600)
}

setInterval(() => {
  for (const e of $$('time[data-runs]')) {
    const now = new Date(Date.parse(e.dataset.from) + (performance.now() - e.since) * Number(e.dataset.runs))
    $('b', e).textContent = now.toISOString().slice(11, 19)
  }
}, 1000)

document.addEventListener('visibilitychange', connect)
document.addEventListener('visibilitychange', tick)
addEventListener('pagehide', () => {
  stream?.close()
  tabs?.close()
})
addEventListener('pageshow', event => {
  if (!event.persisted) return
  join()
  connect()
})
document.addEventListener('animationend', event => event.target.classList.remove('new'))

document.documentElement.classList.add('scripted-page')
// The page may get an address of another depth, from which the relative one of its icon would lead elsewhere.
$('link[rel=icon]').href = $('link[rel=icon]').href
join()
dress()
connect()
$('.side [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' }) // the menu of a phone has more than fits
// Whoever comes back from a page goes on at the row that led there.
addEventListener('load', () => setTimeout(() => {
  const named = location.hash.length > 1 && document.getElementById(location.hash.slice(1))
  if (named && 'row' in named.dataset && document.activeElement === document.body) $('a, summary', named)?.focus()
}))

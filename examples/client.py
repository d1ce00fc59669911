"""A client of the CTC Traders API as one writes it for HMRC's sandbox, with Python's own library alone: from a token to the
release of goods, with a test user, PKCE, a refreshed token and a callback. Only HOST is another one.

    python3 client.py http://localhost:8080 declaration.xml [upload]

The declaration is XML, JSON if its name ends in .json, or XML that is uploaded as a large message."""
import base64
import hashlib
import hmac
import http.server
import json
import os
import queue
import secrets
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request

HOST, FILE = sys.argv[1], sys.argv[2]
UPLOAD = sys.argv[3:] == ["upload"]
FORMAT = "json" if FILE.endswith(".json") else "xml"

# What the Developer Hub says of the application, and what was entered there.
CLIENT = {"client_id": "exampleClient00000000000001a", "client_secret": "5f0c7a52-93d1-4c1e-8a57-1b8e6d2f4c90"}
PUSH_SECRET = b"MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"
PORT = int(os.environ.get("CLIENT_PORT", "8081"))
REDIRECT = f"http://localhost:{PORT}/oauth20/callback"

granted, notifications = queue.Queue(), queue.Queue()


class OwnServer(http.server.BaseHTTPRequestHandler):
    """Where people come back to with a code, and where notifications are pushed to."""

    def do_GET(self):
        path, _, query = self.path.partition("?")
        query = dict(urllib.parse.parse_qsl(query))
        if path == "/oauth20/callback":
            granted.put(query)
            return self.answer(200, b"You can close this window.")
        self.answer(200, json.dumps({"challenge": query["challenge"]}).encode())  # asked when the URL is registered

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        signature = hmac.new(PUSH_SECRET, body, hashlib.sha1).hexdigest()
        if not hmac.compare_digest(signature, self.headers.get("X-Hub-Signature", "")):
            return self.answer(403, b"")
        notifications.put(json.loads(json.loads(body)["message"]))
        self.answer(200, b"")

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def call(method, url, headers=None, body=None):
    request = urllib.request.Request(urllib.parse.urljoin(HOST, url), data=body, headers=headers or {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.read()
    except urllib.error.HTTPError as e:
        sys.exit(f"{method} {url}: {e.code} {e.read().decode()}")


def token(**fields):
    return json.loads(call("POST", "/oauth/token", body=urllib.parse.urlencode({**CLIENT, **fields}).encode()))


def bearer(tokens, accept, content_type=None):
    headers = {"Authorization": "Bearer " + tokens["access_token"], "Accept": "application/vnd.hmrc." + accept}
    return {**headers, "Content-Type": content_type} if content_type else headers


def upload(form, data):
    """Sends a file to where the answer to a large message says: every field as a part, the file last."""
    boundary = secrets.token_hex(16)
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in form["fields"].items()]
    parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="declaration.xml"\r\nContent-Type: application/xml\r\n\r\n')
    body = "".join(parts).encode() + data + f"\r\n--{boundary}--\r\n".encode()
    call("POST", form["href"], {"Content-Type": "multipart/form-data; boundary=" + boundary}, body)


threading.Thread(target=http.server.ThreadingHTTPServer(("", PORT), OwnServer).serve_forever, daemon=True).start()

own = token(grant_type="client_credentials")
print(json.loads(call("GET", "/hello/application", bearer(own, "1.0+json")))["message"])
wanted = json.dumps({"serviceNames": ["common-transit-convention-traders"]}).encode()
user = json.loads(call("POST", "/create-test-user/organisations", bearer(own, "1.0+json", "application/json"), wanted))
print("sign in as", user["userId"], user["password"])

state, verifier = secrets.token_urlsafe(16), secrets.token_urlsafe(48)
challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
print("open", HOST + "/oauth/authorize?" + urllib.parse.urlencode({
    "response_type": "code", "client_id": CLIENT["client_id"], "scope": "common-transit-convention-traders",
    "redirect_uri": REDIRECT, "state": state, "code_challenge": challenge, "code_challenge_method": "S256"}), flush=True)
back = granted.get(timeout=300)
if back.get("state") != state or "code" not in back:
    sys.exit(f"not granted: {back}")
tokens = token(grant_type="authorization_code", redirect_uri=REDIRECT, code=back["code"], code_verifier=verifier)
tokens = token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])

with open(FILE, "rb") as f:
    declaration = f.read()
departures = "/customs/transits/movements/departures"
if UPLOAD:
    made = json.loads(call("POST", departures, bearer(tokens, "2.1+json")))  # no body and no Content-Type: a large message
    upload(made["uploadRequest"], declaration)
else:
    made = json.loads(call("POST", departures, bearer(tokens, "2.1+json", "application/" + FORMAT), declaration))
print("declared", made["departureId"])

while True:
    notice = notifications.get(timeout=300)
    if notice["departureId"] != made["departureId"]:
        continue
    if notice["notificationType"] == "SUBMISSION_NOTIFICATION":
        print("submitted:", notice["response"]["code"], flush=True)
        continue
    print(notice["messageType"], flush=True)
    if notice["messageType"] == "IE029":
        released = call("GET", notice["messageUri"] + "/body", bearer(tokens, "2.1+" + FORMAT)).decode()
        print("released:", "CC029C" in released)
        break

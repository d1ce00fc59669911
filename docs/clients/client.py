"""A client of the CTC Traders API as one writes it for HMRC's sandbox, for Python 3 and its library alone: from a token to
the release of goods. Only the hosts are other ones. Usage: python3 client.py http://localhost:8080 declaration.xml"""
import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

host, file = sys.argv[1:]
application = {"client_id": "python-client", "client_secret": "python-secret"}
redirect = "http://localhost:8081/callback"


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


browser = urllib.request.build_opener(Stay)


def call(method, path, headers=None, body=None):
    request = urllib.request.Request(host + path, data=body, headers=headers or {}, method=method)
    try:
        return browser.open(request, timeout=30)
    except urllib.error.HTTPError as e:
        if e.code >= 400:
            sys.exit(f"{method} {path}: {e.code} {e.read().decode()}")
        return e


def token(**fields):
    form = urllib.parse.urlencode({**application, **fields}).encode()
    return json.load(call("POST", "/oauth/token", {"Content-Type": "application/x-www-form-urlencoded"}, form))


def bearer(tokens, version, **more):
    return {"Authorization": "Bearer " + tokens["access_token"], "Accept": f"application/vnd.hmrc.{version}+json", **more}


own = token(grant_type="client_credentials", scope="read:pull-notifications")
print(json.load(call("GET", "/hello/application", bearer(own, "1.0")))["message"])

query = urllib.parse.urlencode({
    "response_type": "code", "client_id": application["client_id"], "scope": "common-transit-convention-traders",
    "redirect_uri": redirect, "state": "x",
})
granted = call("GET", "/oauth/authorize?" + query)  # in a browser at HMRC; serve --oauth auto grants at once
code = urllib.parse.parse_qs(urllib.parse.urlparse(granted.headers["Location"]).query)["code"][0]
user = token(grant_type="authorization_code", redirect_uri=redirect, code=code)
user = token(grant_type="refresh_token", refresh_token=user["refresh_token"])

with open(file, "rb") as f:
    made = json.load(call("POST", "/customs/transits/movements/departures",
                          bearer(user, "2.1", **{"Content-Type": "application/xml"}), f.read()))
print("box", "named" if made.get("boxId") else "missing")

seen = []
while "IE029" not in seen:
    for notification in json.load(call("GET", f"/misc/push-pull-notification/box/{made['boxId']}/notifications", bearer(own, "1.0"))):
        message = json.loads(notification["message"])
        if message["departureId"] == made["departureId"] and message["messageType"] not in seen:
            seen.append(message["messageType"])
    time.sleep(0.1)
print(" ".join(seen))

"""HMRC's sandbox with requests-oauthlib: python3 requests_oauthlib_client.py http://localhost:8080 declaration.xml
It wants nctsim serve --oauth auto, which grants without a person."""
import os
import sys

import requests
from requests_oauthlib import OAuth2Session

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # http, which the sandbox does not have

host, file = sys.argv[1:]
client = {"client_id": "requests-oauthlib", "client_secret": "any"}
session = OAuth2Session(
    client["client_id"], redirect_uri="http://localhost:8081/callback", scope=["common-transit-convention-traders", "hello"],
    auto_refresh_url=host + "/oauth/token", auto_refresh_kwargs=client, token_updater=lambda token: None)

address, _ = session.authorization_url(host + "/oauth/authorize")
asked = requests.get(address, allow_redirects=False)
session.fetch_token(host + "/oauth/token", authorization_response=asked.headers["Location"], client_secret=client["client_secret"])

hello = {"Accept": "application/vnd.hmrc.1.0+json"}
print(session.get(host + "/hello/user", headers=hello).json()["message"])
session.token = {**session.token, "expires_at": 1}  # so that it refreshes by itself
print(session.get(host + "/hello/user", headers=hello).json()["message"])
with open(file, "rb") as f:
    made = session.post(host + "/customs/transits/movements/departures", data=f.read(), headers={
        "Accept": "application/vnd.hmrc.2.1+json", "Content-Type": "application/xml"})
print(made.status_code)

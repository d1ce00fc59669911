"""python3 -m unittest discover examples/ci: a declaration is released, and an officer refuses another one."""
import json
import os
import pathlib
import re
import subprocess
import unittest
import urllib.request

SAMPLE = pathlib.Path(__file__).parents[2] / "fixtures/phase5/valid/ie015-simplified-gb-xi.xml"
HEADERS = {"Authorization": "Bearer GB123456789000", "Accept": "application/vnd.hmrc.2.1+json"}


class Transit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # Time stands still until the test moves it: nothing happens behind its back.
        cls.server = subprocess.Popen(
            [os.environ.get("NCTSIM", "nctsim"), "serve", "--addr", "127.0.0.1:0", "--output", "json", "--clock", "manual"],
            stdout=subprocess.PIPE)
        cls.url = json.loads(cls.server.stdout.readline())["url"]

    @classmethod
    def tearDownClass(cls):
        cls.server.terminate()
        cls.server.wait()
        cls.server.stdout.close()

    def call(self, path, body=None, headers=None):
        request = urllib.request.Request(self.url + path, data=body, headers=headers or {})
        with urllib.request.urlopen(request) as response:
            return json.load(response)

    def declare(self, lrn):
        text = re.sub("<LRN>.*?</LRN>", f"<LRN>{lrn}</LRN>", SAMPLE.read_text())
        answer = self.call("/customs/transits/movements/departures", text.encode(), {**HEADERS, "Content-Type": "application/xml"})
        return answer["_links"]["self"]["href"].split("/")[-1]

    def types(self, movement):
        answer = self.call(f"/customs/transits/movements/departures/{movement}/messages", headers=HEADERS)
        return [m["type"] for m in reversed(answer["messages"])]  # the newest comes first, as at HMRC

    def control(self, path, body):
        return self.call("/simulator/v1" + path, json.dumps(body).encode(), {"Content-Type": "application/json"})

    def test_release(self):
        movement = self.declare("PY-RELEASED")
        self.control("/clock/advance", {"by": "1h"})
        self.assertEqual(self.types(movement), ["IE015", "IE928", "IE028", "IE029"])

    def test_refusal(self):
        movement = self.declare("PY-REFUSED")
        self.control(f"/movements/{movement}/actions", {"action": "control"})
        self.control(f"/movements/{movement}/actions", {"action": "refuse_release"})
        self.assertEqual(self.types(movement), ["IE015", "IE928", "IE028", "IE060", "IE051"])


if __name__ == "__main__":
    unittest.main()

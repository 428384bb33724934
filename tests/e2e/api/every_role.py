"""Asks every operation of the served description, with what fits its schemas and what does not, as every role and as
nobody. Whatever comes back must be described: status, type, headers, body; never a failure of ours; and nobody writes
without a key.

    python every_role.py BASE LINKS_FILE EXAMPLES
"""

import json
import sys
from datetime import timedelta
from time import monotonic, sleep

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

# Seconds for one answer: a busy machine may stop a program for a while.
PATIENCE = 180

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


class Asker:
    """Sends cases as one caller, over one connection."""

    def __init__(self, base, name, key):
        self.base, self.name, self.session = base, name, requests.Session()
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}

    def get(self, path):
        answer = self.session.get(f"{self.base}/api/v1{path}", headers=self.headers, timeout=PATIENCE)
        answer.raise_for_status()
        return answer.json()

    def post(self, path, body):
        answer = self.session.post(f"{self.base}/api/v1{path}", headers=self.headers, json=body, timeout=PATIENCE)
        answer.raise_for_status()
        return answer.json()

    def send(self, case):
        answer = case.call(session=self.session, headers=self.headers, timeout=PATIENCE)
        if answer.status_code == 503 or (answer.status_code == 429 and self.headers):
            # The limit of a key is over in a moment, and so is a stop of the whole machine; behind it more is tested.
            sleep(0.5)
            answer = case.call(session=self.session, headers=self.headers, timeout=PATIENCE)
        return answer


def real(askers, links):
    """Ids of things that are there, by the beginning of a path, so that what lies behind the look-up is reached too."""
    boss = askers["coordinator"]
    matters = boss.get("/matters?queue=place&limit=5")["items"]
    account = askers["system_admin"].post("/accounts", {"login": f"robot.case.{int(monotonic())}", "name": "试验"})["id"]
    seat = askers["security_admin"].post("/seats", {"role": "volunteer", "title": "试验"})["id"]
    first = lambda path: boss.get(path)["items"][0]["id"]
    return {
        "/api/v1/matters/{id}": {"id": [m["id"] for m in matters]},
        "/api/v1/numbers/{number}": {"number": [m["number"] for m in matters]},
        "/api/v1/accounts/{id}": {"id": [account]},
        "/api/v1/seats/{id}": {"id": [seat]},
        "/api/v1/areas/{id}": {"id": [first("/areas")]},
        "/api/v1/posts/{id}": {"id": [first("/posts")]},
        "/api/v1/orgs/{id}": {"id": [first("/orgs")]},
        "/api/v1/classes/{code}": {"code": [boss.get("/classes")["items"][0]["code"]]},
        "/api/v1/track/{code}": {"code": [t["url"].rsplit("/", 1)[1] for t in links["track"]]},
    }


def main(base, links_file, examples):
    with open(links_file, encoding="utf-8") as file:
        links = json.load(file)
    keys = {}
    for account in links["accounts"]:
        keys.setdefault(account["role"], account["api_token"])
    askers = {role: Asker(base, role, key) for role, key in keys.items()}
    nobody = Asker(base, "nobody", None)
    there = real(askers, links)
    schema = schemathesis.openapi.from_url(f"{base}/api/openapi.json")
    wrong, counts = {}, {}
    began = monotonic()

    def told(operation, asker, what):
        wrong.setdefault((operation.label, what), []).append(asker.name)

    def ask(operation, case, asker, public):
        answer = asker.send(case)
        counts[answer.status_code] = counts.get(answer.status_code, 0) + 1
        if asker is nobody and not public and answer.status_code != 401:
            told(operation, asker, f"{answer.status_code} without a key")
        try:
            case.validate_response(answer, checks=CHECKS)
        except BaseExceptionGroup as error:
            told(operation, asker, f"{error}\n{answer.text[:600]}")

    for found in schema.get_all_operations():
        operation = found.ok()
        public = operation.definition.raw.get("security") == []
        known = next((ids for start, ids in there.items() if operation.path.startswith(start)), {})
        turn = 0

        def each(case):
            nonlocal turn
            turn += 1
            if turn % 2:
                for name, ids in known.items():
                    if name in (case.path_parameters or {}):
                        case.path_parameters[name] = ids[turn // 2 % len(ids)]
            # What is open to everybody is limited by address, and asks for nobody's rights.
            for asker in [nobody] if public else [nobody, *askers.values()]:
                ask(operation, case, asker, public)

        run = settings(
            max_examples=examples,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        for mode in schemathesis.GenerationMode:
            try:
                strategy = operation.as_strategy(generation_mode=mode)
                run(given(case=strategy)(lambda case: each(case)))()
            except Exception as error:
                # What takes nothing cannot be asked wrongly.
                if "Unsatisfiable" not in type(error).__name__:
                    raise

    print(f"{sum(counts.values())} answers in {timedelta(seconds=round(monotonic() - began))}: {dict(sorted(counts.items()))}")
    for (operation, what), who in sorted(wrong.items()):
        print(f"\n{operation} as {', '.join(sorted(set(who)))}: {what}")
    done = sum(counts.values())
    assert counts.get(429, 0) < done / 10, "too much was held back by limits"
    assert counts.get(200, 0) > done / 20, "too little was let in"
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))

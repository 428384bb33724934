"""Drives a running Mulin with the published client library `georeport` (PyPI), in both formats.

usage: client.py ENDPOINT JURISDICTION NUMBER   (NUMBER: a request that was sent to ENDPOINT before)

Run by the test tests/open311.rs; by hand: python3 -m venv v && v/bin/pip install -r requirements.txt, then this file
with v/bin/python. Prints nothing and ends with 0 when the library finds everything it expects.
"""

import sys

from georeport import GeoReport

endpoint, jurisdiction, number = sys.argv[1:]

# Fields of the specification that every request has.
FIELDS = {
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description",
    "agency_responsible", "service_notice", "requested_datetime", "updated_datetime", "expected_datetime",
    "address", "address_id", "zipcode", "lat", "long", "media_url",
}

for output_format in ("json", "xml"):
    client = GeoReport(endpoint, jurisdiction=jurisdiction, output_format=output_format)

    services = client.get_service_list()
    assert len(services) > 10, services
    codes = [service["service_code"] for service in services]
    assert "lighting" in codes and len(set(codes)) == len(codes), codes

    definition = client.get_service_definition("lighting")
    assert definition["service_code"] == "lighting", definition
    attributes = definition["attributes"]
    if output_format == "xml":
        attributes = attributes["attribute"]
    assert any(attribute["code"] == "answer_by" for attribute in attributes), attributes

    one = client.get_service_request(number)
    assert set(one) == FIELDS, set(one) ^ FIELDS
    assert one["service_request_id"] == number and one["status"] == "open", one
    assert one["service_code"] == "lighting" and "路灯" in one["description"], one
    assert abs(float(one["lat"]) - 30.92) < 0.2, one

    every = client.get_service_requests(service_code="lighting", status="open", start_date="2026-06-01T00:00:00Z")
    every = every if isinstance(every, list) else [every]
    found = [request for request in every if request["service_request_id"] == number]
    assert len(found) == 1 and found[0] == one, found
    assert all(request["service_code"] == "lighting" for request in every), every

    picked = client.get_service_requests(service_request_id=number)
    picked = picked if isinstance(picked, list) else [picked]
    assert [request["service_request_id"] for request in picked] == [number], picked

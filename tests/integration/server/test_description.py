# SPDX-License-Identifier: Apache-2.0
"""Requests that the description of the APIs allows, and some that it does not: none does harm.

`schemathesis` makes them, always the same ones, and compares what comes with the description.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode, checks

from ktdesk.settings import ServerSettings
from tests.integration.server.conftest import Served, serving

EXAMPLES = 10  # of each operation, allowed and not
MODEL = "tiny-deepseek"
CHECKED = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


@pytest.fixture(scope="module")
def served(tiny: Path) -> Iterator[Served]:
    with serving([tiny], settings=ServerSettings(port=0, answer_tokens=3)) as served:
        yield served


def run(served: Served, mode: GenerationMode, checked: list) -> int:
    """Send requests to every operation; return how many were answered as asked."""
    with served.client() as http:
        schema = schemathesis.openapi.from_dict(http.get("/openapi.json").json())
        good = 0
        for result in schema.get_all_operations():
            operation = result.ok()
            if mode is GenerationMode.NEGATIVE and not operation.body:
                continue  # nothing about it can be wrong

            @settings(
                max_examples=EXAMPLES,
                derandomize=True,
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(operation.as_strategy(mode))
            def send(case: Case) -> None:
                nonlocal good
                if mode is GenerationMode.POSITIVE and isinstance(case.body, dict):
                    case.body["model"] = MODEL
                    case.body.pop("name", None)
                response = case.call(base_url=served.url, timeout=60)
                good += response.status_code == 200
                case.validate_response(response, checks=checked)

            send()
        assert http.get("/health").json()["status"] == "ok"
    served.wait_until_idle()
    return good


@pytest.mark.slow
def test_what_is_allowed_does_no_harm(served: Served) -> None:
    assert run(served, GenerationMode.POSITIVE, CHECKED) > 40


@pytest.mark.slow
def test_what_is_not_allowed_is_refused(served: Served) -> None:
    run(served, GenerationMode.NEGATIVE, CHECKED)

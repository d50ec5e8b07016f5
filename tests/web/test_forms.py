"""What is typed into a form becomes a parameter, or a sentence that says what it must be."""

from __future__ import annotations

from datetime import date

import pytest

from zhike.analyses import REGISTRY
from zhike.catalogue import parameters_of
from zhike.errors import ParameterError
from zhike.web.forms import fields_of, values_of


@pytest.mark.parametrize("name", REGISTRY)
def test_every_parameter_of_an_analysis_is_asked_for(name: str) -> None:
    fields = list(fields_of(REGISTRY[name](), {}))
    assert [field.name for field in fields] == [item.name for item in parameters_of(REGISTRY[name])]
    assert all(str(field.label) for field in fields)


@pytest.mark.parametrize("name", REGISTRY)
def test_what_the_run_had_can_be_typed_in_again(name: str) -> None:
    as_run = REGISTRY[name]()
    typed = {field.name: field.placeholder for field in fields_of(as_run, {})}
    assert REGISTRY[name](**values_of(REGISTRY[name], typed)) == as_run


def test_each_kind_is_read_as_what_it_is() -> None:
    assert values_of(REGISTRY["cohorts"], {"as_of": "2024-03-01", "most_periods": " 12 "}) == {
        "as_of": date(2024, 3, 1),
        "most_periods": 12,
    }
    assert values_of(REGISTRY["relationship"], {"cuts": "1.5，3"}) == {"cuts": (1.5, 3.0)}
    assert values_of(REGISTRY["profile"], {"outside": "no"}) == {"outside": False}
    assert values_of(REGISTRY["cohorts"], {"unit": ""}) == {}


@pytest.mark.parametrize(
    ("analysis", "given"),
    [
        ("cohorts", {"most_periods": "1.5"}),
        ("cohorts", {"as_of": "yesterday"}),
        ("relationship", {"cuts": "1,two"}),
        ("profile", {"outside": "perhaps"}),
        ("abc", {"a_share": "most"}),
        ("abc", {"b_hare": "0.9"}),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(analysis: str, given: dict[str, str]) -> None:
    with pytest.raises(ParameterError, match=next(iter(given))):
        values_of(REGISTRY[analysis], given)

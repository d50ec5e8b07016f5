"""Segments are saved into `zhike.toml` without touching the rest, checked, counted and used."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.analyses.overview import Overview
from zhike.errors import InputError, ParameterError, RuleError, WorkspaceError
from zhike.workspace import Settings, Workspace
from zhike.workspace.sections import changed
from zhike.workspace.settings import read_settings, write_settings


@pytest.fixture(scope="module")
def computed_once(planted_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("computed") / "shop"
    shutil.copytree(planted_once, folder)
    Workspace.open(folder).run()
    return folder


@pytest.fixture
def computed(computed_once: Path, tmp_path: Path) -> Workspace:
    folder = tmp_path / "shop"
    shutil.copytree(computed_once, folder)
    return Workspace.open(folder)


def test_a_segment_is_saved_counted_used_and_forgotten(computed: Workspace) -> None:
    file = computed.folder / "zhike.toml"
    before = file.read_text(encoding="utf-8")
    computed.segments.save("keen", "frequency >= 3", label='熟客 "老"', description="Regulars")
    computed.segments.save("near 近", "分群（‘keen’）且 recency_days < 200")
    reopened = Workspace.open(computed.folder)
    assert list(reopened.segments) == ["keen", "near 近"]
    assert reopened.segments["keen"].title == '熟客 "老"'
    sizes = reopened.segments.sizes()
    rows = reopened.customers().to_pyarrow().to_pylist()
    keen = [row for row in rows if row["frequency"] >= 3]
    assert sizes == {
        "keen": len(keen),
        "near 近": sum(row["recency_days"] < 200 for row in keen),
    }
    for rule in ("near 近", "segment('near 近')"):
        assert (
            reopened.customers("rfm", segment=rule).count().to_pyarrow().as_py() == sizes["near 近"]
        )
    with pytest.raises(WorkspaceError, match="near 近"):
        reopened.segments.remove("keen")
    reopened.segments.remove("near 近")
    reopened.segments.remove("keen")
    assert not reopened.segments
    assert file.read_text(encoding="utf-8").rstrip() == before.rstrip()


def test_saving_again_changes_the_segment_where_it_stands(computed: Workspace) -> None:
    file = computed.folder / "zhike.toml"
    computed.segments.save("a", "frequency > 1")
    with file.open("a", encoding="utf-8") as settings:
        settings.write('\n# mine\n[segments."b"]   # by hand\nrule = "frequency > 2"\n\n# end\n')
    computed.segments.save("a", "frequency > 5")
    computed.segments.save("b", "frequency > 6")
    text = file.read_text(encoding="utf-8")
    assert "# mine\n[segments.b]\n" in text
    assert text.endswith("\n\n# end\n")
    assert {name: item.rule for name, item in computed.segments.items()} == {
        "a": "frequency > 5",
        "b": "frequency > 6",
    }


def test_what_is_no_rule_or_goes_in_a_circle_is_not_saved(computed: Workspace) -> None:
    before = (computed.folder / "zhike.toml").read_bytes()
    for rule in ("frequncy > 3", "segment('self')", ""):
        with pytest.raises(RuleError):
            computed.segments.save("self", rule)
    with pytest.raises(ParameterError):
        computed.segments.save("no]name", "frequency > 3")
    assert (computed.folder / "zhike.toml").read_bytes() == before


def test_a_rule_that_no_longer_fits_is_told_beside_the_others(computed: Workspace) -> None:
    with (computed.folder / "zhike.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[segments.old]\nrule = "shoe_size > 40"\n[segments.all]\n')
        settings.write('rule = "customer_since is empty or frequency > 0"\n[segments.ok]\n')
        settings.write('rule = "frequency > 0"\n')
    sizes = computed.segments.sizes()
    assert isinstance(sizes["old"], RuleError)
    assert sizes["ok"] == computed.customers().count().to_pyarrow().as_py()


def test_a_segment_that_only_a_person_can_change_is_left_alone(computed: Workspace) -> None:
    file = computed.folder / "zhike.toml"
    with file.open("a", encoding="utf-8") as settings:
        settings.write('\n[segments]\nodd = { rule = "frequency > 0" }\n')
    before = file.read_bytes()
    with pytest.raises(WorkspaceError, match="cannot be changed"):
        computed.segments.save("odd", "frequency > 1")
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    "lines",
    [
        "[segments.a]",
        "[segments.a]\nrule = 5",
        '[segments.a]\nrule = ""',
        '[segments.a]\nrul = "x"',
    ],
)
def test_a_wrong_section_is_refused(tmp_path: Path, lines: str) -> None:
    (tmp_path / "zhike.toml").write_text(lines)
    with pytest.raises(ParameterError):
        read_settings(tmp_path / "zhike.toml")


def test_segments_of_settings_are_written(tmp_path: Path) -> None:
    settings = Settings(segments={"老客": {"rule": "city = '上海'", "label": 'a"b\\'}})
    write_settings(tmp_path / "zhike.toml", settings)
    assert read_settings(tmp_path / "zhike.toml") == settings


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")))


@given(st.dictionaries(TEXTS.filter(bool), TEXTS.filter(bool), max_size=4), TEXTS.filter(bool))
def test_any_name_and_text_come_back_from_the_file(sections: dict[str, str], rule: str) -> None:
    text = "# settings\nname = 'x'\n"
    for name, value in sections.items():
        text = changed(text, "segments", name, {"rule": value})
    for name in sections:
        text = changed(text, "segments", name, {"rule": rule})
    said = tomllib.loads(text)
    assert said.get("segments", {}) == {name: {"rule": rule} for name in sections}
    for name in sections:
        text = changed(text, "segments", name, None)
    assert tomllib.loads(text) == {"name": "x"}


def test_metrics_of_a_segment_are_those_of_its_customers_beside_their_targets(
    computed: Workspace,
) -> None:
    computed.segments.save("keen", "frequency >= 2")
    with (computed.folder / "zhike.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n[targets]\nnet_revenue = 1\n[targets.segments.keen]\n")
        settings.write('net_revenue = 200\nmine = 2\n[metrics.mine]\nexpression = "orders / 2"\n')
    found = computed.segments.overview("keen", "all")
    rows = {row["metric"]: row for row in found.metrics.to_pylist()}
    facts = computed.customers(segment="keen").to_pyarrow().to_pylist()
    revenue = float(sum(row["monetary"] for row in facts))
    assert rows["customers"]["value"] == len(facts)
    assert rows["net_revenue"]["value"] == pytest.approx(revenue)
    assert rows["net_revenue"]["attained"] == pytest.approx(revenue / 200)
    assert rows["mine"]["value"] == sum(row["frequency"] for row in facts) / 2
    everybody = Overview().run(computed.open_snapshot())
    whole = {row["metric"]: row for row in everybody.metrics.to_pylist()}
    assert (whole["net_revenue"]["target"], whole["mine"]["target"]) == (1.0, None)


@pytest.mark.parametrize(
    "lines",
    [
        "[targets]\nnobody = 5",
        "[targets.segments]\nkeen = 5",
        "[targets.segments.keen]\nnobody = 5",
        '[metrics.orders]\nexpression = "1"',
        '[metrics.a]\nexpression = "1 +"',
    ],
)
def test_wrong_targets_and_metrics_are_refused(tmp_path: Path, lines: str) -> None:
    (tmp_path / "zhike.toml").write_text(lines)
    with pytest.raises(InputError):
        read_settings(tmp_path / "zhike.toml")

"""Who reads in which language, from where the demo's sign-in is reached, and where people are sent on to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cairn.settings import Settings, SettingsProblem
from cairn_portal.reading.beginning import to_begin_with
from cairn_portal.signing_in.addresses import is_local, require_safe
from cairn_portal.signing_in.reader import accepted
from cairn_portal.web.signing import own_path
from tests.specs.company import PEOPLE, person


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB", "en"),
        ("fr, en;q=0.3, zh;q=0.4", "zh"),
        ("fr", "zh"),
        ("", "zh"),
        ("en;q=broken, zh;q=0.1", "zh"),
        ("en;q=0", "zh"),
    ],
)
def test_the_best_of_our_languages_that_a_browser_asks_for_is_taken(header: str, language: str) -> None:
    assert accepted(header, "zh") == language


@given(st.text())
def test_no_header_is_too_odd_for_an_answer(header: str) -> None:
    assert accepted(header, "en") in ("zh", "en")


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", None, ""],
)
def test_nobody_is_sent_on_to_another_site(elsewhere: str | None) -> None:
    assert own_path(elsewhere) == "/"


def test_a_page_of_our_own_is_gone_on_to() -> None:
    assert own_path("/goals/goal-2026-E1-1") == "/goals/goal-2026-E1-1"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]", "127.8.8.8"])
def test_this_machine_is_known_by_its_names(host: str) -> None:
    assert is_local(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.1", "intranet.example", "", "localhost.evil.example"])
def test_nothing_else_is_this_machine(host: str) -> None:
    assert not is_local(host)


def test_the_portal_listens_elsewhere_only_where_people_sign_in_at_a_provider() -> None:
    with pytest.raises(SettingsProblem):
        require_safe(Settings(portal_host="0.0.0.0", oidc_issuer=None))
    require_safe(Settings(portal_host="0.0.0.0", oidc_issuer="https://login.example"))
    require_safe(Settings(portal_host="127.0.0.1", oidc_issuer=None))


def test_whom_to_begin_with_is_one_of_each_part_and_nobody_where_none_fits() -> None:
    boss, lead = person("boss", roles=("executive",)), person("lead", "boss")
    found = to_begin_with([boss, lead, person("hand", "lead"), person("hr", "boss", roles=("hr",))])
    assert [who.id for who, _ in found] == ["hand", "lead", "hr"]
    assert to_begin_with([]) == [] and to_begin_with(PEOPLE.values())

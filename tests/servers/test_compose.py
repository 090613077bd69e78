"""docker-compose.yml fits the published schema of its format and says what the README promises of it."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from cairn.settings import Settings

CHECKOUT = Path(__file__).parents[2]
FILE = CHECKOUT / "docker-compose.yml"


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load(FILE)["services"]
    return found


def test_it_fits_the_compose_specification() -> None:
    published = resources.files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    schema = json.loads(published.read_text())
    jsonschema.validate(YAML(typ="safe").load(FILE), schema)


def test_workers_can_be_scaled(services: dict[str, Any]) -> None:
    assert {"container_name", "ports"}.isdisjoint(services["worker"])


def test_the_ledger_and_temporal_have_databases_of_their_own(services: dict[str, Any]) -> None:
    ledger, temporal = services["ledger"]["volumes"], services["temporal-database"]["volumes"]
    assert set(ledger).isdisjoint(temporal)
    assert services["temporal"]["environment"]["POSTGRES_SEEDS"] == "temporal-database"
    assert "@ledger:5432/" in services["worker"]["environment"]["CAIRN_DATABASE"]


def test_workers_wait_for_the_migrations_and_these_for_healthy_servers(services: dict[str, Any]) -> None:
    assert services["worker"]["depends_on"] == {"migrations": {"condition": "service_completed_successfully"}}
    for name in services["migrations"]["depends_on"]:
        assert services["migrations"]["depends_on"][name] == {"condition": "service_healthy"}
        assert "healthcheck" in services[name]


def test_every_service_that_is_waited_for_exists(services: dict[str, Any]) -> None:
    waited = {name for service in services.values() for name in service.get("depends_on", ())}
    assert waited <= services.keys()


def test_every_image_is_pinned_to_a_version(services: dict[str, Any]) -> None:
    versions = {service["image"].partition(":")[2] for service in services.values()}
    assert all(version[:1].isdigit() for version in versions)


def test_every_mounted_file_exists(services: dict[str, Any]) -> None:
    mounted = [volume for service in services.values() for volume in service.get("volumes", ())]
    for source in (volume.split(":")[0] for volume in mounted if volume.startswith("./")):
        assert (CHECKOUT / source).is_file(), source


def test_every_setting_given_to_a_service_is_one(services: dict[str, Any]) -> None:
    given = {key for key in services["worker"]["environment"] if key.startswith("CAIRN_")}
    assert given <= {f"CAIRN_{name.upper()}" for name in Settings.model_fields}


def test_only_the_web_ui_is_reachable_and_only_from_this_machine(services: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert list(published) == ["temporal-ui"]
    assert all(port.startswith("127.0.0.1:") for port in published["temporal-ui"])

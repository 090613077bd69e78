"""docker-compose.yml and the image: fits its format, is like what tests run on, and does what the pages promise.

What needs a daemon is in tests/containers."""

import json
import re
import subprocess
import tomllib
from importlib import resources, util
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from cairn.settings import Settings, SettingsProblem
from cairn_portal.servers import postgres, temporal, temporal_program
from cairn_portal.signing_in.addresses import require_safe

CHECKOUT = Path(__file__).parents[2]
FILE = CHECKOUT / "docker-compose.yml"
DOCKERFILE = CHECKOUT / "deploy" / "Dockerfile"
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]
COMMANDED = ("worker", "operator", "portal")
"""Services in which people's commands run."""
ONCE = ("temporal-schema", "migrations")
KEPT_BY_POSTGRES = 10  # connections for administrators, backups and whoever looks
SERVICES_OF_TEMPORAL = 4  # frontend, history, matching, worker: one process, a pool each


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
    versions = {service["image"].rpartition(":")[2] for service in services.values()}
    assert all(version[:1].isdigit() for version in versions)


def test_every_mounted_file_exists(services: dict[str, Any]) -> None:
    mounted = [volume for service in services.values() for volume in service.get("volumes", ())]
    for source in (volume.split(":")[0] for volume in mounted if volume.startswith("./")):
        assert (CHECKOUT / source).is_file(), source


def test_every_setting_given_to_a_service_is_one(services: dict[str, Any]) -> None:
    both = services["worker"]["environment"] | services["portal"]["environment"]
    given = {key for key in both if key.startswith("CAIRN_")}
    assert given <= {f"CAIRN_{name.upper()}" for name in Settings.model_fields}


def test_only_portal_and_web_ui_are_reachable_and_only_from_this_machine(services: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert published.keys() == {"temporal-ui", "portal"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_the_portal_signs_nobody_in_without_a_provider(services: dict[str, Any]) -> None:
    given = services["portal"]["environment"]
    assert services["portal"]["profiles"] == ["portal"] and given["CAIRN_OIDC_ISSUER"].startswith(
        "${OIDC_ISSUER"
    )
    with pytest.raises(SettingsProblem):
        require_safe(Settings(portal_host=given["CAIRN_PORTAL_HOST"], oidc_issuer=None))


# ------------------------------------------------------------------ versions
def test_servers_are_of_the_versions_that_the_locked_packages_bring_along(services: dict[str, Any]) -> None:
    program = temporal_program.present(Settings())
    assert program is not None
    said = subprocess.run([program.path, "--version"], capture_output=True, text=True).stdout
    ui = re.search(r"UI (\d+\.\d+\.\d+)", said)
    assert ui is not None, said
    assert image(services, "temporal") == f"temporalio/server:{program.version}"
    assert image(services, "temporal-schema") == f"temporalio/admin-tools:{program.version}"
    assert image(services, "temporal-ui") == f"temporalio/ui:{ui[1]}"
    assert image(services, "ledger") == image(services, "temporal-database") == f"postgres:{postgres.MAJOR}"


def test_the_image_is_of_one_python_that_the_project_names() -> None:
    bases = re.findall(r"^FROM python:([\d.]+)-slim", DOCKERFILE.read_text("utf-8"), re.MULTILINE)
    assert len(bases) == 2 and len(set(bases)) == 1
    assert f"Programming Language :: Python :: {bases[0]}" in PROJECT["classifiers"]


# ------------------------------------------------------------------ settings alike with the embedded servers
def test_temporals_dynamic_settings_are_those_of_the_embedded_server(services: dict[str, Any]) -> None:
    given = YAML(typ="safe").load(CHECKOUT / "deploy" / "temporal" / "dynamic.yaml")
    assert all(len(values) == 1 and set(values[0]) == {"value"} for values in given.values())
    assert {key: YAML(typ="safe").load(value) for key, value in temporal.DYNAMIC.items()} == {
        key: values[0]["value"] for key, values in given.items()
    }
    mounted = services["temporal"]["volumes"][0].split(":")
    assert mounted[0] == "./deploy/temporal/dynamic.yaml"
    assert mounted[1] == services["temporal"]["environment"]["DYNAMIC_CONFIG_FILE_PATH"]


def test_the_ledgers_postgres_has_the_settings_of_the_embedded_one(services: dict[str, Any]) -> None:
    own_machine = {"listen_addresses", "unix_socket_directories"}
    assert options(services, "ledger") == {
        name: value for name, value in postgres.OPTIONS.items() if name not in own_machine
    }


def test_both_databases_notice_who_is_cut_off_and_sort_alike_everywhere(services: dict[str, Any]) -> None:
    for name in ("ledger", "temporal-database"):
        assert {"tcp_keepalives_idle", "tcp_user_timeout"} <= options(services, name).keys()
        made = services[name]["environment"]["POSTGRES_INITDB_ARGS"]
        assert "--locale-provider=builtin --builtin-locale=C.UTF-8" in made


# ------------------------------------------------------------------ connections
def test_the_ledger_bears_the_workers_and_commands_that_the_page_says(services: dict[str, Any]) -> None:
    worker, command = map(
        int, found_in("database.md", r"worker takes up to (\d+) connections.*?command up to (\d+)")
    )
    most, workers, commands = map(
        int, found_in("server.md", r"`max_connections=(\d+)` bears (\d+) workers and (\d+) commands")
    )
    assert int(options(services, "ledger")["max_connections"]) == most
    assert workers * worker + commands * command + KEPT_BY_POSTGRES <= most


def test_temporals_database_bears_all_that_its_server_may_open(services: dict[str, Any]) -> None:
    pools = services["temporal"]["environment"]
    most = SERVICES_OF_TEMPORAL * (int(pools["SQL_MAX_CONNS"]) + int(pools["SQL_VIS_MAX_CONNS"]))
    assert most + KEPT_BY_POSTGRES <= int(options(services, "temporal-database")["max_connections"])


# ------------------------------------------------------------------ running on and stopping
def test_what_serves_is_kept_up_and_what_is_done_once_gives_up(services: dict[str, Any]) -> None:
    """A start whose preparation fails ends with its error: one that is tried for ever keeps `up` waiting for good."""
    for name, service in services.items():
        wanted = {"operator": None}.get(name, "on-failure:5" if name in ONCE else "unless-stopped")
        assert service.get("restart") == wanted, name


def test_no_log_and_no_process_grows_without_end(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert service["logging"]["options"].keys() == {"max-size", "max-file"}, name
        assert name == "temporal-schema" or "mem_limit" in service, name


def test_a_worker_is_given_the_time_to_finish_and_is_looked_after(services: dict[str, Any]) -> None:
    for name in ("worker", "worker-before"):
        assert int(services[name]["stop_grace_period"].removesuffix("s")) >= 10 + 15
        python, minus_m, module = services[name]["healthcheck"]["test"][1:]
        assert (python, minus_m) == ("python", "-m") and util.find_spec(module) is not None


def test_a_database_counts_as_ready_when_others_can_reach_it(services: dict[str, Any]) -> None:
    for name in ("ledger", "temporal-database"):
        assert "pg_isready --host 127.0.0.1 " in services[name]["healthcheck"]["test"][1]


# ------------------------------------------------------------------ secrets and files
def test_no_password_and_no_key_stands_on_a_command_line(services: dict[str, Any]) -> None:
    for name, service in services.items():
        told = [service.get("command"), service.get("entrypoint"), service.get("healthcheck", {}).get("test")]
        assert not re.search(r"PASSWORD|PWD|KEY|_DATABASE", str(told)), name


def test_every_secret_is_asked_for_and_none_has_a_default() -> None:
    asked = set(re.findall(r"\$\{(\w*(?:PASSWORD|KEY))\b", FILE.read_text("utf-8")))
    listed = re.findall(r"^(\w+)=$", (CHECKOUT / "deploy" / "example.env").read_text("utf-8"), re.MULTILINE)
    assert asked == set(listed)
    for secret in asked:
        assert re.search(rf"\$\{{{secret}:\?", FILE.read_text("utf-8")), secret
        assert not re.search(rf"\$\{{{secret}:?-", FILE.read_text("utf-8")), secret


def test_every_variable_of_the_file_is_explained_in_the_example() -> None:
    used = set(re.findall(r"(?<!\$)\$\{(\w+)", FILE.read_text("utf-8")))
    explained = re.findall(
        r"^(?:# )?(\w+)=", (CHECKOUT / "deploy" / "example.env").read_text("utf-8"), re.MULTILINE
    )
    assert sorted(used - set(explained)) == []


def test_workers_and_commands_find_the_companys_files_in_the_same_place(services: dict[str, Any]) -> None:
    places = {name: services[name]["volumes"][0] for name in (*COMMANDED, "worker-before", "migrations")}
    assert len(set(places.values())) == 1 and places["worker"].endswith(":/company:ro")
    assert "WORKDIR /company" in DOCKERFILE.read_text("utf-8")


def test_what_people_attach_by_a_command_or_on_a_page_lies_in_the_same_place(
    services: dict[str, Any],
) -> None:
    for name in COMMANDED:
        assert "attachments:/attachments" in services[name]["volumes"], name
        assert services[name]["environment"]["CAIRN_ATTACHMENTS"] == "${ATTACHMENTS:-file:///attachments}", (
            name
        )
    assert "attachments" in YAML(typ="safe").load(FILE)["volumes"]


def test_the_workers_know_no_login_that_could_change_what_is_recorded(services: dict[str, Any]) -> None:
    for name in ("worker", "worker-before"):
        assert "LEDGER_PASSWORD" not in str(services[name]["environment"]), name


# ------------------------------------------------------------------ the image
def test_the_image_runs_as_an_ordinary_user_and_takes_no_tool_of_the_build_along() -> None:
    last = re.split(r"^FROM ", DOCKERFILE.read_text("utf-8"), flags=re.MULTILINE)[-1]
    assert re.search(r"^USER cairn$", last, re.MULTILINE)
    assert not re.search(r"pip|apt-get|requirements|dev\.txt|tests", last)


def test_whatever_the_image_copies_is_sent_to_the_build_and_nothing_else() -> None:
    copied = [
        each
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE.read_text("utf-8"), re.MULTILINE)
        for each in line.split()[:-1]
    ]
    ignoring = DOCKERFILE.with_name("Dockerfile.dockerignore").read_text("utf-8").splitlines()
    assert ignoring[1] == "*"
    assert sorted(copied) == sorted(line[1:] for line in ignoring if line.startswith("!"))


def test_what_builds_the_wheel_is_locked_to_the_same_versions_as_everywhere() -> None:
    def locked(name: str) -> set[str]:
        text = (CHECKOUT / "requirements" / name).read_text("utf-8")
        return set(re.findall(r"^[\w.-]+==[\w.]+", text, re.MULTILINE))

    assert "hatchling" in {each.partition("==")[0] for each in locked("build.txt")}
    assert locked("build.txt") <= locked("dev.txt")


def image(services: dict[str, Any], name: str) -> str:
    return str(services[name]["image"])


def options(services: dict[str, Any], name: str) -> dict[str, str]:
    """What `postgres -c name=value …` of a service sets, variables at their defaults."""
    given = [word for word in services[name]["command"][1:] if word != "-c"]
    pairs = (re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", word).partition("=") for word in given)
    return {name: value for name, _, value in pairs}


def found_in(page: str, pattern: str) -> tuple[str, ...]:
    found = re.search(pattern, (CHECKOUT / "docs" / page).read_text("utf-8"), re.DOTALL)
    assert found is not None, f"{page} does not say {pattern}"
    return found.groups()

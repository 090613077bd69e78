"""Cairn on a server: docker-compose.yml as it stands, with a name, files, passwords and images of its own."""

import base64
import io
import json
import os
import socket
import subprocess
import tarfile
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
NEXT = f"{VERSION}.post1"
PATIENCE = 300  # seconds
KILLING = "import os, sys; os.kill(int(sys.argv[1]), int(sys.argv[2]))"


class Said(NamedTuple):
    code: int
    answer: str
    beside: str
    """Errors and progress."""


class Server:
    """`compose` is the words of the compose command; `settings` is what .env says, written anew at each command."""

    def __init__(self, compose: list[str], folder: Path) -> None:
        self.name = f"cairn-trial-{os.getpid()}"
        self.images = [f"{self.name}:{VERSION}", f"{self.name}:{NEXT}"]
        self.folder = folder
        self.backups = folder / "backups"
        self._compose = compose
        self.settings = {
            **{f"{name}_PASSWORD": f"{name}-1" for name in ("LEDGER", "WORKER", "BACKUP", "TEMPORAL")},
            **{
                f"{name}_KEY": base64.b64encode(os.urandom(32)).decode()
                for name in ("PAYLOAD", "TEXT", "PORTAL")
            },
            "CAIRN_IMAGE": self.images[0],
            "CAIRN_FILES": str(folder / "company"),
            "CAIRN_BACKUPS": str(self.backups),
            "CAIRN_LANGUAGE": "en",
            "TEMPORAL_UI_PORT": str(_free_port()),
            "PORTAL_PORT": str(_free_port()),
            "OIDC_ISSUER": "https://sign-in.example.com",  # is not asked before somebody signs in
        }

    # -------------------------------------------------------------- programs
    def compose(self, *words: str) -> str:
        """A compose command that succeeds; what it says."""
        said = self.tried(*words)
        assert said.code == 0, (
            f"compose {' '.join(words)} ended with {said.code}:\n{said.beside}{said.answer}"
        )
        return said.answer

    def tried(self, *words: str) -> Said:
        own = self.folder / "env"
        own.write_text("".join(f"{name}={value}\n" for name, value in self.settings.items()))
        given = [
            "--project-name",
            self.name,
            "--file",
            str(ROOT / "docker-compose.yml"),
            "--env-file",
            str(own),
        ]
        return _said([*self._compose, *given, *words])

    def docker(self, *words: str) -> str:
        said = _said(["docker", *words])
        assert said.code == 0, f"docker {' '.join(words)} ended with {said.code}:\n{said.beside}{said.answer}"
        return said.answer.strip()

    # -------------------------------------------------------------- Cairn
    def cairn(self, *words: str) -> Any:
        """The answer of a command in a worker's container that serves."""
        return json.loads(self.docker("exec", self.workers()[0], "cairn", "--lang", "en", *words, "--json"))

    def workers(self, service: str = "worker") -> list[str]:
        """Ids of the containers that run."""
        return self.compose("ps", "--quiet", "--status", "running", service).split()

    def health(self, container: str) -> Said:
        """What the health check says now."""
        return _said(["docker", "exec", container, "python", "-m", "cairn_portal.servers.worker_health"])

    def sealer(self) -> str:
        """Host, which is the first letters of the container's id, of the worker that seals."""
        return str(self.cairn("status")["horizon"]["sealer"]).split()[-1].partition(":")[0]

    def deployed(self, build: str) -> str:
        """Makes a build the current one, as docs/server.md says."""
        return self.compose("exec", "--no-TTY", "worker", "cairn", "deploy", build)

    def build_of(self, workflow: str) -> str:
        """Name of the build on which a workflow runs."""
        described = self.compose(
            "run", "--rm", "--no-deps", "--entrypoint", "temporal", "temporal-schema",
            "workflow", "describe", "--address", "temporal:7233", "--workflow-id", workflow, "--output", "json",
        )  # fmt: skip
        found = json.loads(described[described.index("{") : described.rindex("}") + 1])
        return str(found["workflowExecutionInfo"]["versioningInfo"]["deploymentVersion"]["buildId"])

    # -------------------------------------------------------------- images and accidents
    def build(self, image: str, version: str = VERSION) -> None:
        """Builds the image from what deploy/Dockerfile.dockerignore lets through, as another version if need be."""
        with_buildkit = str(int(_said(["docker", "buildx", "version"]).code == 0))
        subprocess.run(
            ["docker", "build", "--quiet", "--network", "host", "--file", "deploy/Dockerfile", "--tag", image, "-"],
            input=_context(version), env={**os.environ, "DOCKER_BUILDKIT": with_buildkit}, check=True,
        )  # fmt: skip

    def state(self, container: str, part: str) -> str:
        return self.docker("inspect", "--format", "{{." + part + "}}", container)

    def signal(self, container: str, number: int) -> None:
        """Sends a signal to a container's first process behind Docker's back, as the machine does it."""
        self.docker(
            "run", "--rm", "--pid", "host", "--user", "root", "--network", "none", self.images[0],
            "python", "-c", KILLING, self.state(container, "State.Pid"), str(number),
        )  # fmt: skip

    def as_root(self, *words: str) -> str:
        """A command on the folder for backups by root, whoever runs the tests."""
        mounted = f"{self.backups}:/backups"
        return self.docker("run", "--rm", "--user", "root", "--volume", mounted, self.images[0], *words)

    def gone(self) -> None:
        """Takes containers, volumes, networks and images away, and lets who runs the tests delete the rest."""
        profiles = [word for name in ("before", "operator", "portal") for word in ("--profile", name)]
        self.tried(*profiles, "down", "--volumes", "--remove-orphans")
        _said(["docker", "run", "--rm", "--user", "root", "--volume", f"{self.backups}:/backups", self.images[0],
               "chown", "-R", f"{os.getuid()}", "/backups"])  # fmt: skip
        _said(["docker", "image", "rm", *self.images])


def until(true: Callable[[], bool], wanted: str) -> None:
    """Waits until something is so; fails where it never comes to be."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"never came to be: {wanted}"
        time.sleep(1)


def _said(words: list[str]) -> Said:
    own = {name: os.environ[name] for name in os.environ if not name.startswith("CAIRN_")}
    ended = subprocess.run(
        words, env=own, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=2 * PATIENCE
    )
    return Said(ended.returncode, ended.stdout, ended.stderr)


def _context(version: str) -> bytes:
    ignoring = (ROOT / "deploy" / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    wanted = ["deploy/Dockerfile", *(line[1:] for line in ignoring if line.startswith("!"))]
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *wanted]
    files = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as tar:
        for name in filter(None, files):
            content = (ROOT / name).read_bytes()
            if name == "pyproject.toml":
                content = content.replace(
                    f'\nversion = "{VERSION}"'.encode(), f'\nversion = "{version}"'.encode()
                )
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o644
            tar.addfile(entry, io.BytesIO(content))
    return written.getvalue()


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])

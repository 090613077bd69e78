"""Serves the portal with the settings of the environment; what keeps it from starting is one sentence."""

import sys

import uvicorn

from cairn.collector import spare_the_collector
from cairn.settings import Settings, SettingsProblem
from cairn_portal.served.app import create_app


def main() -> int:
    settings = Settings()
    try:
        app = create_app(settings)
    except SettingsProblem as problem:
        print(problem.sentence.text(settings.language), file=sys.stderr)
        return 3
    spare_the_collector()
    uvicorn.run(
        app, host=settings.portal_host, port=settings.portal_port or 8000, log_level=settings.log_level,
        proxy_headers=settings.portal_url is not None, server_header=False,
        forwarded_allow_ips=settings.portal_proxies,
        timeout_graceful_shutdown=2,
    )  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())

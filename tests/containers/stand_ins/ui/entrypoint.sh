#!/bin/sh
set -eu
printf 'temporalGrpcAddress: %s\nhost: 0.0.0.0\nport: 8080\nenableUi: true\n' "$TEMPORAL_ADDRESS" >/srv/own.yaml
exec temporal-ui --config /srv --env own start

#!/bin/sh
# What the server tells the others of itself is this container's own address.
set -eu
address=$(getent hosts "$(hostname)" | awk '{print $1; exit}')
export BIND_ON_IP="${BIND_ON_IP:-$address}"
[ "$BIND_ON_IP" != 0.0.0.0 ] || export TEMPORAL_BROADCAST_ADDRESS="${TEMPORAL_BROADCAST_ADDRESS:-$address}"
exec temporal-server start

#!/bin/sh
# Brings Temporal's two databases to the schema of this server version; safe to repeat, also after an upgrade.
# The server is told by SQL_PLUGIN, SQL_HOST, SQL_PORT, SQL_USER, SQL_PASSWORD.
set -eu

up_to_date() { temporal-sql-tool --database "$1" update-schema --schema-name "postgresql/v12/$2"; }

prepare() {
    echo "Schema of $1"
    # A database that cannot be updated is a new one: it is made first.
    up_to_date "$1" "$2" || {
        temporal-sql-tool --database "$1" create-database
        temporal-sql-tool --database "$1" setup-schema --version 0.0
        up_to_date "$1" "$2"
    }
}

prepare temporal temporal
prepare temporal_visibility visibility

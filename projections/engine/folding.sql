-- Folding one window: the cursor, the settings, and what to do with an event that cannot be folded.

-- name: register
insert into read.projection (name) select unnest($1::text[]) on conflict (name) do nothing

-- name: cursor
select cursor from read.projection where name = $1

-- name: lock_cursor
select cursor from read.projection where name = $1 for update

-- name: settings
select read.settings($1, $2, $3, $4)

-- name: move_cursor
update read.projection set cursor = $3, updated_at = now() where name = $1 and cursor = $2
returning read.settings($4, $5, $6, $7)

-- name: holds_events
select exists (select from ledger.sealed($1, $2) where type = any ($3::text[]))

-- name: park
insert into read.parked (projection, stream, position, type, reason)
select $1, e.stream, e.position, e.type, $3 from ledger.sealed($2 - 1, $2) e
on conflict (projection, stream) do nothing

-- Whether a stream waits already, or the event at this position is left out.
-- name: passed_by
select exists (select from read.parked where projection = $1 and stream = $2)
    or exists (select from read.skipped where projection = split_part($1, ':', 1) and position = $3)

-- name: lead
select pg_try_advisory_lock(hashtext('follower ' || $1))

-- name: cursor
select coalesce((select cursor from read.follower where name = $1), 0)

-- name: keep
insert into read.follower (name, cursor) values ($1, $2)
on conflict (name) do update set cursor = greatest(follower.cursor, excluded.cursor)

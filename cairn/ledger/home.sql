-- name: home
select * from ledger.home();

-- name: first
select system_identifier, opened_at from ledger.epoch order by no limit 1

-- name: unsealed
select count(*) from ledger.event e
where (e.epoch, e.xid, e.id) > (
    coalesce((select s.epoch from ledger.segment s order by s.no desc limit 1), 0::smallint),
    coalesce((select s.last_xid from ledger.segment s order by s.no desc limit 1), '0'::xid8),
    coalesce((select s.last_id from ledger.segment s order by s.no desc limit 1), 0));

-- name: strays
select strays from ledger.strays();

-- name: open
select ledger.open_epoch($1, $2);

-- Pages of the sealed log: consecutive segments together, so that reading costs what there is to read, and not what it
-- was sealed in. Under light load every event has a segment of its own, and a segment is one range scan.
--
-- A page is a reader's help and no record: segments alone are chained and verified, and pages can be made anew from them.
-- Nothing lies between two segments of an epoch (the sealer leaves nothing below the horizon), so neighbours are one range.

create table ledger.page (
    base_position bigint   primary key,
    first_xid     xid8     not null,
    first_id      bigint   not null,
    last_xid      xid8     not null,
    last_id       bigint   not null,
    n             integer  not null check (n > 0),
    epoch         smallint not null
) with (fillfactor = 50);

-- What the sealer seals joins the last page while it fits. Its owner's right: a sealer inserts segments and nothing else.
create function ledger.add_to_page() returns trigger language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
begin
    update ledger.page p set n = p.n + new.n, last_xid = new.last_xid, last_id = new.last_id
    where p.base_position = (select max(l.base_position) from ledger.page l)
      and p.base_position + p.n = new.base_position and p.epoch = new.epoch and p.n + new.n <= 4096;
    if not found then
        insert into ledger.page (base_position, first_xid, first_id, last_xid, last_id, n, epoch)
        values (new.base_position, new.first_xid, new.first_id, new.last_xid, new.last_id, new.n, new.epoch);
    end if;
    return null;
end $$;
revoke all on function ledger.add_to_page() from public;

create trigger paged after insert on ledger.segment for each row execute function ledger.add_to_page();

-- The segments there are, in pages: nobody seals meanwhile.
lock table ledger.segment in share row exclusive mode;
do $$
declare
    s    ledger.segment;
    open ledger.page;
begin
    for s in select * from ledger.segment order by no loop
        if open.n is not null and open.epoch = s.epoch and open.n + s.n <= 4096 then
            open.n := open.n + s.n;
            open.last_xid := s.last_xid;
            open.last_id := s.last_id;
            continue;
        end if;
        if open.n is not null then
            insert into ledger.page values (open.*);
        end if;
        open := row(s.base_position, s.first_xid, s.first_id, s.last_xid, s.last_id, s.n, s.epoch);
    end loop;
    if open.n is not null then
        insert into ledger.page values (open.*);
    end if;
end $$;

grant select on ledger.page to cairn_writer, cairn_sealer, cairn_reader, cairn_folder;

-- As before, over pages. Where reading begins within a page it begins at the key of that position, which is the end of a
-- segment or a few steps from one, and not at the page's first event. (The two sub-queries are asked once, and only then.)
create or replace function ledger.sealed(after bigint, upto bigint default null)
returns table (
    "position" bigint, stream text, version integer, type text, schema_version smallint, event_id uuid, data json,
    occurred_at timestamptz, recorded_at timestamptz, actor text, correlation text, causation text, subject text,
    cycle text, segment bigint
) language sql stable parallel safe rows 10000 as $$
    select r.position, r.stream, r.version, r.type, r.schema_version, r.event_id, r.data, r.occurred_at,
           r.recorded_at, r.actor, r.correlation, r.causation, r.subject, r.cycle, p.base_position
    from ledger.page p
    cross join lateral (
        select greatest(sealed.after, p.base_position) + row_number() over (order by e.xid, e.id) as position, e.*
        from ledger.event e
        where e.epoch = p.epoch
          and (e.xid, e.id) > (
              case when p.base_position < sealed.after then (select k.xid from ledger.key_at(sealed.after) k)
                   else p.first_xid end,
              case when p.base_position < sealed.after then (select k.id from ledger.key_at(sealed.after) k)
                   else p.first_id - 1 end)
          and (e.xid, e.id) <= (p.last_xid, p.last_id)
        order by e.xid, e.id
        limit greatest(least(coalesce(sealed.upto, p.base_position + p.n), p.base_position + p.n)
                       - greatest(sealed.after, p.base_position), 0)
    ) r
    where p.base_position >= (select coalesce(max(f.base_position), 0) from ledger.page f
                              where f.base_position <= sealed.after)
      and p.base_position < coalesce(sealed.upto, 9223372036854775807)
$$;

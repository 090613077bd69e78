-- outside a transaction
-- Each notice once to each person by each way.
create unique index concurrently if not exists mail_notice_once on ledger.mail_notice (position, person, way);
alter table ledger.mail_notice drop constraint if exists mail_notice_pkey;

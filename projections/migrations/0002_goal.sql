-- Goals with all their facts, the sheets they stand in, and managers' assessments.
create table read.goal (
    goal              text primary key,
    version           bigint not null,
    position          bigint not null,
    stage             text not null,
    entered           timestamptz not null,
    cycle             text not null,
    sheet             text not null,
    tier              text not null,
    owner             text not null,
    manager           text,
    department        text,
    key               text not null,
    dimension         text not null,
    title             text not null,
    measure           jsonb not null check (measure ? 'kind'),
    since             date not null,
    parent            text,
    policy            text not null,
    smart             jsonb,
    parts             jsonb not null,
    pending           jsonb,
    confirmed_manager text,
    confirmed_hr      text,
    expires_at        timestamptz,
    adjustments       jsonb not null,
    accepted          jsonb not null,
    segments          jsonb not null
);
create index goal_of_sheet on read.goal (sheet);
create index goal_of_owner on read.goal (owner, cycle);
create index goal_of_parent on read.goal (parent) where parent is not null;
create index goal_by_stage on read.goal (cycle, department, stage);
-- The inbox: who is waited for, by the stages in which somebody is.
create index goal_to_submit on read.goal (owner) where stage in ('draft', 'returned');
create index goal_with_manager on read.goal (manager) where stage in ('submitted', 'adjusting', 'in_review');
create index goal_with_committee on read.goal (stage) where tier <> 'individual' or manager is null;
create index goal_with_hr on read.goal (cycle) where stage = 'adjusting' and confirmed_hr is null;

create table read.sheet (
    sheet      text primary key,
    version    bigint not null,
    position   bigint not null,
    cycle      text not null,
    kind       text not null,
    holder     text not null,
    department text,
    family     text,
    since      date not null,
    space      numeric not null,
    used       numeric not null,
    policy     text not null
);
create index sheet_of_cycle on read.sheet (cycle, department);
create index sheet_of_holder on read.sheet (holder);

-- A goal's place in its sheet; gone when the goal is taken out.
create table read.placement (
    goal      text not null,
    sheet     text not null,
    dimension text not null,
    weight    numeric not null,
    position  bigint not null,
    primary key (goal, sheet)
);
create index placement_of_sheet on read.placement (sheet);

create table read.assessment (
    goal     text not null,
    period   text not null,
    manager  text not null,
    points   numeric not null,
    comment  text not null,
    at       timestamptz not null,
    position bigint not null,
    primary key (goal, period, manager)
);

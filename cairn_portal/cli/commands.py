"""Every command of `cairn`: its help, the panel it stands in, and the function that does it.

This is the command line's table of contents. A module is imported when one of its commands is run or asked for help, so
that `cairn --help` answers at once.
"""

from typing import NamedTuple

from cairn.i18n import marked

START = marked("See it first")
RUN = marked("Running it")
PREPARE = marked("Before a cycle")
YEAR = marked("Through the year")
AUDIT = marked("Looking back")
LOOKING = marked("Looking")
SETTING = marked("Goal setting")
ADJUSTING = marked("Adjustments")
REVIEW = marked("Execution and review")


class Command(NamedTuple):
    """One row: the name that is typed, `module:function` below `cairn_portal.cli`, help and panel as message ids."""

    name: str
    function: str
    help: str
    panel: str | None = None


class CommandGroup(NamedTuple):
    """Several commands under one name."""

    name: str
    help: str
    panel: str | None
    commands: tuple[Command, ...]


COMMANDS: tuple[Command | CommandGroup, ...] = (
    Command("demo", "setup.demo:demo", marked("play the year of the company that comes along"), START),
    Command("rehearse", "setup.rehearse:rehearse", marked("play a cycle's whole year in minutes"), START),
    Command("up", "operate.servers:up", marked("start servers, UI and a worker"), RUN),
    Command("down", "operate.servers:down", marked("stop everything, data stays"), RUN),
    Command("status", "operate.status:status", marked("what runs, how far behind, what is stuck"), RUN),
    Command("doctor", "operate.servers:doctor", marked("check the installation"), RUN),
    Command("migrate", "operate.servers:migrated", marked("bring the database up to date"), RUN),
    Command("recover", "operate.servers:recover", marked("restart all workflows from the log"), RUN),
    Command("deploy", "operate.deploying:deploy", marked("make a build of the worker the current one"), RUN),
    Command("backup", "operate.backup:backed_up", marked("back up the log, to be restored anywhere"), RUN),
    Command(
        "restore", "operate.backup:restored", marked("restore a backup, verify it and go on from it"), RUN
    ),
    CommandGroup(
        "ledger",
        marked("the log: open an epoch after a move, verify, compare"),
        RUN,
        (
            Command(
                "open-epoch",
                "operate.ledger:opened",
                marked("let a log that was restored, copied or upgraded go on here"),
            ),
            Command("verify", "operate.ledger:verified", marked("compute every hash of the log again")),
            Command(
                "compare",
                "operate.ledger:compared",
                marked("what workflows know that the log lacks: what a restore or a failover lost"),
            ),
        ),
    ),
    CommandGroup(
        "projections",
        marked("read models: status, rebuild, parked streams"),
        RUN,
        (
            Command("status", "operate.read_models:status", marked("how far each is")),
            Command(
                "rebuild", "operate.read_models:rebuilt", marked("rebuild from the log, compare, swap in")
            ),
            Command("parked", "operate.parked:parked", marked("parked streams: which event, why")),
            Command("retry", "operate.parked:retry", marked("try a parked stream again")),
            Command("skip", "operate.parked:skip", marked("leave the event out, with a reason that is kept")),
        ),
    ),
    CommandGroup(
        "mail",
        marked("notices by mail"),
        RUN,
        (Command("retry", "operate.mailing:retry", marked("try again what could not be delivered")),),
    ),
    CommandGroup(
        "webhook",
        marked("webhooks: other systems that are told of what happens"),
        RUN,
        (
            Command("add", "operate.webhooks:add", marked("have a system told, or change where and of what")),
            Command("list", "operate.webhooks:listed", marked("how each webhook stands")),
            Command(
                "resume",
                "operate.webhooks:resume",
                marked("tell it again, from where it stood or a position"),
            ),
            Command("remove", "operate.webhooks:remove", marked("tell it no more")),
        ),
    ),
    CommandGroup(
        "chat",
        marked("notices by chat"),
        RUN,
        (
            Command("retry", "operate.mailing:retry_chat", marked("try again what could not be delivered")),
            Command(
                "try", "operate.mailing:try_chat", marked("send one message now, to see whether it arrives")
            ),
        ),
    ),
    CommandGroup(
        "policy",
        marked("the policy: check, adopt, list"),
        PREPARE,
        (
            Command(
                "check", "setup.policy:check", marked("check a policy file, naming the line of every mistake")
            ),
            Command("adopt", "setup.policy:adopt", marked("adopt a version of the policy into the log")),
            Command("list", "setup.policy:listed", marked("the versions adopted")),
        ),
    ),
    CommandGroup(
        "roster",
        marked("the roster: check, import"),
        PREPARE,
        (
            Command(
                "import", "setup.roster:imported", marked("import a roster: all rows or, if one is bad, none")
            ),
            Command(
                "export", "setup.exporting:roster", marked("write the roster, or an empty template, to Excel")
            ),
            Command(
                "first-hr", "setup.first_hr:named", marked("name the first person of all, who is HR, by id")
            ),
        ),
    ),
    CommandGroup(
        "people",
        marked("people through the year: who joins, leaves, moves, is away"),
        YEAR,
        (
            Command("join", "people.moving:join", marked("somebody joins: their sheet opens")),
            Command("leave", "people.moving:leave", marked("somebody leaves, with their last day")),
            Command("move", "people.moving:move", marked("another department, title, family or manager")),
            Command("manager", "people.moving:manager", marked("another manager from a day on")),
            Command("away", "people.moving:away", marked("long leave: goals rest, targets are prorated")),
            Command("return", "people.moving:come_back", marked("back from long leave")),
            Command("delegate", "people.moving:delegate", marked("who does somebody's tasks for a time")),
            Command(
                "sign-out", "people.signing_out:sign_out", marked("end somebody's sessions in the portal")
            ),
            Command(
                "erase", "people.erasing:erase", marked("erase what was written about somebody, for good")
            ),
        ),
    ),
    CommandGroup(
        "targets",
        marked("targets set before the launch, such as quotas"),
        PREPARE,
        (
            Command("import", "setup.targets:import_targets", marked("import targets: all rows or none")),
            Command(
                "withdraw", "setup.targets:withdraw_targets", marked("withdraw targets that were proposed")
            ),
            Command(
                "export",
                "setup.exporting:targets",
                marked("write proposed targets, or an empty template, to Excel"),
            ),
            Command(
                "list",
                "setup.targets:list_targets",
                marked("the targets of a cycle, with the file, person and time they come from"),
            ),
        ),
    ),
    CommandGroup(
        "cycle",
        marked("a cycle: preview, launch, status, close"),
        YEAR,
        (
            Command(
                "preview", "cycle.launching:preview", marked("who is in, who is out and why, what is missing")
            ),
            Command(
                "launch",
                "cycle.launching:launch",
                marked("launch the plan that was seen; twice makes no duplicate"),
            ),
            Command(
                "add-sheets",
                "people.adding:add_sheets",
                marked("open the sheets that are missing since the launch"),
            ),
            Command("status", "cycle.status:status", marked("stages, departments, who is waited for")),
            Command(
                "amend",
                "cycle.amending:amend",
                marked("propose another version of the policy, and see what it changes for whom"),
            ),
            Command(
                "vote",
                "cycle.amending:vote",
                marked("vote on a proposed change of the policy: the committee"),
            ),
            Command(
                "enact",
                "cycle.amending:enact",
                marked("let it take effect, once employees were heard and told"),
            ),
            Command(
                "amendments",
                "cycle.amending:listed",
                marked("changes of the policy in this cycle, and the open one"),
            ),
            Command(
                "year",
                "year.page:show",
                marked("through the year: reviews, obstacles, coaching, feedback, promises"),
            ),
            Command(
                "results", "cycle.paying:results", marked("results, and what they pay by a table of amounts")
            ),
            Command("close", "cycle.launching:close", marked("close a cycle once all its goals are")),
            Command(
                "abandon",
                "cycle.abandoning:abandon",
                marked("give a cycle up before its end, and see what is lost"),
            ),
        ),
    ),
    CommandGroup(
        "goal",
        marked("goals: look at them, act on them"),
        YEAR,
        (
            Command("show", "goal.reading:show", marked("everything about a goal"), LOOKING),
            Command(
                "list", "goal.reading:listed", marked("goals by owner, cycle, department or stage"), LOOKING
            ),
            Command("draft", "goal.setting:draft", marked("add a goal to a sheet"), SETTING),
            Command(
                "import",
                "goal.importing:imported",
                marked("draft many goals from a table, all or none"),
                SETTING,
            ),
            Command(
                "export",
                "setup.exporting:goals",
                marked("write a cycle's goals, or an empty template, to Excel"),
                SETTING,
            ),
            Command(
                "carry-over",
                "goal.carrying:carried_over",
                marked("draft last year's goals anew in this year's sheets"),
                SETTING,
            ),
            Command("revise", "goal.setting:revise", marked("change a draft"), SETTING),
            Command(
                "check-smart",
                "goal.setting:check_smart",
                marked("the SMART check of a strategic goal"),
                SETTING,
            ),
            Command(
                "decompose",
                "goal.setting:decompose",
                marked("decompose a goal into parts with departments"),
                SETTING,
            ),
            Command("align", "goal.setting:align", marked("let a goal serve one of the tier above"), SETTING),
            Command(
                "interview", "goal.interviewing:interview", marked("put a goal interview on record"), SETTING
            ),
            Command("submit", "goal.setting:submit", marked("submit for approval"), SETTING),
            Command("approve", "goal.setting:approve", marked("approve"), SETTING),
            Command("return", "goal.setting:return_goal", marked("return with a comment"), SETTING),
            Command("recall", "goal.moving_on:recall", marked("take back what one handed in"), SETTING),
            Command(
                "step-back",
                "goal.moving_on:step_back",
                marked("take a goal one step back, with a reason"),
                SETTING,
            ),
            Command("urge", "goal.moving_on:urge", marked("urge whom goals wait for"), SETTING),
            Command(
                "diagnose",
                "goal.diagnosing:diagnose",
                marked("say what a problem comes from: an external obstacle or an internal gap"),
                ADJUSTING,
            ),
            Command(
                "close-diagnosis",
                "goal.diagnosing:close",
                marked("say that nothing follows from a diagnosis any more"),
                ADJUSTING,
            ),
            Command("adjust", "goal.adjusting:adjust", marked("ask for an adjustment"), ADJUSTING),
            Command("confirm", "goal.adjusting:confirm", marked("confirm an adjustment"), ADJUSTING),
            Command("decline", "goal.adjusting:decline", marked("decline an adjustment"), ADJUSTING),
            Command("withdraw", "goal.adjusting:withdraw", marked("withdraw one's own request"), ADJUSTING),
            Command(
                "check-in", "goal.reviewing:check_in", marked("report progress: a value or words"), REVIEW
            ),
            Command(
                "check-ins", "goal.reports:listed", marked("what was reported, confirmed or not"), REVIEW
            ),
            Command(
                "confirm-check-ins",
                "goal.reports:confirm",
                marked("confirm what the owner reported, so that it counts"),
                REVIEW,
            ),
            Command("withdraw-check-in", "goal.reports:withdraw", marked("take a report back"), REVIEW),
            Command(
                "score-without",
                "goal.reports:score_without",
                marked("score a period without readings that do not come, with a reason"),
                REVIEW,
            ),
            Command(
                "accept", "goal.reviewing:accept", marked("accept a key task's criterion on evidence"), REVIEW
            ),
            Command("assess", "goal.reviewing:assess", marked("assess in points"), REVIEW),
            Command(
                "evaluate",
                "goal.evaluating:evaluate",
                marked("evaluate a piece of work, such as a call, by the goal's form"),
                REVIEW,
            ),
            Command(
                "withdraw-evaluation",
                "goal.evaluating:withdraw",
                marked("take an evaluation back that was recorded wrongly"),
                REVIEW,
            ),
            Command(
                "change-manager",
                "goal.reviewing:change_manager",
                marked("give goals to another manager"),
                REVIEW,
            ),
            Command(
                "follow-holder",
                "goal.reviewing:follow_holder",
                marked("bring goals in line with their holder's days again"),
                REVIEW,
            ),
            Command("pause", "goal.plain:pause", marked("let a goal rest, for a long leave say"), REVIEW),
            Command("resume", "goal.plain:resume", marked("take up a paused goal again"), REVIEW),
            Command("cancel", "goal.plain:cancel", marked("cancel with a reason"), REVIEW),
            Command("supersede", "goal.reviewing:supersede", marked("supersede by another goal"), REVIEW),
            Command("close", "goal.plain:close", marked("close scored goals"), REVIEW),
        ),
    ),
    CommandGroup(
        "sheet",
        marked("goal sheets: whether they are whole, all goals of one at once"),
        YEAR,
        (
            Command("show", "goal.sheets:show", marked("a sheet's goals, and what it lacks")),
            Command("list", "goal.sheets:listed", marked("the sheets of a cycle that are not whole")),
            Command("submit", "goal.sheets:submit", marked("submit all its goals, or none")),
            Command("approve", "goal.sheets:approve", marked("approve all its submitted goals, or none")),
            Command("return", "goal.sheets:return_sheet", marked("return all its submitted goals, or none")),
            Command("extend", "goal.sheets:extend", marked("give it more time to be made whole")),
            Command("go-on", "goal.sheets:go_on", marked("go on without what is not approved")),
            Command(
                "record-incident",
                "goal.incidents:record",
                marked("record what happened and counts beside the goals: a merit, a fault, a veto"),
            ),
            Command(
                "withdraw-incident",
                "goal.incidents:withdraw",
                marked("take an incident back that was recorded wrongly"),
            ),
            Command(
                "waive",
                "goal.sheets:waive",
                marked("agree that it does without a dimension: HR and committee"),
            ),
        ),
    ),
    CommandGroup(
        "file",
        marked("attached files: list, get"),
        YEAR,
        (
            Command("list", "goal.attaching:listed", marked("the files of a goal or a case")),
            Command("get", "goal.attaching:fetched", marked("get a file, checked against its hash")),
        ),
    ),
    CommandGroup(
        "feedback",
        marked("feedback within 24 hours: observe, tell, follow up"),
        YEAR,
        (
            Command("observe", "case.feedback:observe", marked("note what was seen: the clock begins")),
            Command("give", "case.feedback:give", marked("put on record what was told, one to one")),
            Command(
                "answer", "case.feedback:answer", marked("say something to it, as the person it is about")
            ),
            Command("follow-up", "case.feedback:follow_up", marked("what became of the agreed action")),
            Command(
                "withdraw", "case.feedback:withdraw", marked("take back an observation that was a mistake")
            ),
            Command("show", "case.feedback:show", marked("everything about one")),
            Command("list", "case.feedback:listed", marked("feedback of a cycle or about somebody")),
            Command("quiet", "case.feedback:quiet", marked("who has heard and reported nothing for months")),
        ),
    ),
    CommandGroup(
        "request",
        marked("help from another department: ask, answer, deliver"),
        YEAR,
        (
            Command("open", "case.request:ask", marked("ask another department for help for a goal")),
            Command(
                "accept", "case.request:accept", marked("promise it, for the day asked for or a later one")
            ),
            Command("agree", "case.request:agree", marked("agree to the later day that was offered")),
            Command("ask-back", "case.request:ask_back", marked("ask what has to be known first")),
            Command("reply", "case.request:reply", marked("answer the department's question or offer")),
            Command("decline", "case.request:decline", marked("say no, with a reason")),
            Command("deliver", "case.request:deliver", marked("say that it is there")),
            Command("confirm", "case.request:confirm", marked("confirm that it is there, as whoever asked")),
            Command("missing", "case.request:missing", marked("say what of it is missing, as whoever asked")),
            Command("withdraw", "case.request:withdraw", marked("take a request back")),
            Command("show", "case.request:show", marked("everything about one request")),
            Command("list", "case.request:listed", marked("requests of a cycle, a department or a goal")),
        ),
    ),
    CommandGroup(
        "promise",
        marked("promises: what the company owes somebody, and whether it came"),
        YEAR,
        (
            Command("make", "case.promise:make", marked("promise somebody something until a day")),
            Command("keep", "case.promise:keep", marked("say that it was kept, and what shows it")),
            Command(
                "contest", "case.promise:contest", marked("say that it was not kept, as whom it is owed to")
            ),
            Command("release", "case.promise:release", marked("need it no more, as whom it is owed to")),
            Command("show", "case.promise:show", marked("everything about one promise")),
            Command("list", "case.promise:listed", marked("promises of a cycle, to or from somebody")),
            Command(
                "owed",
                "case.promise:owed",
                marked("the promise ledger: what was owed to a person or for a goal, and when it came"),
            ),
        ),
    ),
    CommandGroup(
        "coaching",
        marked("coaching plans: help that is owed, checkpoints, evidence, outcome"),
        YEAR,
        (
            Command("open", "case.coaching:open_plan", marked("open a plan and ask the person to agree")),
            Command("confirm", "case.coached:confirm", marked("confirm having read it, person or mentor")),
            Command("agree", "case.coached:agree", marked("agree, as the person it is about: it runs")),
            Command("object", "case.coached:object_to", marked("object, as the person it is about")),
            Command("go-on", "case.coaching:go_on", marked("let it run without agreement")),
            Command("comment", "case.coached:comment", marked("add a word at any time, as the person")),
            Command("report", "case.coached:report", marked("record what shows a checkpoint")),
            Command("judge", "case.coaching:judge", marked("judge a checkpoint")),
            Command("move", "case.coaching:move", marked("give a checkpoint another day")),
            Command("add-checkpoint", "case.coaching:add_checkpoint", marked("add a checkpoint")),
            Command("promise", "case.coaching:promise", marked("promise another training or session")),
            Command("record", "case.coached:record", marked("what became of a training or session")),
            Command("session", "case.coached:hold_session", marked("record a session nobody had planned")),
            Command("mentor", "case.coaching:name_mentor", marked("name another mentor, or none")),
            Command("extend", "case.coaching:extend", marked("let it end later")),
            Command("conclude", "case.coaching:conclude", marked("say what became of it")),
            Command("state", "case.coached:state", marked("make a statement to the outcome")),
            Command("cancel", "case.coaching:cancel", marked("end it without an outcome")),
            Command("show", "case.coaching_lists:show", marked("everything about one")),
            Command("list", "case.coaching_lists:listed", marked("plans of a cycle, or about somebody")),
            Command("owed", "case.coaching_lists:owed", marked("trainings and sessions not given yet")),
        ),
    ),
    CommandGroup(
        "review",
        marked("stage reviews: report, comment, and who reads them"),
        YEAR,
        (
            Command("list", "case.review_reading:listed", marked("reviews of a cycle, and who has none")),
            Command("show", "case.review_reading:show", marked("one review beside the data of its period")),
            Command("draft", "case.review:draft", marked("save what you have so far, for you alone")),
            Command("submit", "case.review:submit", marked("hand the report in, with your draft")),
            Command(
                "comment", "case.review:comment", marked("hand the manager's comment in, with your draft")
            ),
            Command("return", "case.review:return_", marked("ask for another report, question by question")),
            Command("reopen", "case.review:reopen", marked("let it be written once more, as HR")),
            Command("widen", "case.review:widen", marked("let more people read it, as HR")),
            Command("go-on", "case.review:go_on", marked("end it without what is overdue, as HR")),
            Command("open", "case.review:open_", marked("open one that the cycle left out")),
        ),
    ),
    CommandGroup(
        "appraisal",
        marked("appraisals: who rates whom, and what raters together say"),
        YEAR,
        (
            Command(
                "list", "case.appraisal_reading:listed", marked("appraisals of a cycle, and who has none")
            ),
            Command(
                "show", "case.appraisal_reading:show", marked("one appraisal, and what was released of it")
            ),
            Command(
                "tasks", "case.appraisal_reading:tasks", marked("whom I am asked to rate as a colleague")
            ),
            Command("nominate", "case.appraisal:nominate", marked("name who rates in a role")),
            Command("raters", "case.appraisal_reading:raters", marked("who is nominated, and their load")),
            Command("confirm", "case.appraisal:confirm", marked("confirm who was nominated, as the manager")),
            Command("draft", "case.appraisal:draft", marked("save what you have so far, for you alone")),
            Command("submit", "case.appraisal:submit", marked("answer, with your draft")),
            Command("decline", "case.appraisal:decline", marked("do not rate, with a reason")),
            Command("delegate", "case.appraisal:delegate", marked("have somebody else rate in your place")),
            Command(
                "change-questions", "case.appraisal:change_questions", marked("change what is asked, as HR")
            ),
            Command("go-on", "case.appraisal:go_on", marked("go on without what somebody omitted, as HR")),
            Command(
                "verify",
                "case.appraisal_reading:verify",
                marked("whether the answers give what was released, without showing them"),
            ),
        ),
    ),
    CommandGroup(
        "calibration",
        marked("calibration: a unit's grades side by side, before they are shown"),
        YEAR,
        (
            Command("open", "case.calibration:open_", marked("begin the calibration of a unit")),
            Command("list", "case.calibration:listed", marked("calibrations of a cycle")),
            Command(
                "show",
                "case.calibration:show",
                marked("grades, their spread, and how lenient each manager was, before and after"),
            ),
            Command("move", "case.calibration:move", marked("move a grade, with a reason")),
            Command("keep", "case.calibration:keep", marked("leave a newer version's grade as it is")),
            Command("undo", "case.calibration:undo", marked("undo a move, or all of them")),
            Command("finish", "case.calibration:finish", marked("say that the unit is calibrated")),
            Command(
                "go-on",
                "case.calibration:go_on",
                marked("finish without results that nobody could bring, as HR"),
            ),
            Command("cancel", "case.calibration:cancel", marked("call it off; every rating stays as it is")),
        ),
    ),
    CommandGroup(
        "result",
        marked("results that were shown: interview, signature, appeal"),
        YEAR,
        (
            Command("list", "case.result:listed", marked("results of a cycle, and how far each is")),
            Command("show", "case.result:show", marked("everything about one result")),
            Command("interview", "case.result:interview", marked("record the interview on a result")),
            Command("acknowledge", "case.result:acknowledge", marked("sign a version of your result")),
            Command("go-on", "case.result:go_on", marked("go on without a signature nobody can give, as HR")),
            Command("appeal", "case.result:appeal", marked("appeal against your result")),
            Command("withdraw", "case.result:withdraw", marked("take your appeal back")),
            Command("vote", "case.result:vote", marked("vote on an appeal, as the committee")),
            Command(
                "evidence", "case.result:evidence", marked("goals and scores as they stood at the appeal")
            ),
        ),
    ),
    CommandGroup(
        "handover",
        marked("hand results over to payroll, each thing once"),
        YEAR,
        (
            Command(
                "preview",
                "case.handover:preview",
                marked("what would be handed over, what would be lowered, who is left out and why"),
            ),
            Command("make", "case.handover:make", marked("hand over exactly what the preview showed")),
            Command(
                "show",
                "case.handover_reading:show",
                marked("what was handed over, and whether payroll has it"),
            ),
            Command(
                "export", "case.handover_reading:export", marked("write a batch into a file for payroll")
            ),
            Command("acknowledge", "case.handover:acknowledge", marked("say that payroll has a batch")),
            Command("agree", "case.handover:agree", marked("agree to a lowering, as HR or the committee")),
            Command("decline", "case.handover:decline", marked("leave what was handed over as it is")),
            Command(
                "reconcile",
                "case.handover_reading:reconcile",
                marked("compare what payroll has with what was handed over"),
            ),
        ),
    ),
    Command("inbox", "goal.reading:inbox", marked("what waits for me, since when, until when"), YEAR),
    Command(
        "team",
        "people.team:team",
        marked("my people: goals, progress, what is late, feedback, coaching, what they are owed"),
        YEAR,
    ),
    Command(
        "notices",
        "goal.reading:notices",
        marked("what I am to be told: reminders, and what others did"),
        YEAR,
    ),
    Command(
        "why", "cycle.why:why", marked("why something waits: for whom, since when, what comes next"), YEAR
    ),
    Command("overdue", "cycle.overdue:overdue", marked("what is late, with whom, since when"), YEAR),
    CommandGroup(
        "feed",
        marked("feeds of readings: check, run, schedule"),
        YEAR,
        (
            Command(
                "check", "setup.feeds:check", marked("check a feed and see what it gives; records nothing")
            ),
            Command("run", "setup.feeds:run", marked("collect once; again records nothing twice")),
            Command(
                "status", "setup.feeds:status", marked("how far each feed is, and whom it does not cover")
            ),
            Command("schedule", "setup.feeds:schedule", marked("collect by itself, as its YAML says")),
        ),
    ),
    Command("progress", "goal.progress:progress", marked("how much is done, how many days are left"), YEAR),
    Command("scores", "cycle.results:scores", marked("scores of a cycle, a person or a goal"), YEAR),
    Command(
        "explain",
        "cycle.explaining:explain",
        marked("how a result came about, step by step, with its inputs"),
        YEAR,
    ),
    Command(
        "difference",
        "cycle.differing:difference",
        marked("why a score moved, or is not somebody else's: steps that sum to it exactly"),
        YEAR,
    ),
    Command(
        "what-if",
        "cycle.supposing:what_if",
        marked("a year's results under another policy, side by side; nothing is recorded"),
        AUDIT,
    ),
    CommandGroup(
        "restatements",
        marked("restatements: what would change a settled score, and deciding it"),
        YEAR,
        (
            Command("list", "cycle.restatements:listed", marked("those that wait for a decision")),
            Command(
                "propose",
                "cycle.correcting:propose",
                marked("mend a clerical error: a target, a check-in, an assessment, weights"),
            ),
            Command("hear", "cycle.restatements:hear", marked("record what the person said to one")),
            Command("accept", "cycle.restatements:accept", marked("let one take effect")),
            Command("decline", "cycle.restatements:decline", marked("leave the score as it is")),
            Command("tell", "cycle.restatements:tell", marked("record that the person was told")),
        ),
    ),
    Command("cascade", "cycle.cascade:cascade", marked("from strategy to person, with the gaps"), YEAR),
    Command(
        "replay",
        "cycle.replaying:replay",
        marked("the story of a goal, a sheet, a person, a policy, a feed …, as of any moment"),
        AUDIT,
    ),
    Command(
        "verify-scores", "goal.replay:verify_scores", marked("compute every score of a cycle again"), AUDIT
    ),
    CommandGroup(
        "audit",
        marked("for auditors: random approvals with their evidence"),
        AUDIT,
        (
            Command(
                "sample",
                "cycle.auditing:sample",
                marked("approvals drawn by a seed that anybody can draw again, with their evidence"),
            ),
        ),
    ),
)

"""Every page of the portal, as tests and docs/pages.md have it: who opens it and where it is."""

import re

PAGES = {
    "my-goals": ("E4", "/"),
    "inbox": ("M1", "/inbox"),
    "notices": ("M1", "/notices"),
    "draft": ("E4", "/goals/new"),
    "draft-from-a-template": ("M1", "/goals/new?sheet=sheet-{cycle}-E4-1&template=learn"),
    "cases": ("M1", "/cases"),
    "case": ("M1", "/cases/{case}"),
    "new-case": ("M1", "/cases/new/promise"),
    "new-feedback": ("M1", "/cases/new/feedback?about=E4"),
    "new-coaching": ("M1", "/cases/new/coaching?about=E4"),
    "team": ("M1", "/team"),
    "team-scores": ("M1", "/team/scores"),
    "person": ("M1", "/people/E4"),
    "goal": ("M1", "/goals/{goal}"),
    "history": ("A1", "/goals/{goal}/history?event=2"),
    "sheet-history": ("A1", "/audit/streams/sheet-{cycle}-E4-1"),
    "person-history": ("A1", "/audit/streams/person-E4"),
    "audit": ("A1", "/audit"),
    "audit-sample": ("A1", "/audit/sample?seed=7"),
    "audit-acts": ("A1", "/audit/acts"),
    "cycles": ("H1", "/cycles"),
    "cycle": ("H1", "/cycles/{cycle}"),
    "urge": ("H1", "/cycles/{cycle}/urge?who=E4"),
    "board": ("M1", "/cases/{session}/board"),
    "board-asking": ("M1", "/cases/{session}/board?move=sheet-{cycle}-E4-1&to=A"),
    "goals-from-a-table": ("H1", "/cycles/{cycle}/goals/import"),
    "year": ("H1", "/cycles/{cycle}/year"),
    "cascade": ("H1", "/cycles/{cycle}/cascade"),
    "strategic-goal": ("H1", "/goals/goal-{cycle}-company-1"),
    "first-cycle": ("H1", "/start"),
    "policy": ("H1", "/start/policy?example=kaohe"),
    "people": ("H1", "/start/people"),
    "look-as-somebody": ("H1", "/view-as"),
    "webhooks": ("H1", "/webhooks"),
    "targets": ("H1", "/start/targets?cycle=2099"),
    "launch-rehearsal": ("H1", "/cycles/new/rehearsal?cycle=2099&acting=everybody&step=3"),
    "launch": ("H1", "/cycles/new?cycle=2099"),
    "launch-with-mistakes": ("H1", "/cycles/new?cycle=&starts=32"),
}
"""Name of a page → (a person's id, its address with what the tests' company has)."""
WHO = {
    "E4": "an employee",
    "M1": "a manager of the committee",
    "H1": "HR",
    "A1": "an auditor",
}
PICTURES = (("zh", "light", 1280), ("en", "dark", 375))
"""Language, shade and width of the pictures in the documents."""


HEAD = """\
# Every page in pictures

Each page of [the portal](portal.md) as the tests' company sees it, by day on a desk in Chinese and by night on a phone
in English. `make pictures` takes them anew; the same run looks for what overflows at three widths and for what is in
the way of a keyboard or a screen reader."""


def picture(name: str, language: str) -> str:
    """The file of a page's picture, in docs/pictures."""
    return f"{name}-{language}.webp"


def render() -> str:
    """docs/pages.md."""
    lines = [HEAD]
    for name, (who, path) in PAGES.items():
        address = path.partition("?")[0].replace("{", "<").replace("}", ">")
        address = re.sub(r"sheet-<cycle>-E4-1", "<sheet>", re.sub(r"person-E4", "<stream>", address))
        desk, phone = (
            f"![{name}, {language}](pictures/{picture(name, language)})" for language, _, _ in PICTURES
        )
        lines += [
            "",
            f"## {name.replace('-', ' ').capitalize()}",
            f"`{address}`, as {WHO[who]} has it",
            "",
            desk,
            phone,
        ]
    return "\n".join(lines) + "\n"

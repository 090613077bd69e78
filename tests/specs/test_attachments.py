"""Files attached as evidence: the log has their hash, name and size; the policy says how many, how large and which."""

import pytest

from cairn.domain.attachment import Attachment
from cairn.domain.goal import commands as ask
from cairn.domain.goal import events as did
from cairn.domain.policy import AttachmentRules
from cairn.i18n import refusal_message
from tests.specs.company import LIN, RELEASE, VISITS, WANG, active, plan
from tests.specs.given import given, please

REPORT = Attachment(sha256="ab" * 32, name="测试报告.PDF", size=20 * 1024 * 1024)
STRICT = plan(attachments=AttachmentRules(most=1, largest=1, kinds=("pdf",)))


def with_files(*files: Attachment) -> ask.CheckIn:
    return please(ask.CheckIn, LIN, "04-02", VISITS, files=files)


def test_a_report_may_be_a_file_alone() -> None:
    [said] = given(active(VISITS)).when(with_files(REPORT)).events
    assert isinstance(said, did.CheckedIn) and said.files == (REPORT,)


def test_a_criterion_is_accepted_on_files() -> None:
    accept = please(
        ask.AcceptCriterion, WANG, "04-02", RELEASE, criterion=1, evidence="see the report", files=[REPORT]
    )
    [accepted] = given(active(RELEASE)).when(accept).events
    assert isinstance(accepted, did.CriterionAccepted) and accepted.files == (REPORT,)


@pytest.mark.parametrize(
    ("files", "code", "says"),
    [
        ((REPORT.model_copy(update={"size": 1}),) * 2, "attachment.many", "takes 1"),
        ((REPORT,), "attachment.large", "up to 1 MB"),
        ((REPORT.model_copy(update={"size": 9, "name": "run.exe"}),), "attachment.kind", "pdf"),
        ((REPORT.model_copy(update={"size": 9, "name": "pdf"}),), "attachment.kind", "pdf"),
    ],
)
def test_what_the_policy_does_not_take_is_refused_with_what_it_takes(
    files: tuple[Attachment, ...], code: str, says: str
) -> None:
    refusal = given(active(VISITS), policy=STRICT).when(with_files(*files)).refused(code)
    assert says in refusal_message(refusal).text("en") and refusal.field == "files"


def test_a_hash_is_a_hash() -> None:
    with pytest.raises(ValueError, match="sha256"):
        Attachment(sha256="../../etc/passwd", name="a.pdf", size=1)

"""Whether what was told of a problem looks like a verdict on a person rather than like what happened.

A heuristic that asks, never a judgement: whoever writes can insist.
"""

import re

SHORTEST = 8
"""Characters; nothing shorter says what happened."""
VERDICTS = (
    "态度", "懒", "不负责", "不认真", "不上心", "不积极", "不行", "太差", "很差", "能力不足", "责任心", "总是", "从来",
    "老是", "粗心", "马虎", "散漫",
    "lazy", "careless", "sloppy", "attitude", "unprofessional", "irresponsible", "unmotivated", "incompetent",
    "always", "never", "not a team player", "bad job", "poor performance", "weak",
)  # fmt: skip
"""Words that judge: beside a fact they do no harm, without one they say nothing that can be done otherwise."""
FACT = re.compile(r"[0-9０-９]|[一二两三四五六七八九十几]+[天周次个月小时点份]|[“”\"「」『』:：]")
"""A number, a count, or somebody's words: signs that something is told that happened."""


def is_verdict(text: str) -> bool:
    """Whether a text says how somebody is, and nothing that happened."""
    said = text.strip().lower()
    if FACT.search(said):
        return False
    return len(said) < SHORTEST or any(word in said for word in VERDICTS)

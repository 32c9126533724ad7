"""What the ribbon asks before a command of the monthly cycle runs: whether to roll, who approves, where the pack goes, which scenario is promoted.

The questions come one after the other; each answer is sent with the command again, until nothing is left to ask.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sop_xl.commands.answers import Answer, failed
from sop_xl.ribbon_runs import Question, start

LONGEST_QUESTION = 1000
"""Characters of a question: an input box of Excel shows about 1024 and leaves out the others without a word."""
MOST_NAMES = 20
"""Names that a question lists."""


def roll(question: Question) -> Answer:
    """Roll into the next period, with the actuals that stand in the workbook."""
    if not question.batch and question.given.get("confirmed") != "1":
        period = question.open().host.read_name("sop_current_period")
        asked = f"Close {period} and roll to the next period?" if period else "Roll to the next period?"
        words = "The actuals are those of the sheet Actuals, or as they stand in Demand History; the horizon moves on, and everything is planned anew."
        return {"state": "ask", "ask": "confirm", "question": f"{asked} {words} Restore previous results takes it back."}
    return start(question)


def publish(question: Question) -> Answer:
    """Freeze the plan as the approved one, under the name of who approved it, who is told of checks that disagree."""
    from sop_xl.commands.reservations import checks_words, failed_checks

    if question.given.get("by", "").strip():
        return start(question)
    if question.batch:
        return failed("publish needs the name of who approved the plan; name it with sop-xl publish --by")
    host = question.open().host
    disagree = failed_checks(host)
    asked = f"Who approved the plan of {host.read_name('sop_current_period') or 'this cycle'}?"
    return _text("by", f"{checks_words(disagree)}. {asked}" if disagree else asked)


def pack(question: Question) -> Answer:
    """Make the executive pack of the saved workbook in a folder."""
    from sop_xl.commands.pack_open import refuse_unless_saved

    refuse_unless_saved(question.address)
    if question.given.get("out"):
        return start(question)
    if question.batch:
        return failed("pack needs a folder; name it with sop-xl pack --out")
    return {"state": "ask", "ask": "folder", "question": "Folder for the executive pack"}


def promote(question: Question) -> Answer:
    """Make a scenario part of the plan, in the name of who decided it; it is chosen by its name or by its number in the list."""
    from sop_xl.commands.scenarios import promotable

    given, by = (question.given.get(key, "").strip() for key in ("name", "by"))
    if question.batch and not (given and by):
        return failed("scenario promote needs a scenario and who decided it; name them with sop-xl scenario promote SCENARIO --by")
    names = promotable(question.open().host)
    if not names:
        return failed("there is no scenario to promote: Scenarios has none that is computed and not part of the plan yet")
    if not given:
        return _text("name", _choice("Which scenario enters the plan? Its number or its name:", names), names[0] if len(names) == 1 else "")
    name = _chosen(given, names)
    if not name:
        return failed(f'no scenario "{given}" can be promoted; those that can be: {", ".join(names[:5])}')
    if not by:
        return _text("by", f"Who decided that {name} enters the plan?")
    return start(replace(question, given={**question.given, "name": name}))


def _choice(words: str, names: Sequence[str]) -> str:
    """A question with a numbered list, of as many names as fit."""
    lines = [f"{number} {name}" for number, name in enumerate(names, start=1)]
    for shown in range(min(len(lines), MOST_NAMES), 0, -1):
        more = [f"and {len(lines) - shown} more: see Scenarios"] if shown < len(lines) else []
        text = "\n".join([words, *lines[:shown], *more])
        if len(text) <= LONGEST_QUESTION:
            return text
    return f"{words[:-1]}? There are {len(names)}: see Scenarios"


def _chosen(given: str, names: Sequence[str]) -> str:
    """The name that was typed, in any case, or stands at the number that was typed; "" = none."""
    found = next((name for name in names if name.casefold() == given.casefold()), "")
    if found or not given.isdecimal():
        return found
    return names[int(given) - 1] if 1 <= int(given) <= len(names) else ""


def _text(key: str, words: str, default: str = "") -> Answer:
    """A question that is answered in words, which come back under the key."""
    return {"state": "ask", "ask": "text", "key": key, "question": words, "default": default}



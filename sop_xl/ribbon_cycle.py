"""What the ribbon asks before a command of the monthly cycle runs: whether to roll, who approves, where the pack goes, which scenario is promoted.

The questions come one after the other; each answer is sent with the command again, until nothing is left to ask.
"""

from __future__ import annotations

from sop_xl.commands.answers import Answer, failed
from sop_xl.ribbon_runs import Question, start


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
    """Make a scenario part of the plan, in the name of who decided it."""
    from sop_xl.commands.scenarios import promotable

    missing = next((key for key in ("name", "by") if not question.given.get(key, "").strip()), "")
    if not missing:
        return start(question)
    if question.batch:
        return failed("scenario promote needs a scenario and who decided it; name them with sop-xl scenario promote SCENARIO --by")
    if missing == "by":
        return _text("by", f"Who decided that {question.given['name'].strip()} enters the plan?")
    names = promotable(question.open().host)
    if not names:
        return failed("there is no scenario to promote: Scenarios has none that is computed and not part of the plan yet")
    return _text("name", "Which scenario enters the plan? " + ", ".join(names), names[0] if len(names) == 1 else "")


def _text(key: str, words: str, default: str = "") -> Answer:
    """A question that is answered in words, which come back under the key."""
    return {"state": "ask", "ask": "text", "key": key, "question": words, "default": default}



"""Whether the record of a published plan is as it was published, frame by frame: its digests, and the hash of them all."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from sop_xl.commands.published import GROUPS, Published, head_of
from sop_xl.plan.frame_digest import frame_digest

DIGESTS = "frames"
"""What a record says about itself: the digest of each of its frames; records of earlier versions do not."""


def sealed(published: Published) -> Published:
    """A plan that is published, with the digests of its frames in what its record says about itself."""
    return replace(published, head=head_of(published) | {DIGESTS: _digests(published)})


def is_sealed(published: Published) -> bool:
    """Whether its frames can be held against digests."""
    return isinstance(published.head.get(DIGESTS), dict)


def record_hash(published: Published) -> str:
    """SHA-256, in hexadecimal digits, of the settings and of every frame of a record: inputs, details and results.

    It is computed from the frames as they are, and not from what the record says of them.
    """
    content = {"settings": head_of(published)["settings"], DIGESTS: _digests(published)}
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode("utf-8")).hexdigest()


def changed_frames(published: Published) -> list[str]:
    """Frames that are not those which the record says it has, such as `results/Supply Plan`; none of a record that is not sealed."""
    if not is_sealed(published):
        return []
    stated, now = published.head[DIGESTS], _digests(published)
    return sorted(name for name in stated.keys() | now.keys() if stated.get(name) != now.get(name))


def _digests(published: Published) -> dict[str, str]:
    return {f"{group}/{name}": frame_digest(frame) for group in GROUPS for name, frame in getattr(published, group).items()}

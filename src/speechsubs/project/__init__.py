"""Projects on disk and the report of a run."""

from speechsubs.project.merge import (
    demand,
    edit,
    edit_segment,
    pin,
    recall,
    remembered,
    with_pinned,
)
from speechsubs.project.model import Project, Segment, Source, State, TrackRecord
from speechsubs.project.report import SCHEMA, finding, report, save, summary
from speechsubs.project.store import changing, load, record, revision, write

__all__ = [
    "SCHEMA",
    "Project",
    "Segment",
    "Source",
    "State",
    "TrackRecord",
    "changing",
    "demand",
    "edit",
    "edit_segment",
    "finding",
    "load",
    "pin",
    "recall",
    "record",
    "remembered",
    "report",
    "revision",
    "save",
    "summary",
    "with_pinned",
    "write",
]

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
from speechsubs.project.store import load, record, write

__all__ = [
    "SCHEMA",
    "Project",
    "Segment",
    "Source",
    "State",
    "TrackRecord",
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
    "save",
    "summary",
    "with_pinned",
    "write",
]

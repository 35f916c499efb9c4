"""What was made from what, saved: the report of a run, and projects that people work on."""

from speechsubs.project.declined import demand
from speechsubs.project.remembered import remembered
from speechsubs.project.report import SCHEMA, finding, report, save, summary
from speechsubs.project.segments import Project, Segment, Source, State, TrackRecord
from speechsubs.project.store import load, record, write
from speechsubs.project.upkeep import edit, recall, with_pinned

__all__ = [
    "SCHEMA",
    "Project",
    "Segment",
    "Source",
    "State",
    "TrackRecord",
    "demand",
    "edit",
    "finding",
    "load",
    "recall",
    "record",
    "remembered",
    "report",
    "save",
    "summary",
    "with_pinned",
    "write",
]

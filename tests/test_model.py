"""The names that reports and projects know methods and problems by."""

from decimal import Decimal

import pytest

from speechsubs.model import Method, MethodKind, Problem, ProblemCode


@pytest.mark.parametrize(
    ("method", "name"),
    [
        (Method(MethodKind.PLAIN), "plain"),
        (Method(MethodKind.INLINE, hypothesis=2), "inline, output 2"),
        (Method(MethodKind.MASKS, "B"), "masks B"),
        (Method(MethodKind.MASKS, "B", 4), "masks B, output 4"),
        (Method(MethodKind.WITHOUT_FORBIDDEN), "without forbidden"),
        (Method(MethodKind.MEMORY, "exact"), "memory exact"),
    ],
)
def test_a_method_has_its_name_in_reports(method: Method, name: str) -> None:
    assert str(method) == name


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem(ProblemCode.MASK_LOST, placeable=0), "mask-lost:0"),
        (Problem(ProblemCode.NUMBER_MISSING, value=Decimal(0)), "number-missing:0"),
        (Problem(ProblemCode.NUMBER_EXTRA, value=Decimal("2.50")), "number-extra:2.50"),
        (Problem(ProblemCode.UNIT_CHANGED, text="170 km/h"), "unit-changed:170 km/h"),
        (Problem(ProblemCode.FORBIDDEN, text="a:b"), "forbidden:a:b"),
        (Problem(ProblemCode.EMPTY), "empty"),
    ],
)
def test_a_problem_is_written_as_its_code_and_what_it_is_about(problem: Problem, text: str) -> None:
    assert str(problem) == text

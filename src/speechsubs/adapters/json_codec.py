"""Dataclasses as JSON and back, by cattrs: one declaration serves both directions.

A file is held to its types exactly. No text is taken for a number, no key that a file
must have is made up, and the error names the place inside the JSON
("tracks[0].cues[3].end_ms"). Keys that the types do not have are not read.

cattrs takes 50 ms to import, so it is imported when the first file is read or written.
"""

import json
import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cached_property
from itertools import product
from operator import attrgetter
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from speechsubs.errors import InputError, SpeechsubsError

if TYPE_CHECKING:
    from cattrs import Converter

_T = TypeVar("_T")
_Hook = Callable[[Any, Any], Any]

#: Pairs that JSON has as an object: names and what is said of each, in order.
PAIRS = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """How a dataclass is a JSON object.

    `keys` are its keys in order, by default all fields; properties may be among them and
    are only written. Every key must be there when it
    is read but those in `optional` and `omitted`; `omitted` ones are not written where
    the value is the default. What is in `unread` is only written.
    """

    keys: tuple[str, ...] = ()
    optional: frozenset[str] = frozenset()
    omitted: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()


def parse(data: bytes, where: str) -> dict[str, Any]:
    """The JSON object in a file; numbers are finite. Raises `InputError`."""
    try:
        found: Any = json.loads(data, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError) as error:
        raise InputError(where, f"not valid JSON ({error})") from error
    if not isinstance(found, dict):
        raise InputError(where, "must contain a JSON object")
    return found


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:30]} is not a finite number")
    return number


class Codec:
    """The JSON of some dataclasses: `objects` by their shape, `arrays` as lists of fields."""

    def __init__(self, objects: Mapping[type, Shape], arrays: Collection[type] = ()) -> None:
        self._objects, self._arrays = objects, arrays

    def dump(self, value: object) -> Any:
        """What `json.dumps` takes."""
        return self._converter.unstructure(value)

    def load(self, data: object, kind: type[_T], where: str, advice: str = "") -> _T:
        """The value that parsed JSON holds.

        Raises `InputError`, with the place inside the JSON, where it holds none.
        """
        from cattrs import BaseValidationError

        try:
            return self._converter.structure(data, kind)
        except (BaseValidationError, _MisfitError) as error:
            raise InputError(where, f"corrupt file: {_located(error)}", advice) from error

    @cached_property
    def _converter(self) -> "Converter":
        from cattrs import Converter

        converter = Converter(detailed_validation=True)
        for kind, hook in _PLAIN.items():
            converter.register_structure_hook(kind, hook)
        converter.register_structure_hook_factory(_is_optional, _optional_reader)
        converter.register_structure_hook_factory(_is_list, _list_reader)
        converter.register_structure_hook_factory(_is_map, _map_reader)
        converter.register_structure_hook_func(_is_pairs, _pairs)
        converter.register_unstructure_hook_func(_is_pairs, dict)
        for kind in self._arrays:
            names = [field.name for field in fields(kind)]
            converter.register_structure_hook(kind, _array_reader(kind, converter))
            converter.register_unstructure_hook(kind, attrgetter(*names))
        # Made when first asked for, so that the order of the declarations means nothing.
        converter.register_structure_hook_factory(
            self._objects.__contains__,
            lambda kind: _object_reader(kind, self._objects[kind], converter),
        )
        converter.register_unstructure_hook_factory(
            self._objects.__contains__,
            lambda kind: _object_writer(kind, self._objects[kind], converter),
        )
        return converter


class _MisfitError(ValueError):
    """A value of JSON that is not what its place asks for."""


def _located(error: BaseException) -> str:
    """The first problem in an error of cattrs, behind its place in the JSON."""
    from cattrs import AttributeValidationNote, BaseValidationError, IterableValidationNote

    place = ""
    while isinstance(error, BaseValidationError):
        error = error.exceptions[0]
        for note in getattr(error, "__notes__", ()):
            if isinstance(note, AttributeValidationNote):
                place += f".{note.name}"
            elif isinstance(note, IterableValidationNote):
                place += f"[{note.index}]" if isinstance(note.index, int) else f".{note.index}"
    known = isinstance(error, SpeechsubsError | _MisfitError)
    problem = str(error) if known else repr(error)
    return f"{place.removeprefix('.')}: {problem}" if place else problem


def _item_error(error: Exception, index: int | str, kind: Any) -> Exception:
    """As cattrs has it, but for the first broken item only: there may be millions."""
    from cattrs import IterableValidationError, IterableValidationNote

    error.add_note(IterableValidationNote(f"item {index}", index, kind))
    return IterableValidationError("an invalid item", [error], kind)


def _wrong(expected: str, value: object) -> _MisfitError:
    match value:
        case None:
            found = "null"
        case bool():
            found = "true or false"
        case str():
            found = repr(value[:30])
        case int() | float():
            found = (
                "the number " + str(value)[:30] if _small(value) else "a number that is too large"
            )
        case list():
            found = "a list"
        case _:
            found = "an object"
    return _MisfitError(f"must be {expected}, not {found}")


def _small(value: float) -> bool:
    return -1e300 < value < 1e300


def _text(value: Any, _: Any) -> str:
    if isinstance(value, str):
        return value
    raise _wrong("a string", value)


def _integer(value: Any, _: Any) -> int:
    if type(value) is int:
        return value
    raise _wrong("an integer", value)


def _number(value: Any, _: Any) -> float:
    if type(value) is float or (type(value) is int and _small(value)):
        return float(value)
    raise _wrong("a number", value)


def _truth(value: Any, _: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise _wrong("true or false", value)


def _choice(value: Any, kind: Any) -> Any:
    try:
        return kind(value)
    except ValueError:
        raise _wrong(f"one of {', '.join(kind)}", value) from None


_PLAIN: Mapping[type, _Hook] = {
    str: _text, int: _integer, float: _number, bool: _truth, StrEnum: _choice,
}  # fmt: skip


def _pairs(value: Any, _: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        raise _wrong("an object", value)
    for name, said in value.items():
        if not isinstance(said, str):
            raise _item_error(_wrong("a string", said), name, str)
    return tuple(value.items())


def _is_pairs(kind: Any) -> bool:
    return bool(kind == PAIRS)


def _is_optional(kind: Any) -> bool:
    return get_origin(kind) in (Union, UnionType) and get_args(kind)[1:] == (NoneType,)


def _is_list(kind: Any) -> bool:
    return get_origin(kind) is tuple and get_args(kind)[1:] == (Ellipsis,)


def _is_map(kind: Any) -> bool:
    return get_origin(kind) is dict


def _optional_reader(kind: Any, converter: "Converter") -> _Hook:
    inner = get_args(kind)[0]
    hook = converter.get_structure_hook(inner)
    return lambda value, _: None if value is None else hook(value, inner)


def _list_reader(kind: Any, converter: "Converter") -> _Hook:
    item = get_args(kind)[0]
    hook = converter.get_structure_hook(item)
    plain = {item} & {str, int}

    def read(value: Any, _: Any) -> Any:
        if not isinstance(value, list):
            raise _wrong("a list", value)
        if plain.issuperset(map(type, value)):
            return tuple(value)
        found: list[Any] = []
        try:
            for one in value:
                found.append(hook(one, item))
        except Exception as error:
            raise _item_error(error, len(found), kind) from error
        return tuple(found)

    return read


def _map_reader(kind: Any, converter: "Converter") -> _Hook:
    item = get_args(kind)[1]
    hook = converter.get_structure_hook(item)

    def read(value: Any, _: Any) -> Any:
        if not isinstance(value, dict):
            raise _wrong("an object", value)
        found: dict[str, Any] = {}
        for name, one in value.items():
            try:
                found[name] = hook(one, item)
            except Exception as error:
                raise _item_error(error, name, kind) from error
        return found

    return read


def _array_reader(kind: Any, converter: "Converter") -> _Hook:
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    hooks = [(converter.get_structure_hook(hints[name]), hints[name]) for name in names]
    # A talk of an hour has ten thousand words: one look at their types is enough for most.
    known = [set(get_args(hints[name]) or (hints[name],)) for name in names]
    plain = all(kinds <= {str, int, float, NoneType} for kinds in known)
    exact = set(product(*known)) if plain else set()

    def read(value: Any, _: Any) -> Any:
        if not isinstance(value, list) or len(value) != len(names):
            raise _wrong(f"a list of {', '.join(names)}", value)
        if tuple(map(type, value)) in exact:
            return kind(*value)
        found: list[Any] = []
        try:
            for (hook, hint), one in zip(hooks, value, strict=True):
                found.append(hook(one, hint))
        except Exception as error:
            raise _item_error(error, len(found), kind) from error
        return kind(*found)

    return read


def _object_reader(kind: Any, shape: Shape, converter: "Converter") -> _Hook:
    from cattrs.gen import make_dict_structure_fn, override

    names = [field.name for field in fields(kind)]
    keys = set(shape.keys or names).intersection(names)
    skipped: dict[str, Any] = {
        name: override(omit=True) for name in names if name not in keys - shape.unread
    }
    made = make_dict_structure_fn(kind, converter, **skipped)
    required = keys - shape.optional - shape.omitted - shape.unread

    def read(value: Any, _: Any) -> Any:
        if not isinstance(value, dict):
            raise _wrong("an object", value)
        if not required <= value.keys():
            missing = min(required - value.keys())
            raise _MisfitError(f"`{missing}` is missing")
        return made(value, kind)

    return read


def _object_writer(kind: Any, shape: Shape, converter: "Converter") -> Callable[[Any], Any]:
    from cattrs.gen import make_dict_unstructure_fn, override

    names = [field.name for field in fields(kind)]
    keys = shape.keys or tuple(names)
    given: dict[str, Any] = {name: override(omit=True) for name in names if name not in keys}
    given |= {name: override(omit_if_default=True) for name in shape.omitted}
    made = make_dict_unstructure_fn(kind, converter, **given)
    # cattrs writes the keys that may be left out behind all others.
    if sorted((n for n in names if n in keys), key=shape.omitted.__contains__) == list(keys):
        return made
    computed = [key for key in keys if key not in names]

    def write(value: Any) -> dict[str, Any]:
        data = made(value)
        data.update((key, getattr(value, key)) for key in computed)
        return {key: data[key] for key in keys if key in data}

    return write

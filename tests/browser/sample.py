"""Reviews to look at: a small one in four scripts, and ones of any size."""

from speechsubs.glossary.diff import Change, ChangeKind
from speechsubs.model import Finding, Severity
from speechsubs.review.model import Item, ItemCue, Review

CHANGES = (
    Change("Xiaomi", ChangeKind.TARGET, "zh-CN", "Xiaomi", "小米", 12, 12),
    Change("Xiaomi", ChangeKind.TARGET, "ar", "Xiaomi", "شاومي", 12, 12),
    Change("SU7", ChangeKind.TARGET, "es", "SU7", "Xiaomi SU7", 18, 19),
    Change("courage", ChangeKind.ADDED, "es", "", "valentía", None, 25),
)


def cue(
    number: int,
    start_ms: int,
    end_ms: int,
    lines: tuple[str, ...],
    new: tuple[str, ...] = (),
    later: int = 0,
) -> ItemCue:
    """`later` is by how much the new lines take time from the pause behind the cue."""

    def speed(text: tuple[str, ...], end: int) -> float:
        return round(sum(map(len, text)) * 1000 / (end - start_ms), 1)

    end = end_ms + later
    return ItemCue(number, start_ms, end_ms, lines, new, speed(lines, end_ms),
                   speed(new or lines, end), end, end)  # fmt: skip


def change_review() -> Review:
    """A changed glossary, with conflicts, a locked item, findings, and three languages."""
    zh, ar, su7, courage = (change.id for change in CHANGES)
    items = (
        Item(
            "talk", "talk.txt", "es", 3,
            "In three years we built the SU7, and 215,900 yuan is what it costs.",
            "En tres años construimos el SU7, y cuesta 215 900 yuanes.",
            "En tres años construimos el Xiaomi SU7, y cuesta 215 900 yuanes.",
            (
                cue(4, 9_120, 11_400, ("En tres años construimos el SU7,",),
                    ("En tres años construimos", "el Xiaomi SU7,")),
                cue(5, 11_480, 13_300, ("y cuesta 215 900 yuanes.",)),
            ),
            (su7,), ((28, 31),),
            "Nobody in the room believed me.",
            "I still remember the silence.",
            method="replaced",
        ),
        Item(
            "talk", "talk.txt", "es", 8,
            "Courage is not the absence of fear.",
            "El coraje no es la ausencia de miedo.",
            "La valentía no es la ausencia de miedo, sino la decisión de seguir.",
            (
                cue(11, 31_000, 33_200, ("El coraje no es", "la ausencia de miedo."),
                    ("La valentía no es la ausencia de miedo, sino", "la decisión de seguir."),
                    900),
            ),
            (courage,), ((0, 7),),
            "Then somebody asked me what courage is.",
            "It is to walk on.",
            state="edited", locked=True, method="retranslated", kept=0.75,
            demands=(("courage", "00112233445566ff"),),
            findings=(
                "a line of 44 characters (maximum 42)",
                "21.3 characters per second (maximum 17): shorten the text or give it more time",
            ),
            severity="error",
        ),
        Item(
            "talk", "talk.txt", "ar", 3,
            "Xiaomi makes phones and cars.",
            "تصنع Xiaomi الهواتف والسيارات.",
            "تصنع شاومي الهواتف والسيارات.",
            (cue(4, 9_120, 11_900, ("تصنع Xiaomi الهواتف والسيارات.",),
                 ("تصنع شاومي الهواتف والسيارات.",)),),
            (ar,), ((0, 6),),
            "Good evening.", "Thank you for coming.",
            method="replaced",
            findings=("'Xiaomi' occurs 1 time in the source, 0 times in the translation",),
            severity="warning",
        ),
        Item(
            "talk", "talk.txt", "zh-CN", 3,
            "Xiaomi makes phones and cars.",
            "Xiaomi 制造手机和汽车。",
            "小米制造手机和汽车。",
            (cue(4, 9_120, 11_900, ("Xiaomi 制造手机和汽车。",), ("小米制造手机和汽车。",)),),
            (zh,), ((0, 6),),
            "Good evening.", "Thank you for coming.",
            state="approved", method="replaced",
        ),
        Item(
            "part2", "part two.txt", "es", 0,
            "The SU7 waits outside.",
            "El SU7 espera fuera.",
            "El Xiaomi SU7 espera fuera.",
            (cue(1, 0, 1_900, ("El SU7 espera fuera.",), ("El Xiaomi SU7 espera fuera.",)),),
            (su7,), ((4, 7),), "", "Come and see it.",
            method="replaced",
        ),
    )  # fmt: skip
    conflicts = (
        Finding("two-sources", Severity.ERROR,
                "'Xiaomi' and 'MI' both become '小米': no reader can tell them apart",
                locale="zh-CN", line=31),
        Finding("straddling", Severity.WARNING,
                "'Xiaomi SU7' overlaps 'SU7 Ultra': the longer one wins", line=18),
    )  # fmt: skip
    return Review(
        "glossary.yml → glossary.v2.yml",
        "talk.project",
        CHANGES,
        items,
        conflicts,
        "a" * 64,
        "b" * 64,
    )


def large(count: int) -> Review:
    """A review of many cues, every one with a proposal."""
    items = tuple(
        Item(
            "big", f"speech-{n % 7}.txt", "es", n,
            f"Sentence number {n}: Xiaomi makes cars, and courage is what that takes.",
            f"Frase número {n}: Xiaomi hace coches, y eso exige coraje.",
            f"Frase número {n}: Xiaomi hace coches, y eso exige valentía.",
            (cue(n + 1, n * 4_000, n * 4_000 + 3_900,
                 (f"Frase número {n}: Xiaomi hace coches,", "y eso exige coraje."),
                 (f"Frase número {n}: Xiaomi hace coches,", "y eso exige valentía.")),),
            (CHANGES[3].id,), ((26 + len(str(n)) - 6, 26 + len(str(n))),),
            f"Sentence number {n - 1}.", f"Sentence number {n + 1}.",
            method="replaced", findings=("too long",) if n % 10 == 0 else (),
            severity="warning" if n % 10 == 0 else "info",
        )
        for n in range(count)
    )  # fmt: skip
    return Review("A large review", "big.project", CHANGES, items, (), "a" * 64, "b" * 64)

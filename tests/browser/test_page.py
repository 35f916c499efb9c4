"""The review page in a real Chromium, by keyboard as a translator works."""

import importlib.util
import json
import sys
import threading
import wave
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from speechsubs.glossary.diff import Change, ChangeKind
from speechsubs.language import locales
from speechsubs.model import Cue, Finding, Severity
from speechsubs.review import decisions, page, recut
from speechsubs.review.model import Decision, Decisions, Item, ItemCue, Review, Verdict
from speechsubs.review.serve import ReviewSession, Server


def _beside(name: str) -> ModuleType:
    """A module of this folder, which is no package."""
    full = f"speechsubs_browser_{name}"
    if full not in sys.modules:
        spec = importlib.util.spec_from_file_location(full, Path(__file__).with_name(f"{name}.py"))
        assert spec is not None
        assert spec.loader is not None
        sys.modules[full] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[full])
    return sys.modules[full]


chromium = _beside("chromium")
sample = _beside("sample")

pytestmark = pytest.mark.skipif(
    chromium.program() is None, reason="Chromium is not installed (Debian: chromium)"
)

LANGUAGES = {"talk": "en", "part2": "en"}
CTRL = chromium.CTRL


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with chromium.Chromium(tmp_path_factory.mktemp("profile") / "new") as browser:
        browser.size(1280, 900)
        yield browser


@pytest.fixture
def browser(started: Any) -> Iterator[Any]:
    """One browser for all tests; each begins without memory and ends without an error."""
    started.exceptions.clear()
    started.requests.clear()
    started.look(prefers_color_scheme="light")
    started.size(1280, 900)
    yield started
    assert started.exceptions == []
    started.js("(() => { try { localStorage.clear(); } catch {} })()")


@pytest.fixture
def show(browser: Any, tmp_path: Path) -> Callable[..., Any]:
    """Open a review from disk."""

    def opened(review: Review, **given: Any) -> Any:
        path = tmp_path / "review.html"
        path.write_text(page.render(review, languages=LANGUAGES, **given), "utf-8")
        browser.open(path.as_uri())
        if len(review.items) < 100:
            browser.wait("document.querySelector('article:not([data-filled])') === null")
        return browser

    return opened


def texts(browser: Any, selector: str) -> list[str]:
    found: list[str] = browser.js(
        f"Array.from(document.querySelectorAll({json.dumps(selector)}), (e) => e.textContent)"
    )
    return found


def current(browser: Any) -> str:
    return str(browser.js("document.querySelector('article[aria-current]')?.dataset.id ?? ''"))


def taken(browser: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = browser.js("decided.list()")
    return found


def choose(browser: Any, name: str, value: str) -> None:
    browser.js(
        f"(() => {{ const s = document.getElementById('f-{name}'); s.value = {json.dumps(value)};"
        "s.dispatchEvent(new Event('change', { bubbles: true })); })()"
    )


def visible(browser: Any) -> int:
    return int(browser.js("document.querySelectorAll('article:not([hidden])').length"))


def test_it_opens_from_disk_and_asks_the_network_for_nothing(show: Callable[..., Any]) -> None:
    browser = show(sample.change_review())
    assert browser.js("document.title") == "glossary.yml → glossary.v2.yml – speechsubs"
    assert visible(browser) == 5
    assert texts(browser, "#conflicts li .message")[0].startswith("'Xiaomi' and 'MI'")
    assert all(r.startswith(("file:", "data:")) for r in browser.requests)
    # Conflicts stand before every item.
    assert browser.js(
        "document.getElementById('conflicts').compareDocumentPosition("
        "document.querySelector('article')) & Node.DOCUMENT_POSITION_FOLLOWING"
    )


def test_a_card_shows_everything(show: Callable[..., Any]) -> None:
    browser = show(sample.change_review())
    first = "article:first-of-type "
    assert texts(browser, first + "mark") == ["SU7"]
    assert texts(browser, first + ".near")[0] == "Nobody in the room believed me."
    assert texts(browser, first + "ins") == ["Xiaomi"]
    assert texts(browser, first + ".version.new .words") == ["En tres años construimos",
                                                             "el Xiaomi SU7,"]  # fmt: skip
    assert texts(browser, first + ".version.new .count") == ["24", "14"]
    assert "cues 4–5" in texts(browser, first + ".meta")[0]
    assert "0:00:09.120" in texts(browser, first + ".meta")[0]
    assert texts(browser, ".lock") == ["🔒 edited by hand: proposal only"]
    assert texts(browser, ".count.over") == ["44"]


def test_every_foreign_text_has_its_language_and_direction(show: Callable[..., Any]) -> None:
    browser = show(sample.change_review())
    found = browser.js("Array.from(document.querySelectorAll('.words'), (e) => [e.lang, e.dir])")
    assert {tuple(pair) for pair in found} == {("es", "ltr"), ("ar", "rtl"), ("zh-CN", "ltr")}
    source = browser.js("[document.querySelector('.sentence').lang,"
                        "document.querySelector('.sentence').dir]")  # fmt: skip
    assert source == ["en", "ltr"]
    # An Arabic line begins at the right.
    right = browser.js(
        "(() => { const e = document.querySelector('.words[lang=ar]'); const r ="
        "document.createRange(); r.selectNodeContents(e); const t = r.getBoundingClientRect();"
        "const b = e.getBoundingClientRect(); return [b.right - t.right, t.left - b.left]; })()"
    )
    assert right[0] < 2 < right[1]


def test_deciding_by_keyboard_and_undo(show: Callable[..., Any]) -> None:
    browser = show(sample.change_review())
    ids = [item.id for item in sample.change_review().items]
    browser.press("j")
    assert current(browser) == ids[1]
    browser.press("k")
    assert current(browser) == ids[0]
    assert browser.js("document.activeElement.dataset.id") == ids[0]
    browser.press("a")
    assert current(browser) == ids[1]
    browser.press("r")
    assert [(d["item"], d["verdict"]) for d in taken(browser)] == [(ids[0], "accept"),
                                                                   (ids[1], "reject")]  # fmt: skip
    assert taken(browser)[0]["text"] == sample.change_review().items[0].new_text
    assert taken(browser)[0]["lines"] == [["En tres años construimos", "el Xiaomi SU7,"],
                                          ["y cuesta 215 900 yuanes."]]  # fmt: skip
    assert texts(browser, "#progress-text") == ["2 of 5 decided"]
    assert browser.js("document.getElementById('progress').value") == 2
    browser.press("u")
    assert [d["verdict"] for d in taken(browser)] == ["accept"]
    assert current(browser) == ids[1]
    browser.press("u")
    browser.press("u")
    assert taken(browser) == []


def test_editing_counts_and_breaks_lines(show: Callable[..., Any]) -> None:
    browser = show(sample.change_review())
    browser.press("j")
    browser.press("e")
    assert browser.js("document.activeElement.tagName") == "TEXTAREA"
    assert texts(browser, ".meter .over") == ["44/42", "21.3/17 char/s"]
    browser.press("j")  # a letter, and no command
    assert browser.js("document.activeElement.value").endswith("seguir.j")
    browser.js("document.activeElement.select()")
    browser.type("Tener valentía")
    browser.press("Enter")
    browser.type("es seguir.")
    assert texts(browser, ".meter")[0] == "14/4210/422/2 lines10.9/17 char/s"
    browser.press("Enter", CTRL)
    (decision,) = taken(browser)
    assert decision["verdict"] == "edit"
    assert decision["lines"] == [["Tener valentía", "es seguir."]]
    assert decision["text"] == "Tener valentía es seguir."
    assert texts(browser, ".version.yours .words") == ["Tener valentía", "es seguir."]


def test_escape_leaves_everything_as_it_was(show: Callable[..., Any]) -> None:
    browser = show(sample.change_review())
    browser.press("e")
    browser.type("never kept")
    browser.press("Escape")
    assert taken(browser) == []
    assert texts(browser, "textarea") == []
    assert current(browser) == browser.js("document.activeElement.dataset.id")


def test_text_without_a_line_is_refused(show: Callable[..., Any]) -> None:
    browser = show(sample.change_review())
    browser.press("e")
    browser.js("document.activeElement.select()")
    browser.type(" ")
    browser.press("Enter", CTRL)
    assert texts(browser, ".problem") == ["Cue 4 is empty."]
    assert taken(browser) == []


def test_a_cue_of_two_sentences_gives_each_its_own_text(show: Callable[..., Any]) -> None:
    shared = ItemCue(1, 0, 3_000, ("Uno. Dos.",), (), 3.0, 3.0)
    own = Item("t", "t.srt", "es", 1, "Two.", "Dos.", "", (shared,))
    other = replace(own, segment=0, source="One.", text="Uno.")
    browser = show(Review("T", "p", (), (other, own)))
    browser.press("j")
    browser.press("e")
    browser.js("document.activeElement.select()")
    browser.type("Uno. Dos más.")
    browser.press("Enter", CTRL)
    (decision,) = taken(browser)
    assert (decision["text"], decision["lines"]) == ("Dos más.", [["Uno. Dos más."]])
    # Where both change, nobody can tell: the person is asked.
    browser.press("e")
    assert browser.js("document.querySelector('.whole').hidden")
    browser.js("document.activeElement.select()")
    browser.type("Otra cosa.")
    assert not browser.js("document.querySelector('.whole').hidden")


def test_filters_and_search(show: Callable[..., Any]) -> None:
    browser = show(sample.change_review())
    for name, value, count in [
        ("locale", "ar", 1), ("locale", "es", 3), ("file", "part two.txt", 1),
        ("term", "Xiaomi", 2), ("kind", "added", 1), ("severity", "error", 1),
        ("state", "approved", 1), ("decided", "decided", 0),
    ]:  # fmt: skip
        choose(browser, name, value)
        assert visible(browser) == count, name
        choose(browser, name, "")
    assert visible(browser) == 5
    browser.press("/")
    browser.type("VALENTÍA")
    browser.press("Enter")
    assert visible(browser) == 1
    browser.press("r")
    choose(browser, "decided", "rejected")
    assert visible(browser) == 1
    choose(browser, "decided", "undecided")
    assert visible(browser) == 0
    assert not browser.js("document.getElementById('empty').hidden")
    browser.js("document.getElementById('filters').reset()")
    browser.wait("document.querySelectorAll('article:not([hidden])').length === 5")


def test_accepting_what_is_shown_leaves_locked_ones_and_can_be_undone(
    show: Callable[..., Any],
) -> None:
    browser = show(sample.change_review())
    choose(browser, "locale", "es")
    browser.press("A")
    assert [d["verdict"] for d in taken(browser)] == ["accept", "accept"]
    assert "Locked segments to decide individually: 1." in texts(browser, "#toast")[0]
    browser.press("u")
    assert taken(browser) == []


def test_decisions_survive_a_reload(show: Callable[..., Any]) -> None:
    browser = show(sample.change_review())
    browser.press("a")
    before = taken(browser)
    browser.reload()
    assert taken(browser) == before
    assert "1 unsaved decision from" in texts(browser, "#notice")[0]
    # A text that has changed since is another one: its decision is left out, and said.
    changed = sample.change_review()
    first = replace(changed.items[0], text="Otro texto.")
    show(replace(changed, items=(first, *changed.items[1:])))
    assert taken(browser) == []
    assert "Ignored 1 decision:" in texts(browser, "#notice")[0]


def test_pages_of_two_languages_keep_each_others_decisions(show: Callable[..., Any]) -> None:
    whole = sample.change_review()
    parts = [
        replace(whole, items=tuple(i for i in whole.items if i.locale == tag))
        for tag in ("es", "ar")
    ]
    for part in parts:
        browser = show(part)
        browser.press("a")
    for part in (*parts, *parts):
        browser = show(part)
        assert [d["item"] for d in taken(browser)] == [part.items[0].id]


def test_a_browser_that_keeps_nothing_is_told(show: Callable[..., Any]) -> None:
    browser = show(sample.change_review())
    browser.js("store.set = () => false")
    browser.press("a")
    assert "save your decisions before closing" in texts(browser, "#notice")[0]
    browser.js("decided.kept = true")


def test_the_download_is_the_file_that_apply_reads(
    show: Callable[..., Any], tmp_path: Path
) -> None:
    review = sample.change_review()
    nasty = 'He said: "no", \\ #x\t- [a] {b} \u2028\u202e\u0085 😀 שלום'
    browser = show(review)
    browser.js(f"document.getElementById('author').value = {json.dumps('Ana: #1')}")
    browser.press("a")
    browser.press("e")
    browser.js("document.activeElement.select()")
    browser.type(nasty)
    browser.press("Enter", CTRL)
    browser.press("r")
    path = tmp_path / "decisions.yml"
    browser.downloads(tmp_path)
    with chromium.until(path.exists):
        browser.press("s")
    found = decisions.load(path)
    assert (found.project, found.old, found.new) == (review.project, review.old, review.new)
    assert [d.verdict for d in found.decisions] == [Verdict.ACCEPT, Verdict.EDIT, Verdict.REJECT]
    for decision, item in zip(found.decisions, review.items, strict=False):
        assert (decision.item, decision.source_hash, decision.text_hash) == (
            item.id, item.source_hash, item.text_hash)  # fmt: skip
        assert decision.author == "Ana: #1"
        assert decision.date.endswith("+00:00")
    # A control character is no text of a subtitle, and goes.
    assert found.decisions[1].lines == ((nasty.replace("\u0085", ""),),)


def test_a_note_says_why(show: Callable[..., Any]) -> None:
    browser = show(sample.change_review())
    browser.press("r")
    browser.press("k")
    browser.press("n")
    browser.type("wrong register")
    browser.press("Enter")
    assert taken(browser)[0]["reason"] == "wrong register"
    assert texts(browser, ".reason") == ["Note: wrong register"]
    browser.press("x")
    assert taken(browser) == []


HOSTILE = (
    "</script><script>document.title='run'</script><img src=x onerror=\"document.title='run'\">"
)


def test_hostile_text_is_text(show: Callable[..., Any]) -> None:
    cue = ItemCue(1, 0, 2_000, (HOSTILE,), (HOSTILE + "!",), 1.0, 1.0)
    item = Item("t", HOSTILE, "es", 0, HOSTILE, HOSTILE, HOSTILE + "!", (cue,), ("c",), ((0, 9),),
                HOSTILE, HOSTILE, method=HOSTILE, findings=(HOSTILE,))  # fmt: skip
    change = Change(HOSTILE, ChangeKind.TARGET, "es", HOSTILE, HOSTILE)
    item = replace(item, changes=(change.id,))
    conflict = Finding(HOSTILE, sample.Severity.ERROR, HOSTILE, locale=HOSTILE)
    browser = show(Review(HOSTILE, HOSTILE, (change,), (item,), (conflict,)))
    browser.js("document.getElementById('changes').open = true")
    browser.press("e")
    browser.press("Escape")
    browser.press("a")
    browser.wait("document.getElementById('changes').dataset.filled === '1'")
    assert browser.js("document.title") == f"{HOSTILE} – speechsubs"
    assert browser.js("document.images.length") == 0
    assert browser.js("document.scripts.length") == 2
    assert texts(browser, ".sentence") == [HOSTILE]
    assert texts(browser, "#conflicts .message") == [HOSTILE]


def test_markup_would_not_run_even_if_it_came_in(show: Callable[..., Any]) -> None:
    browser = show(sample.change_review())
    # The page's own policy: no markup from text, no script but the one in the file.
    blocked = browser.js(
        "(() => { const s = document.createElement('script');"
        "try { s.textContent = 'document.title = \"run\"'; document.body.append(s); }"
        "catch (e) { return e.name; } return document.title === 'run' ? 'ran' : 'blocked'; })()"
    )
    assert blocked in ("TypeError", "blocked")
    assert browser.js("document.title") != "run"
    assert browser.js(
        "fetch('http://127.0.0.1:9/').then(() => 'sent', () => 'refused')"
    ) == "refused"  # fmt: skip


def test_widths_are_those_of_python(show: Callable[..., Any]) -> None:
    browser = show(sample.change_review())
    lines = ["Good evening.", "小米SU7", "ｱｲｳ ＡＢＣ", "한국어 abc", "e\u0301\u200d", "“…—’",
             "😀🚗", "สวัสดีครับ", "السَّيَّارَات", "𠀀𝒳", "・「」、。"]  # fmt: skip
    for tag in ("en", "zh-CN", "ar"):
        locale = locales.load(tag)
        found = browser.js(f"{json.dumps(lines)}.map((l) => width(l, {locale.narrow_width}))")
        assert found == [locale.width(line) for line in lines], tag


def test_five_thousand_cues_open(show: Callable[..., Any]) -> None:
    browser = show(sample.large(5_000))
    assert browser.js("document.querySelectorAll('article').length") == 5_000
    browser.press("A")
    assert len(taken(browser)) == 5_000
    browser.press("u")
    browser.js("scrollTo(0, document.body.scrollHeight)")
    browser.wait("Array.from(document.querySelectorAll('article')).at(-1).dataset.filled")
    browser.press("/")
    browser.type("número 4321:")
    browser.press("Enter")
    assert visible(browser) == 1
    browser.press("a")
    assert [d["item"] for d in taken(browser)] == [sample.large(5_000).items[4_321].id]


def test_names_focus_and_help(show: Callable[..., Any]) -> None:
    browser = show(sample.change_review())
    tree = browser.call("Accessibility.getFullAXTree")["nodes"]
    controls = [
        n for n in tree
        if n.get("role", {}).get("value") in ("button", "combobox", "searchbox", "textbox")
        and not n.get("ignored")
    ]  # fmt: skip
    assert len(controls) > 15
    assert [n for n in controls if not n.get("name", {}).get("value")] == []
    browser.press("?")
    assert browser.js("document.getElementById('help').open")
    browser.press("a")
    assert taken(browser) == []
    browser.press("Escape")
    browser.wait("!document.getElementById('help').open")
    browser.js("document.activeElement.blur()")
    browser.press("Tab")
    assert browser.js("document.activeElement.className") == "skip"


CONTRAST = """
(() => {
  const part = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (c) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = c;
    canvas.fillRect(0, 0, 1, 1); return canvas.getImageData(0, 0, 1, 1).data; };
  const light = (c) => 0.2126 * part(c[0]) + 0.7152 * part(c[1]) + 0.0722 * part(c[2]);
  const back = (e) => { for (; e; e = e.parentElement) {
    const c = rgb(getComputedStyle(e).backgroundColor); if (c[3] === 255) return c; }
    return [255, 255, 255]; };
  const bad = [];
  for (const e of document.querySelectorAll("body *")) {
    const own = Array.from(e.childNodes).some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || !e.checkVisibility() || e.closest(":disabled, #toast, script, noscript")) continue;
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(back(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) bad.push(`${e.tagName}.${e.className} ${ratio.toFixed(2)}`);
  }
  return bad;
})()
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_is_aa(show: Callable[..., Any], scheme: str) -> None:
    browser = show(sample.change_review())
    browser.look(prefers_color_scheme=scheme)
    browser.js("document.getElementById('changes').open = true")
    browser.press("a")
    browser.press("e")
    browser.wait("document.getElementById('changes').dataset.filled === '1'")
    background = browser.js("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(246, 245, 242)") is (scheme == "light")
    assert browser.js(CONTRAST) == []


def test_the_switch_wins_over_the_system(show: Callable[..., Any]) -> None:
    browser = show(sample.change_review())
    seen = []
    for _ in range(3):
        browser.click("#theme")
        seen.append(browser.js("getComputedStyle(document.documentElement).colorScheme"))
    assert seen == ["light", "dark", "light dark"]
    browser.click("#theme")
    browser.reload()
    assert browser.js("document.documentElement.dataset.theme") == "light"


def test_a_narrow_window_does_not_scroll_sideways(show: Callable[..., Any]) -> None:
    browser = show(sample.change_review())
    browser.size(360, 740)
    browser.press("e")
    assert browser.js("document.documentElement.scrollWidth") <= 360


@pytest.fixture
def served(browser: Any, tmp_path: Path) -> Iterator[tuple[Any, Server]]:
    recording = tmp_path / "talk.wav"
    with wave.open(str(recording), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8_000)
        sound.writeframes(b"\x80" * 8_000 * 40)
    desk = ReviewSession(
        sample.change_review, tmp_path / "decisions.yml", {"talk": recording}, LANGUAGES
    )
    server = Server(desk)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield browser, server
    browser.js("localStorage.clear()")
    browser.call("Page.navigate", url="about:blank")
    server.stop()
    thread.join(30)


def test_saving_in_place_and_reloading(served: tuple[Any, Server]) -> None:
    browser, server = served
    browser.open(server.url)
    assert texts(browser, "#save") == ["Saved"]
    browser.press("a")
    assert texts(browser, "#save") == ["Save •"]
    browser.press("s", CTRL)
    browser.wait("document.getElementById('save').textContent === 'Saved'")
    (decision,) = decisions.load(server.desk.path).decisions
    assert decision.verdict is Verdict.ACCEPT
    assert browser.js("localStorage.getItem(decided.key)") is None
    browser.reload()
    assert [d["verdict"] for d in taken(browser)] == ["accept"]
    assert browser.js("document.getElementById('notice').hidden")
    browser.press("j")
    browser.press("r")
    browser.press("s")
    browser.wait("document.getElementById('save').textContent === 'Saved'")
    assert len(decisions.load(server.desk.path).decisions) == 2
    assert all(r.startswith((server.url, "data:", "blob:")) for r in browser.requests)


def test_a_file_changed_by_another_is_not_lost(served: tuple[Any, Server]) -> None:
    browser, server = served
    browser.open(server.url)
    browser.press("a")
    other = Decision("0" * 16, Verdict.REJECT, "1" * 16, "2" * 16)
    made = sample.change_review()
    decisions.save(Decisions(made.project, made.old, made.new, (other,)), server.desk.path)
    browser.press("s")
    browser.wait("document.getElementById('toast').textContent.startsWith('Not saved')")
    assert decisions.load(server.desk.path).decisions == (other,)
    browser.reload()
    browser.press("s")
    browser.wait("document.getElementById('save').textContent === 'Saved'")
    assert len(decisions.load(server.desk.path).decisions) == 2


def test_the_recording_plays_the_cue_and_stops_at_its_end(served: tuple[Any, Server]) -> None:
    browser, server = served
    browser.open(server.url)
    choose(browser, "locale", "es")
    browser.press("j")
    assert "31" in texts(browser, "article[aria-current] time")[0]
    browser.press("p")
    browser.wait("player.video.currentTime > 31")
    assert texts(browser, "#caption span") == ["La valentía no es la ausencia de miedo, sino",
                                               "la decisión de seguir."]  # fmt: skip
    browser.wait("player.video.paused && player.video.currentTime >= 33.2")
    assert browser.js("player.video.currentTime") < 34.2
    assert browser.js("player.end") is None
    # No picture, no black box.
    assert browser.js("player.video.getBoundingClientRect().height") < 60


def test_a_note_right_after_deciding_is_about_what_was_decided(show: Callable[..., Any]) -> None:
    browser = show(sample.change_review())
    before = current(browser)
    browser.press("r")
    assert current(browser) != before
    browser.press("n")
    browser.type("not in this talk")
    browser.press("Enter")
    assert [(d["item"], d["reason"]) for d in taken(browser)] == [(before, "not in this talk")]


def test_how_near_a_proposal_stays_and_the_time_it_takes(show: Callable[..., Any]) -> None:
    browser = show(sample.change_review())
    locked = next(item for item in sample.change_review().items if item.locked)
    card = f"#i-{locked.id}"
    assert "retranslated · 75 % kept" in texts(browser, f"{card} .meta span")
    assert texts(browser, f"{card} .longer") == ["2.2 → 3.1 s"]
    (cue,) = locked.cues
    assert f"{cue.new_chars_per_second:g} char/s" in texts(browser, f"{card} .cue-head span")[-1]
    browser.press("j")
    browser.press("e")
    assert texts(browser, f"{card} .meter .longer") == ["0.9 s longer"]
    browser.js("document.activeElement.value = 'Corto.'; editor.count()")
    assert texts(browser, f"{card} .meter .longer") == []


def test_a_rejection_says_what_it_declines(served: tuple[Any, Server]) -> None:
    browser, server = served
    browser.open(server.url)
    browser.press("j")
    browser.press("r")
    browser.press("j")
    browser.press("a")
    browser.press("s")
    browser.wait("document.getElementById('save').textContent === 'Saved'")
    said = {d.verdict: d.demands for d in decisions.load(server.desk.path).decisions}
    assert said[Verdict.REJECT] == (("courage", "00112233445566ff"),)
    assert said[Verdict.ACCEPT] == ()


def test_notes_alone_raise_no_alarm(show: Callable[..., Any]) -> None:
    review = sample.change_review()
    browser = show(review)
    assert texts(browser, "#conflicts-title") == ["2 conflicts to resolve in the glossary first"]
    note = replace(review.conflicts[0], severity=Severity.INFO)
    browser = show(replace(review, conflicts=(note,)))
    assert texts(browser, "#conflicts-title") == ["1 note about the glossary"]
    assert browser.js("document.querySelector('#conflicts.calm') !== null")


def test_the_time_of_a_cue_is_that_of_python(show: Callable[..., Any]) -> None:
    browser = show(sample.change_review())
    for tag in ("es", "ar", "zh-CN"):
        locale = locales.load(tag)
        for lines in (
            (),
            ("a",),
            ("Uno dos tres.",),
            ("m" * 42, "n" * 41),
            ("漢字かな" * 5, "SU7"),
        ):
            for latest in (1_500, 2_200, 9_000, 60_000):
                cue = Cue(1_000, 2_000, ("Antes.",))
                ours = (
                    recut.needed_end_ms(cue, lines, max(latest, cue.end_ms), locale)
                    if lines
                    else 2_000
                )
                item = {"start_ms": 1_000, "end_ms": 2_000, "lines": ["Antes."],
                        "latest_end_ms": max(latest, 2_000)}  # fmt: skip
                given = ", ".join(map(json.dumps, (item, lines)))
                theirs = browser.js(f"until({given}, cards.rules('{tag}'))")
                assert theirs == ours, (tag, lines, latest)

"""Batches on Dask: the same bytes as here, whoever dies, and unfit workers left out."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from speechsubs import models
from speechsubs.batch import MANIFEST, Choice, Control, JobResult, Request, Resources, jobs
from speechsubs.batch.cluster import client, protocol
from speechsubs.batch.cluster.client import Cluster
from speechsubs.batch.cluster.protocol import DEATHS_ALONE, Done, Place
from speechsubs.batch.state import LOCK
from speechsubs.memory import CacheKey, Memory, Segment
from speechsubs.memory import State as Answered
from speechsubs.options import Options
from speechsubs.outputs import LEDGER

pytest.importorskip("distributed", reason="the extra [cluster] is not installed")

import dask
import psutil

Cli = Callable[..., Any]
ROOT = Path(__file__).parents[2]
TINY = ROOT / "tests" / "data" / "translate-en_es-tiny.argosmodel"
TEXT = "Good evening, everyone. We built a car in three years. Nobody believed in us.\n"
ECHO = ("--engine", "echo", "--no-glossary", "--format", "srt")
TERMS = "version: 1\nsource: en\nterms:\n  - id: it\n    source: {}\n    policy: keep\n"
REAL_CODE = protocol.code
LOCAL = ("--cluster", "local", "--jobs", "2")


def contents(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and not p.name.startswith(".")
    }


def hidden(folder: Path) -> list[str]:
    return sorted({p.name for p in folder.rglob(".*") if p.is_file()})


def make(folder: Path, count: int, times: int = 1) -> None:
    folder.mkdir(exist_ok=True)
    for number in range(count):
        text = f"{TEXT.strip()} This is talk {number}.\n" * times
        (folder / f"talk{number:03}.txt").write_text(text, "utf-8")


def children() -> list[psutil.Process]:
    """The workers of this process."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if "spawn_main" in " ".join(process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found


@pytest.fixture(autouse=True)
def same_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Somebody may be writing our modules while they are tested."""
    monkeypatch.setattr(protocol, "code", lambda: "the same")
    with preloaded(tmp_path, ""):
        yield


@pytest.fixture
def tiny() -> Iterator[Path]:
    """A real model, where all processes find it: Argos reads that folder's name once."""
    folder = Path(os.environ["ARGOS_PACKAGES_DIR"])
    package = models.install_file(TINY, folder)
    yield folder
    shutil.rmtree(package.path)


def wait_for(condition: Callable[[], bool], seconds: float = 600) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


@contextmanager
def preloaded(folder: Path, code: str) -> Iterator[None]:
    """Workers that run some code before they begin; their names are numbers."""
    script = folder / "preload.py"
    script.write_text(
        "import os, signal, sys\n"
        "def dask_setup(worker):\n"
        "    from speechsubs.batch.cluster import protocol\n"
        "    protocol.code = lambda: 'the same'\n"
        "    first = worker.name == 0\n" + "".join(f"    {line}\n" for line in code.splitlines()),
        "utf-8",
    )
    with dask.config.set({"distributed.worker.preload": [str(script)]}):
        yield


def summary(text: str) -> list[dict[str, Any]]:
    """What is said of each file, without what time it took."""
    entries = json.loads(text)["files"]
    for entry in entries:
        for part in entry.get("parts", ()):
            part.pop("seconds")
    return sorted(entries, key=lambda entry: str(entry["source"]))


# The same as here.


def test_the_same_bytes_summary_and_manifest_as_on_one_machine(
    cli: Cli, here: Path, tiny: Path
) -> None:
    make(here / "talks", 5)
    # One that is large enough to be cut by language, and one that fails.
    (here / "talks" / "long.txt").write_text(f"{TEXT} Lei Jun got $5 million.\n" * 40, "utf-8")
    (here / "talks" / "broken.json").write_text('{"segments": [', "utf-8")
    (here / "words.yml").write_text(TERMS.format("Lei Jun"))
    base = ("subtitle", "talks", "--to", "es", "--to", "en", "--engine", "argos", "--bilingual",
            "--glossary", "words.yml", "--json")  # fmt: skip
    right = cli(*base, "-o", "right")
    ran = cli(*base, "-o", "out", *LOCAL)
    assert ran.code == right.code == 1
    assert contents(here / "out") == contents(here / "right") != {}
    assert "long.en+es.srt" in contents(here / "out")
    assert hidden(here / "out") == hidden(here / "right") == [MANIFEST, LEDGER]
    assert summary(ran.out) == summary(right.out.replace("right/", "out/"))
    # Fingerprints are equal too: each goes on where the other ended.
    again = cli(*base, "-o", "out")
    assert {e["state"] for e in summary(again.out)} == {"unchanged", "failed"}
    workers = cli(*base, "-o", "right", *LOCAL)
    assert {e["state"] for e in summary(workers.out)} == {"unchanged", "failed"}


def test_what_people_approved_reaches_the_outputs(
    cli: Cli, here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Copies lie in Dask's own folder.
    monkeypatch.setitem(dask.config.config, "temporary-directory", str(tmp_path / "scratch"))
    make(here / "talks", 12)
    base = ("subtitle", "talks", "--to", "it", "--to", "ca", *ECHO, "--memory", "people.db")
    cli(*base, "-o", "out", *LOCAL)
    with Memory.open(here / "people.db") as memory:
        memory.cache({CacheKey("echo 1", "This is talk 7.", "", "outputs=1"): ["nonsense"]})
        memory.remember([
            Segment("en", "it", "Nobody believed in us.", "Nessuno credeva in noi.",
                    state=Answered.APPROVED),
            Segment("en", "it", "This is talk 7.", "È il discorso 7.", state=Answered.EDITED),
            Segment("en", "it", "Nobody was there.", "x", state=Answered.MACHINE),
        ])  # fmt: skip
        small = memory.snapshot()
        wrote = memory.digest("en", "it")
        assert memory.digest("en", "ca") == ""
    (here / "copy").write_bytes(small)
    with Memory.open(here / "copy", create=False) as copy:
        assert copy.digest("en", "it") == wrote != ""
        assert copy.stats().cached == 0
        assert copy.stats().segments == 2
    # Made anew here are the languages that it changes; the workers' are the same bytes.
    ran = cli(*base, "-o", "out", *LOCAL)
    assert len(ran.lines) == 12
    cli(*base, "-o", "right")
    assert contents(here / "out") == contents(here / "right")
    assert "Nessuno credeva" in (here / "out/talk003.it.srt").read_text("utf-8")
    assert "È il discorso 7." in (here / "out/talk007.it.srt").read_text("utf-8")
    # Each goes on where the other ended: they know the same of the memory.
    assert cli(*base, "-o", "out").lines == []
    assert cli(*base, "-o", "right", *LOCAL).lines == []
    assert (tmp_path / "scratch").is_dir()
    assert not list((tmp_path / "scratch").rglob("memory"))


def test_translate_convert_and_check(cli: Cli, here: Path) -> None:
    make(here / "talks", 20)
    cli("subtitle", "talks", *ECHO, "-o", "subs")
    for command in (
        ("translate", "subs", "--to", "it", "--to", "ca", *ECHO),
        ("convert", "subs", "--to", "vtt"),
    ):
        right = cli(*command, "-o", f"{command[0]}-right", "-j", "1")
        ran = cli(*command, "-o", f"{command[0]}-out", *LOCAL)
        assert ran.code == right.code
        assert contents(here / f"{command[0]}-out") == contents(here / f"{command[0]}-right") != {}
    right = cli("check", "subs", "-r", "--json", "-j", "1")
    ran = cli("check", "subs", "-r", "--json", *LOCAL)
    told, wanted = json.loads(ran.out), json.loads(right.out)
    assert sorted(told["files"]) == wanted["files"]
    assert told["findings"] == wanted["findings"] == []
    assert ran.code == right.code


def test_recordings_are_aligned_by_workers(cli: Cli, here: Path) -> None:
    make(here / "talks", 2)
    sound = (ROOT / "media" / "courage.mp3").read_bytes()
    (here / "talks" / "talk001.mp3").write_bytes(sound[:50_000])
    (here / "jobs.csv").write_text(
        "source,audio,languages\ntalks/talk000.txt,,\ntalks/talk001.txt,talks/talk001.mp3,it ca\n",
        "utf-8",
    )
    base = ("subtitle", "jobs.csv", *ECHO, "--json")
    right = cli(*base, "-o", "right")
    ran = cli(*base, "-o", "out", *LOCAL)
    assert ran.code == right.code == 3
    assert contents(here / "out") == contents(here / "right")
    assert len(contents(here / "out")) == 4
    assert summary(ran.out) == summary(right.out.replace("right/", "out/"))
    # Heard, not estimated: the words begin where somebody speaks.
    estimated = cli("subtitle", "talks/talk001.txt", *ECHO, "-o", "estimated")
    assert estimated.code == 0
    name = "talk001.en.srt"
    assert contents(here / "estimated")[name] != contents(here / "out")[f"talks/{name}"]
    assert cli(*base, "-o", "right", *LOCAL).out.count('"unchanged",') == 2


def test_a_watched_folder_is_worked_on_by_workers(
    cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from speechsubs.batch import watch

    monkeypatch.setattr(watch, "STILL_S", 0.2)
    monkeypatch.setattr(watch, "EVERY_S", 0.05)
    make(here / "talks", 2)
    seen: list[int] = []

    def drop() -> None:
        wait_for(lambda: (here / "out/talk001.it.srt").exists())
        seen.extend(process.pid for process in children())
        make(here / "talks", 4)
        names = ("talk002.it.srt", "talk003.it.srt")
        wait_for(lambda: all((here / "out" / name).exists() for name in names))
        seen.extend(process.pid for process in children())
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=drop)
    thread.start()
    ran = cli("subtitle", "talks", "--to", "it", *ECHO, "-o", "out", "--watch", *LOCAL)
    thread.join()
    assert ran.code in (0, 3)
    assert "Traceback" not in ran.err
    cli("subtitle", "talks", "--to", "it", *ECHO, "-o", "right")
    assert contents(here / "out") == contents(here / "right") != {}
    # The same workers, with their engines, for all that is dropped; none is left.
    assert len(set(seen)) == len(seen) / 2 == 2
    assert children() == []


def test_engines_are_loaded_once_for_each_worker(
    here: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(here / "talks", 24)
    seen: list[Done] = []
    same = client._same_engines

    def spy(done: Done, resources: Resources) -> None:
        seen.append(done)
        same(done, resources)

    monkeypatch.setattr(client, "_same_engines", spy)
    found = list(on_workers(here, Options(engine="argos", kinds=("srt",)), to=("es",), workers=2))
    assert len(found) == 24
    assert not any(result.failed for result in found)
    assert len({done.worker for done in seen}) == 2
    assert len(seen) > 4
    assert {done.loads for done in seen} == {1}
    (engines,) = {tuple(done.engines.values()) for done in seen}
    assert engines[0].startswith("argos en-es 0.1 sha256:")


def on_workers(
    here: Path,
    options: Options,
    to: tuple[str, ...] = ("it",),
    workers: int = 2,
    note: Callable[[str], None] = print,
    control: Control | None = None,
) -> Iterator[JobResult]:
    asked = Request((here / "talks",), "subtitle", options, Choice((".txt",)), to, here / "out")
    with Cluster(Place("", workers, 1), note) as cluster:
        yield from cluster.run(jobs(asked), Resources(), control or Control())


ECHOED = Options(engine="echo", kinds=("srt",))


def test_nothing_listens_to_the_network(here: Path) -> None:
    make(here / "talks", 30)
    running = on_workers(here, ECHOED)
    next(running)
    addresses = set()
    for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
        for connection in process.net_connections("inet"):
            if connection.status == psutil.CONN_LISTEN:
                addresses.add(connection.laddr.ip)
    assert addresses == {"127.0.0.1"}
    assert len(list(running)) == 29


# Workers that die.


def test_a_killed_worker_loses_nothing(cli: Cli, here: Path) -> None:
    make(here / "talks", 60)
    cli("subtitle", "talks", "--to", "it", *ECHO, "-o", "right", "-j", "1")
    done = 0
    killed: set[int] = set()
    for result in on_workers(here, ECHOED):
        assert not result.failed, result.reason
        done += 1
        if done in (5, 25):
            (victim, *_) = [p for p in children() if p.pid not in killed]
            killed.add(victim.pid)
            victim.kill()
    assert len(killed) == 2
    assert done == 60
    assert contents(here / "out") == contents(here / "right")


def test_a_file_that_kills_its_workers_is_listed_and_the_others_go_on(here: Path) -> None:
    make(here / "talks", 12)
    (here / "talks" / "talk005.txt").write_text("MURDER. Nobody survives this.\n", "utf-8")
    code = (
        "from speechsubs.batch import worker as work\n"
        "read = work.read_bytes\n"
        "def deadly(path):\n"
        "    data = read(path)\n"
        f"    with open({str(here / 'tries')!r}, 'a') as stream:\n"
        "        stream.write('x' * data.startswith(b'MURDER'))\n"
        "    if data.startswith(b'MURDER'):\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return data\n"
        "work.read_bytes = deadly"
    )
    with preloaded(here, code):
        found = {result.key or result.source.name: result for result in on_workers(here, ECHOED)}
    assert len(found) == 12
    (bad,) = [result for result in found.values() if result.failed]
    assert bad.source.name == "talk005.txt"
    assert "the workers processing it were killed one after another" in bad.reason
    assert "possibly out of memory" in bad.reason
    # Perhaps once with others in its bundle, once by itself beside others, and then alone.
    assert len((here / "tries").read_text()) in (1 + DEATHS_ALONE, 2 + DEATHS_ALONE)
    assert len(contents(here / "out")) == 22


# Workers that are not fit.


def test_unfit_workers_are_named_and_the_fit_one_does_everything(here: Path, tiny: Path) -> None:
    make(here / "talks", 6)
    words = here / "words.yml"
    words.write_text(TERMS.format("SU7"))
    code = (
        "if worker.name == 0:\n"
        "    from speechsubs.batch.cluster import protocol\n"
        "    protocol.__version__ = '0.0.9'\n"
        "if worker.name == 1:\n"
        "    for name in [n for n in sys.modules if n.startswith('speechsubs')]:\n"
        "        sys.modules[name] = None\n"
        "if worker.name == 2:\n"
        "    os.environ['ARGOS_PACKAGES_DIR'] = os.devnull\n"
        "if worker.name == 3:\n"
        "    from speechsubs import glossary\n"
        "    from speechsubs.batch import resources\n"
        "    resources.glossary.load = lambda path: glossary.empty()\n"
        # The fit one goes on when the others are known, however late they come.
        "if worker.name == 4:\n"
        "    import time\n"
        "    from speechsubs.batch import worker as work\n"
        "    read = work.read_bytes\n"
        "    def patient(path):\n"
        f"        while not os.path.exists({str(here / 'known')!r}):\n"
        "            time.sleep(0.05)\n"
        "        return read(path)\n"
        "    work.read_bytes = patient"
    )
    notes: list[str] = []

    def note(text: str) -> None:
        notes.append(text)
        if len(notes) == 4:
            (here / "known").touch()

    options = Options(engine="argos", kinds=("srt",), glossary=str(words))
    with preloaded(here, code):
        found = list(on_workers(here, options, to=("es",), workers=5, note=note))
    assert [result.reason for result in found] == [""] * 6
    assert all(note.startswith("worker tcp://127.0.0.1:") for note in notes)
    said = sorted(note.partition("is not used: ")[2] for note in notes)
    glossary, nothing, model, version = said
    assert glossary == (f"{words} is a different glossary there. Share it under the same path")
    assert model.startswith("it cannot translate en to es (")
    assert model.endswith("Install the same model there (speechsubs models install)")
    assert nothing.startswith("it cannot run speechsubs (")
    assert nothing.endswith("Install the same version there")
    assert version.startswith("speechsubs: 0.0.9 there, ")
    assert version.endswith("Install the same version there")


def test_no_fit_worker_is_an_error_with_the_reason(cli: Cli, here: Path) -> None:
    make(here / "talks", 3)
    code = "from speechsubs.batch.cluster import protocol\nprotocol.__version__ = '0.0.9'"
    with preloaded(here, code):
        ran = cli("subtitle", "talks", *ECHO, "-o", "out", "-q", *LOCAL)
    assert ran.code == 1
    assert "Error: --cluster local: no usable workers. worker tcp://" in ran.err
    assert "is not used: speechsubs: 0.0.9 there, " in ran.err
    assert contents(here / "out") == {}


# A scheduler elsewhere.


@contextmanager
def dask_program(
    *arguments: str, cwd: Path, env: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments],
        cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        env={**os.environ, **(env or {})},
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def scheduler(
    folder: Path, env: dict[str, str] | None = None, host: str = "127.0.0.1"
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    file = folder / "scheduler.json"
    arguments = ("scheduler", "--host", host, "--port", "0", "--no-dashboard",
                 "--dashboard-address", "127.0.0.1:0", "--scheduler-file", str(file))  # fmt: skip
    with dask_program(*arguments, cwd=folder, env=env) as process:
        wait_for(lambda: file.exists() and b'"address"' in file.read_bytes())
        yield str(json.loads(file.read_bytes())["address"]), process


def worker(address: str, folder: Path, env: dict[str, str] | None = None) -> Any:
    arguments = ("--nworkers", "1", "--nthreads", "1", "--no-dashboard")
    return dask_program("worker", address, *arguments, cwd=folder, env=env)


def test_workers_of_a_scheduler_begin_elsewhere_and_see_the_same_folder(
    cli: Cli, here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "code", REAL_CODE)  # these are processes of their own
    make(here / "talks", 20)
    base = ("subtitle", "talks", "--to", "it", *ECHO)
    cli(*base, "-o", "right")
    with scheduler(tmp_path) as (address, process), worker(address, tmp_path):
        ran = cli(*base, "-o", "out", "--scheduler", address)
        assert ran.code == 3
        assert contents(here / "out") == contents(here / "right") != {}
        # The scheduler goes in the middle of a run.
        make(here / "talks", 300)
        log = here / "log"
        running = subprocess.Popen(
            [sys.executable, "-m", "speechsubs", *base, "-o", "out", "--scheduler", address,
             "--log", str(log), "-q"],
            cwd=here, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        wait_for(lambda: log.exists() and "done:" in log.read_text("utf-8"))
        process.kill()
        _, err = running.communicate(timeout=600)
    assert running.returncode == 1, err.decode()
    assert b"lost the connection to the scheduler" in err
    assert b"run the command again to resume" in err.replace(b"\n", b" ")
    assert b"Traceback" not in err
    cli(*base, "-o", "right")
    cli(*base, "-o", "out")
    assert contents(here / "out") == contents(here / "right")


@pytest.fixture
def certificates(tmp_path: Path) -> dict[str, str]:
    """What docs/cluster.md says to set, with an authority of our own."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes certificates, is not installed")
    folder = tmp_path / "tls"
    folder.mkdir()

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    for name in ("", "other-"):
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=ours",
                "-keyout", f"{name}ca-key.pem", "-out", f"{name}ca.pem")  # fmt: skip
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=me",
                "-keyout", f"{name}own-key.pem", "-out", f"{name}own.csr")  # fmt: skip
        openssl("x509", "-req", "-in", f"{name}own.csr", "-CA", f"{name}ca.pem",
                "-CAkey", f"{name}ca-key.pem", "-CAcreateserial", "-days", "2",
                "-out", f"{name}own.pem")  # fmt: skip
    found = {
        "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "true",
        "DASK_DISTRIBUTED__COMM__TLS__CA_FILE": str(folder / "ca.pem"),
    }
    for role in ("SCHEDULER", "WORKER", "CLIENT"):
        found[f"DASK_DISTRIBUTED__COMM__TLS__{role}__CERT"] = str(folder / "own.pem")
        found[f"DASK_DISTRIBUTED__COMM__TLS__{role}__KEY"] = str(folder / "own-key.pem")
    return found


def test_certificates_decide_who_takes_part(
    cli: Cli, shell: Callable[..., Any], here: Path, tmp_path: Path, certificates: dict[str, str]
) -> None:
    make(here / "talks", 6)
    base = ("subtitle", "talks", "--to", "it", *ECHO)
    cli(*base, "-o", "right")
    with (
        scheduler(tmp_path, certificates, "tls://127.0.0.1") as (address, _),
        worker(address, tmp_path, certificates),
    ):
        assert address.startswith("tls://127.0.0.1:")
        asked = (*base, "-o", "out", "--scheduler", address)
        strangers = [{}, {k: v.replace("own", "other-own") for k, v in certificates.items()}]
        for stranger in strangers:
            refused = shell(*asked, env=stranger)
            assert refused.code == 1
            assert f"Error: --scheduler {address}: " in refused.err
            assert "tls:// requires certificates of the scheduler's authority" in refused.err
            assert len(refused.err.splitlines()) == 1
            assert contents(here / "out") == {}
        plain = shell(*base, "-o", "out", "--scheduler", address.replace("tls", "tcp"))
        assert plain.code == 1
        ran = shell(*asked, env=certificates)
    assert ran.code == 3, ran.err
    assert contents(here / "out") == contents(here / "right") != {}


def test_a_scheduler_that_does_not_answer(shell: Callable[..., Any], here: Path) -> None:
    make(here / "talks", 2)
    ran = shell("subtitle", "talks", *ECHO, "-o", "out", "--scheduler", "tcp://127.0.0.1:9")
    assert ran.code == 1
    assert "Error: --scheduler tcp://127.0.0.1:9: no response from a Dask scheduler (" in ran.err
    assert "dask scheduler" in ran.err
    assert len(ran.err.splitlines()) == 1
    assert hidden(here / "out") in ([], [MANIFEST])


@pytest.mark.parametrize("address", ["", "nonsense://x", "tcp://", "tcp://127.0.0.1:x", "\0"])
def test_a_wrong_address(cli: Cli, here: Path, address: str) -> None:
    make(here / "talks", 1)
    ran = cli("subtitle", "talks", *ECHO, "-o", "out", "--scheduler", address)
    assert ran.code in (1, 2) if address else ran.code in (0, 2)


def test_a_scheduler_without_a_worker(
    cli: Cli, here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from speechsubs.batch.cluster import client as cluster_dask

    monkeypatch.setattr(cluster_dask, "FIRST_WORKER_S", 0.5)
    make(here / "talks", 2)
    with scheduler(tmp_path) as (address, _):
        ran = cli("subtitle", "talks", *ECHO, "-o", "out", "--scheduler", address)
    assert ran.code == 1
    assert f"Error: --scheduler {address}: no worker has connected to this scheduler" in ran.err
    assert f"dask worker {address}" in ran.err


# A person who stops it, and a machine that goes.


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_stopped_it_leaves_no_process_and_goes_on(cli: Cli, here: Path, number: int) -> None:
    make(here / "talks", 200)
    base = ("subtitle", "talks", "--to", "it", *ECHO, "-q")
    cli(*base, "-o", "right")
    process = subprocess.Popen(
        [sys.executable, "-m", "speechsubs", *base, "-o", "out", *LOCAL, "--log", "log"],
        cwd=here, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    log = here / "log"
    wait_for(lambda: log.exists() and "done:" in log.read_text("utf-8"))
    workers = psutil.Process(process.pid).children(recursive=True)
    assert len(workers) >= 2
    if number == signal.SIGINT:  # as a terminal does: to all of them
        os.killpg(process.pid, number)
    else:
        process.kill()
    _, err = process.communicate(timeout=600)
    assert b"Traceback" not in err, err.decode()
    if number == signal.SIGINT:
        assert process.returncode == 130, err.decode()
        assert b"Run the same command again to resume." in err
        assert not (here / "out" / LOCK).exists()
    wait_for(lambda: not any(worker.is_running() for worker in workers))
    right, there = contents(here / "right"), contents(here / "out")
    assert 0 < len(there) < len(right)
    assert all(right[name] == data for name, data in there.items())
    assert cli(*base, "-o", "out").code == 3
    assert contents(here / "out") == right


def test_an_interrupt_before_the_first_worker_is_heard(here: Path) -> None:
    make(here / "talks", 2)
    control = Control()
    control.stop("interrupted")
    assert list(on_workers(here, ECHOED, control=control)) == []


# Options.


def test_nothing_to_do_starts_no_worker(
    cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(here / "talks", 2)
    cli("subtitle", "talks", *ECHO, "-o", "out")
    ran = cli("subtitle", "talks", *ECHO, "-o", "out", "--scheduler", "tcp://127.0.0.1:9")
    assert ran.code == 0
    assert "2 unchanged" in ran.err


def test_without_the_extra(shell: Callable[..., Any], here: Path) -> None:
    make(here / "talks", 1)
    ran = shell("subtitle", "talks", *ECHO, "-o", "out", *LOCAL, blocked=("distributed", "dask"))
    assert ran.code == 1
    assert ran.err.strip() == (
        "Error: --cluster local: Dask distributed is not installed. "
        "pip install 'speechsubs[cluster]'"
    )


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (
            ("--cluster", "local", "--scheduler", "tcp://x:1"),
            "--cluster local and --scheduler cannot be combined",
        ),
        (("--scheduler", "tcp://x:1", "--jobs", "3"), "--jobs applies to this machine only"),
        (("--cluster", "far"), "Invalid value for '--cluster'"),
    ],
)
def test_options_that_do_not_go_together(
    cli: Cli, here: Path, options: tuple[str, ...], problem: str
) -> None:
    make(here / "talks", 1)
    ran = cli("subtitle", "talks", "-o", "out", *options)
    assert ran.code == 2
    assert problem in ran.err


def test_one_plain_file_can_go_to_a_cluster_too(cli: Cli, here: Path) -> None:
    make(here / "talks", 1)
    ran = cli("subtitle", "talks/talk000.txt", *ECHO, "-o", "out", *LOCAL)
    assert ran.code == 0
    assert list(contents(here / "out")) == ["talk000.en.srt"]

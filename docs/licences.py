"""List what every package of every extra ships, with its license, in docs/licences.md.

    python docs/licences.py [--check]

Reads the packages of requirements/*.txt as they are installed here, and the shared libraries
that their wheels bring. `--check` writes nothing and fails if the page is out of date, if a
library or a package is of an unknown license, if one is AGPL, or if one that is not on the list
below is GPL. Wheels differ between systems: the page is of Linux on x86-64 with Python 3.11.
"""

import argparse
import platform
import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "licences.md"
PARTS = {
    "core": "The core (`pip install speechsubs`)",
    "argos": "`[argos]`: Argos Translate's own code",
    "align": "`[align]`: recordings",
    "cluster": "`[cluster]`: Dask",
    "evaluate": "`[evaluate]`: scores",
}

#: Licenses of packages whose metadata name none, or not by SPDX. From their LICENSE files.
PACKAGES = {
    "ahocorasick-rs": "Apache-2.0",
    "argostranslate": "MIT",
    "babel": "BSD-3-Clause",
    "charset-normalizer": "MIT",
    "cloudpickle": "BSD-3-Clause",
    "colorama": "BSD-3-Clause",
    "ctranslate2": "MIT",  # with oneDNN (Apache-2.0) and Intel oneMKL (ISSL) linked in
    # The package is MIT; the espeak-ng that it brings is not (see LIBRARIES).
    "espeakng-loader": "MIT",
    "ftfy": "Apache-2.0",
    "jinja2": "BSD-3-Clause",
    "locket": "BSD-2-Clause",
    "lxml": "BSD-3-Clause",
    "partd": "BSD-3-Clause",
    "pocketsphinx": "BSD-2-Clause",
    "psutil": "BSD-3-Clause",
    "sortedcontainers": "Apache-2.0",
    "tornado": "Apache-2.0",
    "tqdm": "MPL-2.0 AND MIT",
    "zict": "BSD-3-Clause",
}
FFMPEG = "GPL-2.0-or-later (as built here, with x264 and x265)"
GCC = "GPL-3.0-or-later WITH GCC-exception-3.1"
#: Licenses of shared libraries inside wheels, by the start of the file's name. From the
#: projects' own license files.
LIBRARIES = {
    "libSvtAv1Enc": "BSD-3-Clause-Clear",
    "libXau": "MIT",
    "libasound": "LGPL-2.1-or-later",
    "libavcodec": FFMPEG,
    "libavdevice": FFMPEG,
    "libavfilter": FFMPEG,
    "libavformat": FFMPEG,
    "libavif": "BSD-2-Clause",
    "libavutil": FFMPEG,
    "libbrotli": "MIT",
    "libctranslate2": "MIT; oneDNN Apache-2.0 and Intel oneMKL ISSL inside",
    "libdav1d": "BSD-2-Clause",
    "libdrm": "MIT",
    "libespeak-ng": "GPL-3.0-or-later",
    "libfreetype": "FTL",
    "libgfortran": GCC,
    "libggml": "MIT",
    "libgmp": "LGPL-3.0-or-later OR GPL-2.0-or-later",
    "libgnutls": "LGPL-2.1-or-later",
    "libgomp": GCC,
    "libharfbuzz": "MIT",
    "libhogweed": "LGPL-3.0-or-later OR GPL-2.0-or-later",
    "libjpeg": "IJG AND BSD-3-Clause AND Zlib",
    "liblcms2": "MIT",
    "liblzma": "0BSD",
    "libmp3lame": "LGPL-2.0-or-later",
    "libnettle": "LGPL-3.0-or-later OR GPL-2.0-or-later",
    "libopencore-amr": "Apache-2.0",
    "libopenjp2": "BSD-2-Clause",
    "libopus": "BSD-3-Clause",
    "libpng16": "libpng-2.0",
    "libquadmath": "LGPL-2.1-or-later",
    "libscipy_openblas": "BSD-3-Clause",
    "libsharpyuv": "BSD-3-Clause",
    "libswresample": FFMPEG,
    "libswscale": FFMPEG,
    "libtiff": "libtiff",
    "libunistring": "LGPL-3.0-or-later OR GPL-2.0-or-later",
    "libvpl": "MIT",
    "libvpx": "BSD-3-Clause",
    "libwebp": "BSD-3-Clause",
    "libx264": "GPL-2.0-or-later",
    "libx265": "GPL-2.0-or-later",
    "libxcb": "MIT",
    "libzstd": "BSD-3-Clause",
}
#: Packages that ship GPL parts. None of them may be in the core.
GPL = {
    "av": "its wheel contains FFmpeg built with x264 and x265, so the whole is under GPL-2.0 "
    "or later as shipped. speechsubs only decodes with it; an FFmpeg built without them is LGPL",
    "espeakng-loader": "it brings espeak-ng, which is GPL-3.0 or later",
}
#: Compiled parts of a package itself, as against libraries that came along.
OWN_MODULE = re.compile(r"\.(cpython-|abi3|cp3)|\.pyd$")
INTRODUCTION = """\
# Licenses

<!-- Made by docs/licences.py; do not edit. -->

speechsubs is under the MIT license. These are the packages it installs and the shared
libraries inside their wheels, for Linux on x86-64. Continuous integration fails if one of
them is AGPL, if a GPL part gets into the core, or if a license is not known.

**The core is free of the GPL.** GPL parts come only with an extra:
"""


def packages(part: str) -> list[str]:
    """The names of the packages of a requirements file."""
    text = (ROOT / "requirements" / f"{part}.txt").read_text("utf-8")
    return sorted(set(re.findall(r"^([A-Za-z0-9._-]+)==", text, re.MULTILINE)))


def license(found: Distribution) -> str:
    """The SPDX expression of a package's license; empty if it is not known."""
    metadata = found.metadata
    name = metadata["Name"].lower().replace("_", "-").replace(".", "-")
    named = metadata.get("License-Expression") or PACKAGES.get(name)
    if named:
        return str(named)
    classifiers = metadata.get_all("Classifier") or []
    return "MIT" if "License :: OSI Approved :: MIT License" in classifiers else ""


def libraries(found: Distribution) -> list[str]:
    """The shared libraries in a wheel, without version and hash."""
    names = {Path(str(file)).name for file in found.files or ()}
    shared = [n for n in names if re.match(r"lib.+\.so", n) and not OWN_MODULE.search(n)]
    return sorted({re.split(r"[.]so|-[0-9a-f]{8}\b", name)[0] for name in shared})


def license_of_library(name: str) -> str:
    """The license of a shared library; empty if it is not on the list."""
    fitting = [known for known in LIBRARIES if name.startswith(known)]
    return LIBRARIES[max(fitting, key=len)] if fitting else ""


def is_gpl(text: str) -> bool:
    """Whether a license leaves no choice but the GPL."""
    choices = text.split(" OR ")
    return all("GPL" in c and "LGPL" not in c and "GCC-exception" not in c for c in choices)


def examine(part: str, problems: list[str]) -> list[str]:
    """The rows of a part's table; adds what is wrong to `problems`."""
    rows = []
    known = set(packages("core")) if part != "core" else set()
    for name in packages(part):
        if name in known:
            continue
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue  # for another system or Python
        named = license(found)
        inside = {library: license_of_library(library) for library in libraries(found)}
        for what, text in [(name, named), *inside.items()]:
            if not text:
                problems.append(f"{name}: the license of {what} is not known")
            if "AGPL" in text:
                problems.append(f"{name}: {what} is AGPL")
        if any(is_gpl(text) for text in [named, *inside.values()]):
            if part == "core":
                problems.append(f"{name}: GPL in the core")
            if name not in GPL:
                problems.append(f"{name}: GPL, and not on the list in docs/licences.py")
        shown = ", ".join(f"{library} ({text})" for library, text in inside.items())
        rows.append(f"| {name} {found.version} | {named} | {shown} |")
    return rows


def page(problems: list[str]) -> str:
    """The text of the page."""
    lines = [INTRODUCTION, *(f"- `{name}`: {why}." for name, why in GPL.items())]
    for part, title in PARTS.items():
        lines += ["", f"## {title}", "", "| Package | License | Libraries in its wheel |"]
        lines += ["|---|---|---|", *examine(part, problems)]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write or check the page; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        print("docs/licences.md is of Linux on x86-64; nothing to do on this system")
        return 0
    problems: list[str] = []
    text = page(problems)
    if not check:
        PAGE.write_text(text, "utf-8")
    elif sys.version_info[:2] == (3, 11) and PAGE.read_text("utf-8") != text:
        problems.append("docs/licences.md is out of date. Run: python docs/licences.py")
    for problem in problems:
        print(problem, file=sys.stderr)
    return int(bool(problems))


if __name__ == "__main__":
    raise SystemExit(main())

"""From an offer in an index to a package that is installed and tried."""

from collections.abc import Callable
from pathlib import Path

from speechsubs import packages
from speechsubs.errors import InputError, PackageError
from speechsubs.http_client import Limits
from speechsubs.models import download
from speechsubs.models.choosing import Step
from speechsubs.models.download import Progress
from speechsubs.models.index import Offered
from speechsubs.models.trial import TrialError, try_out
from speechsubs.packages import Package

#: Called with every version that could not be used, and why, before the next is tried.
Refused = Callable[[Offered, str], None]


def install_file(
    path: Path,
    directory: Path | None = None,
    *,
    replace: bool = False,
    origin: str = "",
    sha256: str = "",
) -> Package:
    """Install a package file after its model has been tried in a process of its own.

    As `packages.install_file`, and raises `TrialError` for a model that does not work.
    """
    return packages.install_file(
        path, directory, check=_try, replace=replace, origin=origin, sha256=sha256
    )


def _try(package: Package) -> None:
    try_out(package)


def obtain(
    step: Step,
    directory: Path | None = None,
    *,
    limits: Limits | None = None,
    progress: Progress | None = None,
    refused: Refused | None = None,
    replace: bool = False,
) -> Package:
    """Download and install the newest version of a step that works.

    All links of a version are tried in order; a version whose model fails its trial, or
    that no link gives whole, gives way to the next older one. `refused` hears of it.
    Raises `InputError` with all that went wrong when none is left; `PackageError` where
    the package cannot take its place, which no other version would mend.
    """
    problems: list[str] = []
    for offer in step.offers:
        for link in offer.links:
            try:
                return _from_link(offer, link, directory, limits, progress, replace)
            except TrialError as error:
                # Another link has the same model.
                problem = f"{offer.name}: {error.problem}"
            except InputError as error:
                problem = f"{link}: {error.problem}"
                problem += f" ({error.advice})" if error.advice else ""
            problems.append(problem)
            if refused:
                refused(offer, problem)
            if problem.startswith(offer.name):
                break
    names = " and ".join(dict.fromkeys(offer.name for offer in step.offers))
    raise InputError(
        names or "_".join(step.pair),
        f"cannot be installed: {'; '.join(problems)}",
        "`speechsubs models install FILE.argosmodel` takes a file from elsewhere",
    )


def _from_link(
    offer: Offered,
    link: str,
    directory: Path | None,
    limits: Limits | None,
    progress: Progress | None,
    replace: bool,
) -> Package:
    with download.fetched(link, download.folder(), limits=limits, progress=progress) as path:
        try:
            found = packages.contents(path)
        except PackageError as error:
            # The name of the part on our disk says nothing to anybody.
            raise InputError(link, error.problem) from error
        said = (offer.from_code, offer.to_code, offer.version)
        if (found.from_code, found.to_code, found.version) != said:
            raise InputError(link, f"holds {found.name} instead of {offer.name}")
        try:
            return install_file(path, directory, replace=replace, origin=link)
        except TrialError:
            raise
        except PackageError as error:
            if error.path == path:
                raise InputError(link, error.problem) from error
            raise

"""What `discover doctor` does: checks of the installation, lists of packages, or a bug report, on stdout."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from discovery.errors import BackendMissing, UsageError


@dataclass(frozen=True)
class Asked:
    """What is asked for, as on the command line.

    Attributes:
        folder: run that a bug report is about.
    """

    folder: Path | None = None
    report: bool = False
    licences: bool = False
    sbom: bool = False
    as_json: bool = False


def examine_command(asked: Asked) -> int:
    """Prints it; gives the exit code, which is not 0 where something needed is missing.

    Raises:
        UsageError: options do not go together.
    """
    _check(asked)
    if asked.report or asked.licences or asked.sbom:
        sys.stdout.write(f"{_listed(asked)}\n")
        return 0
    from pipelines.doctor import examine, render

    checks = examine()
    told = json.dumps([asdict(check) for check in checks], indent=1) if asked.as_json else render(checks)
    sys.stdout.write(f"{told}\n")
    return 0 if all(check.ok or check.optional for check in checks) else BackendMissing.exit_code


def _listed(asked: Asked) -> str:
    from pipelines.bug_report import bug_report
    from pipelines.supply import bill_of_materials, licences, materials

    return bug_report(asked.folder) if asked.report else (bill_of_materials if asked.sbom else licences)(materials())


def _check(asked: Asked) -> None:
    lists = [name for name in ("report", "licences", "sbom") if getattr(asked, name)]
    if len(lists) > 1:
        raise UsageError(f"--{' and --'.join(lists)} ask for different texts. Give one of them.")
    if asked.folder is not None and not asked.report:
        raise UsageError(
            f"The run folder {asked.folder} is given, which only a bug report is about. Add --report, or leave it out."
        )
    if asked.as_json and lists and not asked.sbom:  # a bill of materials is JSON anyway
        raise UsageError(f"--json is given, but --{lists[0]} prints text. Leave one of them out.")

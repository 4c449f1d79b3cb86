"""The one map from verdicts and errors to exit codes (SPEC.md, section 5; QSCANNER-CONTRACT.md)."""

from hullcheck.errors import (
    ArchiveError,
    DatabaseError,
    DeliveryError,
    DirectoryError,
    HullcheckError,
    ImageError,
    InvalidParameter,
    ReportError,
    SbomError,
    StorageError,
)
from hullcheck.model.decision import Verdict

INTERRUPTED = 130

_VERDICTS = {
    Verdict.PASSED: 0,
    Verdict.DENIED: 42,
    Verdict.AUDITED: 43,
    Verdict.THRESHOLD_EXCEEDED: 50,
    Verdict.INCOMPLETE: 51,
}

_ERRORS: dict[type[HullcheckError], int] = {
    InvalidParameter: 2,
    DirectoryError: 5,
    ImageError: 6,
    ArchiveError: 7,
    StorageError: 8,
    SbomError: 10,
    ReportError: 30,
    DeliveryError: 33,
    DatabaseError: 40,
}


def of_verdict(verdict: Verdict) -> int:
    """Return the exit code that tells `verdict`."""
    return _VERDICTS[verdict]


def of_error(error: HullcheckError) -> int:
    """Return the exit code of the stage that raised `error`, 1 where no stage is to blame."""
    return next((code for kind, code in _ERRORS.items() if isinstance(error, kind)), 1)

"""A scan as a run of SARIF, without its rules and results."""

from collections.abc import Iterator

from hullcheck.model.coverage import Coverage
from hullcheck.model.decision import Counts
from hullcheck.model.gap import GapKind
from hullcheck.model.inheritance import origins
from hullcheck.model.layer import BaseImage, Image
from hullcheck.model.package import Distribution
from hullcheck.model.platforms import presence
from hullcheck.model.result import ScanResult
from hullcheck.model.target import TargetKind
from hullcheck.reports.gaps import HEADINGS
from hullcheck.reports.platforms import only
from hullcheck.reports.sarif.places import SOURCE_ROOT, Places, image_name
from hullcheck.reports.sarif.text import is_moment, message
from hullcheck.reports.visible import visible

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_NOTIFICATIONS = 1_000
# What a gap's subject is a file of.
_OF_FILES = frozenset({GapKind.LIMIT, GapKind.MALFORMED, GapKind.UNREADABLE})
_OMITTED = "omitted-results"
_NOT_LOOKED_AT = "What could not be looked at may be vulnerable. The notification says what to do about it."


def sarif_log(result: ScanResult, places: Places, listed: int) -> dict[str, object]:
    """Return the log of `result`, of whose findings the first `listed` become results."""
    run: dict[str, object] = {
        "tool": {"driver": _driver(result, listed)},
        "invocations": [_invocation(result, places, listed)],
        "columnKind": "unicodeCodePoints",
        "properties": _properties(result),
    }
    if result.target.kind is TargetKind.REPOSITORY:
        root = "The directory that the scanned path is relative to"
        run["originalUriBaseIds"] = {SOURCE_ROOT: {"description": {"text": root}}}
    if result.target.every_image:
        run["automationDetails"] = {"id": visible(f"hullcheck/image/{image_name(result.target)}/{_category(result)}/")}
        run["artifacts"] = [{"location": places.artifact(""), "properties": _image(result)}]
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [{**run, "results": []}]}


def _category(result: ScanResult) -> str:
    """Return what tells runs for one image apart: its platform, or that there are several."""
    return result.target.image.platform if result.target.image else "all"


def _driver(result: ScanResult, listed: int) -> dict[str, object]:
    kinds = sorted({gap.kind for gap in result.coverage.gaps})
    descriptors = [_descriptor(kind.value, HEADINGS[kind], _NOT_LOOKED_AT) for kind in kinds]
    if listed < len(result.findings):
        descriptors.append(_descriptor(_OMITTED, "findings that are not listed", "The JSON report has all."))
    return {
        "name": "Hullcheck",
        "version": result.tool_version,
        "rules": [],
        **({"notifications": descriptors} if descriptors else {}),
    }


def _descriptor(name: str, heading: str, help_: str) -> dict[str, object]:
    """Return what a kind of notification is; GitHub wants all of it."""
    text = heading[0].upper() + heading[1:]
    return {
        "id": name,
        "name": "Gap" + name.title().replace("-", ""),
        "shortDescription": {"text": text},
        "fullDescription": {"text": f"{text}."},
        "help": {"text": help_},
    }


def _invocation(result: ScanResult, places: Places, listed: int) -> dict[str, object]:
    coverage = result.coverage
    notifications = list(_notifications(coverage, places))
    if listed < len(result.findings):
        text = f"{listed} of {len(result.findings)} findings are listed, the worst: the JSON report has all"
        notifications.append(_notification(_OMITTED, "warning", text))
    return {
        "executionSuccessful": coverage.complete,
        **({"endTimeUtc": result.created} if is_moment(result.created) else {}),
        **({"toolExecutionNotifications": notifications} if notifications else {}),
    }


def _notifications(coverage: Coverage, places: Places) -> Iterator[dict[str, object]]:
    """Yield what could not be looked at: with it, the run was not successful."""
    for gap in coverage.gaps[:_NOTIFICATIONS]:
        hint = f" ({visible(gap.hint)})" if gap.hint else ""
        mark = f" ({only(gap.platforms)})" if gap.platforms else ""
        notification = _notification(gap.kind, "error", f"{visible(gap.subject)}: {visible(gap.reason)}{mark}{hint}")
        if gap.kind in _OF_FILES:
            notification["locations"] = [{"physicalLocation": {"artifactLocation": places.artifact(gap.subject)}}]
        yield notification
    if len(coverage.gaps) > _NOTIFICATIONS:
        more = len(coverage.gaps) - _NOTIFICATIONS
        yield _notification(coverage.gaps[-1].kind, "error", f"{more} more: the JSON report has all")


def _notification(kind: str, level: str, text: str) -> dict[str, object]:
    return {"descriptor": {"id": str(kind)}, "level": level, "message": message(text)}


def _properties(result: ScanResult) -> dict[str, object]:
    """Return what pipelines read of a run: our own names, and those of `qscanner` in both casings."""
    decision, counts, excluded = result.decision, result.counts, result.coverage.excluded
    return {
        "target": {"kind": result.target.kind, "name": visible(result.target.name), "source": result.target.source},
        "complete": result.coverage.complete,
        "verdict": decision.verdict,
        "policyResult": decision.action,
        "reasons": [visible(reason) for reason in decision.reasons],
        "counts": _counts(counts),
        **({"excluded": [visible(glob) for glob in excluded]} if excluded else {}),
        **_image(result),
    }


def _counts(counts: Counts) -> dict[str, object]:
    return {
        "critical": counts.critical,
        "high": counts.high,
        "medium": counts.medium,
        "low": counts.low,
        "negligible": counts.negligible,
        "unknown": counts.unknown,
        "total": counts.total,
    }


def _image(result: ScanResult) -> dict[str, object]:
    """Return what is known of the image, or of each of them where it was scanned for several platforms."""
    target = result.target
    properties = _system(result.distribution) if result.distribution else {}
    if target.image:
        properties |= {"imageName": visible(target.name), **_record(target.image), **_base(target.image.base)}
    if target.images:
        properties |= {"imageName": visible(target.name), "platforms": list(_platforms(result))}
    return properties | _origins(result)


def _platforms(result: ScanResult) -> Iterator[dict[str, object]]:
    systems = {it.name: it.distribution for it in result.platforms}
    whose = presence(result.target)
    counts = whose.counts(result.findings)
    for name, image in zip(whose.names, result.target.images, strict=True):
        system = systems.get(name)
        yield {
            "name": visible(name),
            "counts": _counts(counts[name]),
            **(_system(system) if system else {}),
            **_record(image),
            **_base(image.base),
        }


def _system(system: Distribution) -> dict[str, object]:
    title = visible(system.name or f"{system.id} {system.version}")
    return {
        "os": title,
        "operatingSystem": title,
        "osName": visible(system.id),
        "osVersion": visible(system.version),
    }


def _record(image: Image) -> dict[str, object]:
    layers = [
        {"LayerContentHash": layer.diff_id, "Digest": layer.digest, "Command": visible(layer.created_by)}
        for layer in image.layers
    ]
    return {
        "imageID": image.id,
        "imageId": image.id,
        "imageDigest": image.digest,
        "repoDigest": image.digest,
        "repoTags": [visible(tag) for tag in image.tags],
        "platform": visible(image.platform),
        "layerInfo": layers,
    }


def _base(base: BaseImage | None) -> dict[str, object]:
    """Return what an image is built on."""
    if base is None:
        return {}
    return {
        "baseImage": {
            "name": visible(base.name),
            "digest": visible(base.digest),
            "layers": base.layers,
            "evidence": base.evidence,
        }
    }


def _origins(result: ScanResult) -> dict[str, object]:
    """Return how many findings come from the base, where its layers are known."""
    counted = origins(result.target, result.findings)
    if counted is None:
        return {}
    return {"origins": {"inherited": _counts(counted.inherited), "added": _counts(counted.added)}}

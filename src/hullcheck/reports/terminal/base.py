"""What an image is built on, and how much comes from there."""

from collections.abc import Iterator

from hullcheck.model.inheritance import origins
from hullcheck.model.layer import BaseEvidence, BaseImage, Image
from hullcheck.model.result import ScanResult
from hullcheck.model.target import Target
from hullcheck.reports.terminal.layout import Line, paragraph
from hullcheck.reports.terminal.words import counted
from hullcheck.reports.visible import shortened, visible

_LONGEST = 200


def base_lines(image: Image, width: int) -> Iterator[Line]:
    """Yield what `image` is built on, and how that is known; nothing where it is not."""
    if image.base:
        is_wrong = image.base.evidence is BaseEvidence.GIVEN and not image.base.layers
        yield from paragraph(_sentence(image, image.base), width, "warning" if is_wrong else "dim")


def inherited_lines(result: ScanResult, width: int) -> Iterator[Line]:
    """Yield how many findings come from the base image; nothing where its layers are not known."""
    found = origins(result.target, result.findings)
    if found:
        come = "comes" if found.inherited.total == 1 else "come"
        text = f"{found.inherited.total:,} of {counted(result.counts.total, 'finding')} {come} from"
        name = common_base(result.target)
        yield from paragraph(f"{text} the base image{f' {name}' if name else 's'}", width)


def common_base(target: Target) -> str:
    """Return what people call the base of all images of `target`, "" where they have several."""
    names = {base_name(image.base) if image.base else "" for image in target.every_image}
    return names.pop() if len(names) == 1 else ""


def base_name(base: BaseImage) -> str:
    """Return what people call `base`: its name, or the digest of its manifest where only that is known."""
    return shortened(visible(base.name or base.digest), _LONGEST)


def _sentence(image: Image, base: BaseImage) -> str:
    name = base_name(base)
    own = f"the lowest {base.layers} of {counted(len(image.layers), 'layer')}"
    match base.evidence:
        case BaseEvidence.GIVEN if base.layers:
            return f"built on {name}, as you say: {own}"
        case BaseEvidence.GIVEN:
            return f"not built on {name}, as you say: the lowest layers of the image are others"
        case BaseEvidence.KNOWN_LAYERS:
            return f"built on {name}, which was scanned before: {own}"
        case BaseEvidence.ANNOTATION:
            return f"built on {name}, as the image says: which layers come from there is not known"

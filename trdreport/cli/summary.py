"""The few lines that a build ends with."""

from trdreport.engine.claims import Verdict
from trdreport.publish.build import Built


def summary(built: Built) -> str:
    """What was built, what reproduced, and where to open it."""
    verdicts = [claim.verdict for claim in built.claims]
    good = sum(v in (Verdict.REPRODUCED, Verdict.MORE_FOUND) for v in verdicts)
    lines = [
        f"{built.studies} studies, {built.analyses} analyses,"
        f" {built.significant} significant cluster{'s' * (built.significant != 1)}",
        f"{good} of {len(verdicts)} published values reproduced",
    ]
    lines += [
        f"  {claim.verdict}: {claim.claim}: published {claim.published}, computed {claim.computed}"
        + (f" ({claim.difference})" if claim.verdict is Verdict.MORE_FOUND else "")
        for claim in built.claims
        if claim.verdict is not Verdict.REPRODUCED
    ]
    lines.append(f"open {built.site / 'index.html'} or {built.site / 'report.pdf'}")
    return "\n".join(lines)

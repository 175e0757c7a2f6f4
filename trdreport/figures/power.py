"""What a number of studies can detect, from simulated reviews."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from trdreport.figures.canvas import new_figure
from trdreport.figures.data import Rate
from trdreport.figures.palette import INK, SOFT, STUDY_COLOURS


def power_figure(rates: Mapping[str, Sequence[Rate]], here: int) -> Figure:
    """Share of simulated reviews with the cluster by number of studies, a line an effect.

    `rates` has one series for each effect; bars are 95 % intervals. `here` marks how many studies
    there are in truth.
    """
    figure = new_figure(8.0, 4.0)
    axes = figure.add_subplot()
    figure.subplots_adjust(left=0.1, right=0.97, top=0.96, bottom=0.14)
    markers = "osD^v"
    for index, (name, series) in enumerate(rates.items()):
        x = [rate.studies for rate in series]
        y = [100 * rate.share for rate in series]
        low = [100 * (rate.share - rate.low) for rate in series]
        high = [100 * (rate.high - rate.share) for rate in series]
        axes.errorbar(
            x, y, yerr=(low, high), color=STUDY_COLOURS[index], marker=markers[index], capsize=3,
            linewidth=1.4, markersize=5, label=name,
        )  # fmt: skip
    axes.axvline(here, color=SOFT, linewidth=1, linestyle="--")
    axes.text(here, 101, f" {here} here", fontsize=9, color=SOFT, va="bottom", ha="center")
    axes.set_ylim(0, 101)
    axes.set_xlim(0, None)
    axes.set_xticks([rate.studies for rate in next(iter(rates.values()))])
    axes.set_xlabel("Studies in the analysis", fontsize=9.5, color=INK)
    axes.set_ylabel("Simulated reviews that find it, %", fontsize=9.5, color=INK)
    axes.legend(fontsize=9, frameon=False, loc="center right", labelcolor=INK)
    axes.spines[["top", "right"]].set_visible(False)
    return figure

"""The refit's stages, in the order in which they may fail: what is published is complete."""

import logging
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from batch.erasing import erase_forgotten
from batch.errors import RefitError
from batch.folding import Folded, Folding
from batch.mllib import save_pca_model
from batch.pca.alarms import Thresholds, warnings
from batch.pca.alignment import align
from batch.pca.components import principal
from batch.pca.drift import Drift, drift
from batch.plots.caption import Caption
from batch.plots.plot import plot_components
from batch.plots.scree import plot_scree
from batch.projecting import points, project
from batch.publishing import Published, publish, row_of, tidy
from batch.refit import Refit, new_id
from batch.report.nights import refits
from batch.report.page import Wanted, draw
from batch.report.small import Thumbnails, none
from batch.reports import PAGE, PCA_MODEL, PLOT, SCREE, forget_unpublished, plot_uri, put, report_uri
from batch.selection import Selection, select
from batch.snapshot import Snapshot
from batch.spark import SparkOnDemand
from batch.stages import Stages
from batch.state import State
from conf.lake import Lake
from conf.settings import Settings

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Done:
    """A published refit: its drift, `how` its moments came about, and what a person should know (`notes`).

    `drawn`: it has a page.
    """

    refit: Refit
    drift: Drift
    how: str
    notes: list[str]
    drawn: bool


@dataclass(frozen=True)
class Job:
    """One refit of `lake`. Nothing is written before the components are known to exist.

    `check` raises FailedError where another refit, or somebody who forgets, may have the lake by now.
    """

    settings: Settings
    lake: Lake
    check: Callable[[], None]
    spark: SparkOnDemand
    stages: Stages
    thumbnails: Thumbnails = none

    def run(self, *, full: bool) -> Done:
        """Read, fit, project, draw, publish. Until the commit to `components` readers see the refit before.

        Raises:
            RefitError, UserError: in one sentence, nothing was published. Or the plot could not be copied.
            FailedError: the lake may be another's by now.
        """
        snapshot = Snapshot.take(self.lake)
        with self.stages.stage("current rows") as facts:
            selection = select(snapshot, self.settings.model_id)
            facts.append(f"{len(selection):,} pictures")
        with self.stages.stage("moments") as facts:
            folding = Folding(snapshot, selection, self.spark.with_workers)
            folded = folding.fold(full=full, full_every=self.settings.full_every)
            facts.append(_how(folded))
        published = Published.read(self.lake, selection.model_id)
        refit = self._fit(snapshot, selection, folded, published)
        self._write(snapshot, selection, folded, refit, published)
        drifted, plot = self._draw(refit, folded, published)
        alarms = warnings(drifted, self._thresholds()) + _doubts(folded)
        troubles = self._page(snapshot, refit, row_of(refit, drifted, alarms))
        with self.stages.stage("publishing"):
            self.check()
            publish(self.lake, refit, drifted, alarms)
            erase_forgotten(self.lake, selection.forgotten, refit, self.check)
            self._copy(plot, refit)
        return Done(refit, drifted, _how(folded), alarms + _left_to_others(selection) + troubles, not troubles)

    def _fit(self, snapshot: Snapshot, selection: Selection, folded: Folded, published: Published) -> Refit:
        fitted_at = published.next_time()
        moments = folded.gathered.moments
        with self.stages.stage("components"):
            components = principal(moments, self.settings.k, self.settings.variance_target or None)
            if published.previous is not None:
                components = align(components, published.previous.components)
        return Refit(
            refit_id=new_id(fitted_at),
            fitted_at=fitted_at,
            model_id=selection.model_id,
            features_version=snapshot.version,
            last_seq=snapshot.last_seq,
            n=moments.n,
            components=components,
        )

    def _write(
        self, snapshot: Snapshot, selection: Selection, folded: Folded, refit: Refit, published: Published
    ) -> None:
        """The state for the next refit, and the projection; what earlier ones left half done goes away first."""
        with self.stages.stage("projection") as facts:
            self.check()
            tidy(self.lake, published, self.check)
            forget_unpublished(self.lake, published.refit_ids)
            State(
                lake_id=snapshot.lake_id,
                model_id=refit.model_id,
                last_seq=refit.last_seq,
                features_version=refit.features_version,
                gathered=folded.gathered,
                rows_digest=selection.digest(selection.chosen),
                since_full=folded.since_full,
                computed_at=refit.fitted_at,
            ).write(self.lake, self.check)
            project(self.spark, snapshot, selection.chosen, refit)
            facts.append(f"{refit.n:,} rows")
        spark = self.spark()
        with self.stages.stage("MLlib model"):
            save_pca_model(spark, refit.components, report_uri(self.lake, refit.refit_id, PCA_MODEL))

    def _draw(self, refit: Refit, folded: Folded, published: Published) -> tuple[Drift, bytes]:
        """The drift, and the plot; both pictures are in the report's folder then."""
        with self.stages.stage("plots"):
            self.check()
            values, labels = points(self.lake, refit.refit_id)
            covariance = folded.gathered.moments.covariance
            drifted = drift(refit.components, covariance, Counter(labels), published.previous)
            caption = Caption(refit.fitted_at, refit.n, refit.model_id)
            plot = plot_components(values, labels, refit.components.explained_variance_ratio, caption)
            put(plot, report_uri(self.lake, refit.refit_id, PLOT))
            put(plot_scree(refit.components.spectrum, refit.k, caption), report_uri(self.lake, refit.refit_id, SCREE))
        return drifted, plot

    def _page(self, snapshot: Snapshot, refit: Refit, row: dict[str, Any]) -> list[str]:
        """Draw the refit's page into its folder; what kept it from being drawn is a sentence, and costs no refit."""
        try:
            with self.stages.stage("page"):
                rows = [*refits(self.lake, refit.model_id), row]
                wanted = Wanted(rows, refit.components.spectrum, self.thumbnails, self.settings.report_thumbnails)
                put(draw(snapshot, wanted), report_uri(self.lake, refit.refit_id, PAGE))
        except Exception as error:
            logger.warning("the page of refit %s", refit.refit_id, exc_info=True)
            return [f"the page was not drawn ({error}): `verger report` draws it"]
        return []

    def _copy(self, plot: bytes, refit: Refit) -> None:
        try:
            put(plot, plot_uri(self.lake, self.settings.plot_key))
        except RefitError as error:
            raise RefitError(f"refit {refit.refit_id} is published, but its plot was not copied: {error}") from error

    def _thresholds(self) -> Thresholds:
        settings = self.settings
        return Thresholds(
            max_angle=math.radians(settings.drift_angle_deg),
            max_captured_loss=settings.drift_captured_loss,
            max_mean_shift=settings.drift_mean_shift,
            min_eigengap=settings.drift_eigengap,
            max_label_loss=settings.drift_label_loss,
        )


def _how(folded: Folded) -> str:
    if not folded.why:
        return f"incremental: {folded.entered:,} entered, {folded.left:,} left"
    compared = "" if folded.difference is None else f", {folded.difference:.1e} from the incremental ones"
    return f"all {folded.entered:,} computed anew ({folded.why}){compared}"


def _doubts(folded: Folded) -> list[str]:
    """What is recorded with the refit beside its drift."""
    left_out = folded.gathered.left_out
    sentence = f"{left_out:,} pictures are left out: their features are not 1,280 finite numbers" if left_out else ""
    return [doubt for doubt in (sentence, folded.warning) if doubt]


def _left_to_others(selection: Selection) -> list[str]:
    if not selection.others:
        return []
    return [f"{selection.others:,} current pictures have features of other models and are left out"]

"""The places of a YOLO's output that reach the floor, and what is left of them after suppression."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from askance.edge.detect.decode.candidates import Candidates, Outputs
from askance.edge.detect.decode.clusters import cluster
from askance.edge.detect.decode.pairs import best_pairs
from askance.edge.detect.decode.tail import Tail
from askance.edge.detect.fit import Fit


@dataclass(frozen=True, slots=True)
class Rows:
    """Places with their best class, best first.

    Attributes:
        middles: (n, 4), float64: centre x, centre y, width, height in pixels of the input.
        class_scores: (n, classes): the score of every class.
        columns: (n,): the best class of each.
        tail: (n, numbers): what follows.
    """

    middles: NDArray[np.float64]
    class_scores: NDArray[Any]
    columns: NDArray[np.intp]
    tail: NDArray[Any]

    def settle(
        self, tail: Tail, *, iou: float, most: int, named: NDArray[np.bool_], outputs: Outputs, fit: Fit
    ) -> Candidates:
        """Suppress what lies on better places, and carry the rest to the frame.

        Args:
            tail: what the numbers in ``tail`` mean.
            iou: a place that overlaps a better one of its class by more is dropped.
            most: how many to keep.
            named: (classes,): the classes that count.
            outputs: the model's.
            fit: where the frame lies in the input.
        """
        scores = np.clip(self.class_scores[np.arange(len(self.columns)), self.columns].astype(np.float64), 0.0, 1.0)
        kept = tail.suppress(self.middles, self.tail, classes=self.columns, iou=iou, most=most)
        upright = tail.upright(self.middles, self.tail)
        boxes = fit.to_frame(upright[kept])
        return Candidates(
            boxes,
            scores[kept],
            self.columns[kept],
            class_scores=np.clip(self.class_scores[kept][:, named].astype(np.float64), 0.0, 1.0),
            shapes=tail.shapes(self.middles[kept], self.tail[kept], boxes=boxes, outputs=outputs, fit=fit),
            support=cluster(upright, scores, classes=self.columns, kept=kept, iou=iou),
        )


def sure_pairs(
    objects: NDArray[Any], classes: NDArray[Any], *, floor: float, named: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[Any]]:
    """Find the places where the score of an object, times that of its best class, reaches the floor.

    Args:
        objects: (places,) in [0, 1].
        classes: (places, classes) in [0, 1].
        floor: least product.
        named: (classes,): the classes that count.

    Returns:
        Places, their best classes, shape (n,), best first, and the products of all classes there, (n, classes).
    """
    # No product is above its first factor, and nearly all places fail on that alone.
    hot = np.flatnonzero(objects >= floor)
    products = classes[hot] * objects[hot, None]
    rows, columns = best_pairs(products.T, floor=floor, named=named)
    return hot[rows], columns, products[rows]

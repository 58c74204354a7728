"""How good pseudo-labels are, as TAO-VOS measures it: over the frames on which an object is, and no others.

J is the mean IoU of labels and truth, and recall@50 and recall@70 are the parts of the masks whose IoU is at least 0.5
and 0.7. The score of segmentation in video counts frames without the object as well, and gives 1 where the prediction
is empty too; where boxes say on which frames an object is, that would only flatter.
"""

from collections.abc import Iterable, Mapping

import numpy as np

from ...core import Mask

RECALLS = (50, 70)


def ious_where_present(
    truth: Mapping[int, Mask], labels: Mapping[int, Mask], *, void: Mask | None = None
) -> dict[int, float]:
    """The IoU of every object that is in this frame, by its id; 0 where it has no label. Pixels of ``void`` do not
    count.

    >>> cat, half = Mask.from_array([[1, 1]]), Mask.from_array([[1, 0]])
    >>> ious_where_present({1: cat, 2: half, 3: Mask.empty(1, 2)}, {1: half, 3: cat})
    {1: 0.5, 2: 0.0}
    """
    ious = {}
    for object_id, mask in truth.items():
        if not mask:
            continue
        label = labels.get(object_id)
        if label is not None and void is not None:
            label = label.difference(void)
        ious[object_id] = mask.iou(label) if label is not None else 0.0
    return ious


def label_quality(ious: Iterable[float]) -> dict[str, float]:
    """J, recall@50 and recall@70 over masks; nan where there is none.

    >>> label_quality([0.4, 0.5, 0.9])
    {'J': 0.6, 'recall@50': 0.6666666666666666, 'recall@70': 0.3333333333333333}
    """
    values = np.array(list(ious), np.float64)
    if not len(values):
        return dict.fromkeys(("J", *(f"recall@{percent}" for percent in RECALLS)), np.nan)
    recalls = {f"recall@{percent}": float(np.mean(values >= percent / 100)) for percent in RECALLS}
    return {"J": float(np.mean(values))} | recalls

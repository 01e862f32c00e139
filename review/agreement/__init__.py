"""How far people agree, in the field's terms: arrays in, one number out (no Django, no randomness)."""

from review.agreement.alpha import interval_alpha, krippendorff_alpha, ordinal_alpha
from review.agreement.interval import Measured, measure
from review.agreement.kappa import cohen_kappa, confusion, fleiss_kappa
from review.agreement.shapes import THRESHOLDS, distance_alpha, f1, f1_range, match, mean_iou

__all__ = [
    "THRESHOLDS",
    "Measured",
    "cohen_kappa",
    "confusion",
    "distance_alpha",
    "f1",
    "f1_range",
    "fleiss_kappa",
    "interval_alpha",
    "krippendorff_alpha",
    "match",
    "mean_iou",
    "measure",
    "ordinal_alpha",
]

"""The true class of each task, from several people's answers: arrays in, arrays out, one method a file.

    table = tabulate(task=codes, annotator=codes, label=codes)      # one entry an answer, in any order
    found = ensemble(table)                                         # the default
    found.posterior[t, k], found.confusion[a, k, l], found.skill[a]
    posterior = online(table_of_new_tasks, prior=found.prior, confusion=found.confusion)
    honest = temper(posterior, answers=counts, rho=fit_rho(gold_posterior, answers=counts, truth=codes))

Labels from `classes` on are observed but never true ("skip", "maybe"): tabulate(..., classes=K).
"""

from review.consensus.classes.calibrate import calibration_error, fit_rho, temper
from review.consensus.classes.dawid_skene import dawid_skene
from review.consensus.classes.ebcc import ebcc
from review.consensus.classes.em import Estimate
from review.consensus.classes.ensemble import ensemble
from review.consensus.classes.glad import Glad, glad
from review.consensus.classes.mace import Mace, mace
from review.consensus.classes.majority import majority, weighted_majority
from review.consensus.classes.map_dawid_skene import map_dawid_skene
from review.consensus.classes.one_coin import one_coin
from review.consensus.classes.online import online
from review.consensus.classes.ordinal import median_class
from review.consensus.classes.table import Floats, Ints, Table, tabulate
from review.consensus.classes.tree import deepest, roll_up

__all__ = [
    "Estimate",
    "Floats",
    "Glad",
    "Ints",
    "Mace",
    "Table",
    "calibration_error",
    "dawid_skene",
    "deepest",
    "ebcc",
    "ensemble",
    "fit_rho",
    "glad",
    "mace",
    "majority",
    "map_dawid_skene",
    "median_class",
    "one_coin",
    "online",
    "roll_up",
    "tabulate",
    "temper",
    "weighted_majority",
]

"""Customer value without a contract: when people buy, whether they have left, what they spend."""

from zhike.models.clv.fitting import Fit, fit
from zhike.models.clv.gamma_gamma import GAMMA_GAMMA, Spends, spend_depends_on_count
from zhike.models.clv.geometric import BG_NBD, MBG_NBD
from zhike.models.clv.outlook import Outlook, outlook
from zhike.models.clv.pareto import PARETO_NBD
from zhike.models.clv.rows import Rows

__all__ = [
    "BG_NBD",
    "GAMMA_GAMMA",
    "MBG_NBD",
    "PARETO_NBD",
    "Fit",
    "Outlook",
    "Rows",
    "Spends",
    "fit",
    "outlook",
    "spend_depends_on_count",
]

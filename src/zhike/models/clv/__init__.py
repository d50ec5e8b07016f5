"""Customer value without a contract: when people buy, whether they have left, what they spend."""

from zhike.models.clv.fitting import Fit, fit
from zhike.models.clv.forecast import Forecast, Terms, forecast, too_little
from zhike.models.clv.gamma_gamma import GAMMA_GAMMA, Spends, spend_depends_on_count
from zhike.models.clv.geometric import BG_NBD, MBG_NBD
from zhike.models.clv.histories import histories
from zhike.models.clv.holdout import BUYING, MENDED, Holdout, best, holdouts
from zhike.models.clv.outlook import Outlook, outlook
from zhike.models.clv.pareto import PARETO_NBD
from zhike.models.clv.rates import Rates, purchase_rates
from zhike.models.clv.rows import Rows
from zhike.models.clv.worth import Worth

__all__ = [
    "BG_NBD",
    "BUYING",
    "GAMMA_GAMMA",
    "MBG_NBD",
    "MENDED",
    "PARETO_NBD",
    "Fit",
    "Forecast",
    "Holdout",
    "Outlook",
    "Rates",
    "Rows",
    "Spends",
    "Terms",
    "Worth",
    "best",
    "fit",
    "forecast",
    "histories",
    "holdouts",
    "outlook",
    "purchase_rates",
    "spend_depends_on_count",
    "too_little",
]

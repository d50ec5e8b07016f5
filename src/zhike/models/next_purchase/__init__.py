"""When each customer buys next, if at all."""

from zhike.models.next_purchase.timing import Timing, Waits, timing
from zhike.models.next_purchase.trial import TimingTrial, timing_trial

__all__ = ["Timing", "TimingTrial", "Waits", "timing", "timing_trial"]

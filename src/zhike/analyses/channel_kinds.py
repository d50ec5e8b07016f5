"""What kind of place a channel is, as far as its name tells."""

from __future__ import annotations

import re
from collections.abc import Mapping

from zhike.i18n import LazyText, lazy

KINDS: Mapping[str, LazyText] = {
    "site": lazy("Own site or app"),
    "marketplace": lazy("Marketplace"),
    "social": lazy("Social and live selling"),
    "store": lazy("Store"),
    "contact": lazy("Phone, mail and sales staff"),
    "unclear": lazy("Not clear from the name"),
}

GROUPS: Mapping[str, LazyText] = {
    "online": lazy("Online"),
    "offline": lazy("Offline"),
    "unclear": lazy("Not clear from the name"),
}

GROUP_OF: Mapping[str, str] = {
    "site": "online",
    "marketplace": "online",
    "social": "online",
    "store": "offline",
    "contact": "offline",
    "unclear": "unclear",
}

_WORDS: tuple[tuple[str, str], ...] = (
    # The first that fits: a mini programme of a store is no store, a marketplace's shop neither.
    (
        "site",
        r"小程序|商城|官网|独立站|公众号|\bapp\b|应用|网站|网店|线上|移动端|手机端|\bpc\b|h5"
        r"|website|web\s?shop|web\b|online|shopify|woocommerce|e-?shop|mini.?program",
    ),
    (
        "social",
        r"抖音|快手|小红书|视频号|直播|微博|微店|社群|微信|wechat|tiktok|douyin|kuaishou"
        r"|instagram|facebook|\blive\b",
    ),
    (
        "marketplace",
        r"天猫|淘宝|京东|拼多多|唯品会|苏宁|亚马逊|1688|阿里|闲鱼|得物|美团|饿了么|tmall|taobao"
        r"|\bjd\b|pinduoduo|amazon|ebay|etsy|allegro|rakuten|shopee|lazada|marketplace|walmart"
        r"|zalando|otto",
    ),
    (
        "contact",
        r"电话|热线|业务员|销售员|邮购|传真|phone|\bcall|telesales|mail order|\bfax|sales\s?rep",
    ),
    (
        "store",
        r"门店|实体|线下|柜台|专柜|专卖店|直营|加盟|超市|卖场|收银|\bpos\b|store|retail|counter"
        r"|outlet|branch|offline|boutique|showroom|filiale|magasin",
    ),
)


def kind_of(channel: str | None) -> str:
    """The kind of a channel by its name.

    Examples:
        >>> kind_of("微信小程序"), kind_of("天猫"), kind_of("门店"), kind_of("A7")
        ('site', 'marketplace', 'store', 'unclear')
    """
    name = (channel or "").lower()
    return next((kind for kind, words in _WORDS if re.search(words, name)), "unclear")

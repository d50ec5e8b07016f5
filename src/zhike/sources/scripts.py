"""Whether decoded text reads like a language, so that no encoding is taken just for decoding."""

from __future__ import annotations

import re
from functools import lru_cache

from zhike.sources.decoding import MARK

_FREQUENT = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多"
    "定行学法所民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因"
    "由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解"
    "问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少"
    "图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七"
    "海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目"
    "至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装影算"
    "低持音众书布复容儿须际商非验连断深难近矿千周委素技备半办青省列习响约支般史感劳便团往酸历市克何除消构府称太准精"
    "值号率族维划选标写存候毛亲快效斯院查江型眼王按格养易置派层片始却专状育厂京识适属圆包火住调满县局照参红细引听该"
    "铁价严订货款店铺付邮费买卖家售客户退换微支付宝淘天猫拼购物流快递单号编码地址电话姓名性别女男会员积分优惠券折扣"
    "数量金额状态时间交易成功关闭已待签收发票备注杭州上海北京广东深圳浙江苏福建湖南四川街道室楼栋座村镇李陈刘杨黄赵吴"
    "徐孙胡朱郭何罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田姜范静丽伟芳敏强磊洋"
    "艳勇军杰娟涛超秀霞刚桂英玉兰龙飞婷裙衣鞋裤包装色码加厚夏季冬款新款套装连衣蓝黑粉黄绿紫灰"
)

_WESTERN_LETTERS = "àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿßœšž"
_WESTERN_SIGNS = "£€¥§°®©™«»¿¡ºª·’‘“”‚„–—…•½¼¾²³¹µ×±¢\xa0\xad"
_TYPOGRAPHY = "’‘“”–—…«»€£\xa0"
_HIGH_RUN = re.compile(r"([A-Za-z]?)([^\x00-\x7f]+)([A-Za-z]?)")
_LONGEST_WESTERN_RUN = 2
_ENOUGH_TO_JUDGE = 8
"""Fewer characters may all be rare ones, as in a single name."""


@lru_cache(maxsize=1)
def _chinese() -> tuple[frozenset[str], frozenset[str]]:
    """Characters that make up Chinese text, and those of them that are met on every page."""
    first_level = b"".join(
        bytes((lead, trail))
        for lead in range(0xB0, 0xD8)
        for trail in range(0xA1, 0xFF)
        if (lead, trail) < (0xD7, 0xFA)
    ).decode("gb2312")
    symbols = "".join(
        bytes((lead, trail)).decode("gb2312", "ignore")
        for lead in (0xA1, 0xA3)
        for trail in range(0xA1, 0xFF)
    )
    return frozenset(first_level + symbols + "€"), frozenset(_FREQUENT + symbols)


def chinese_share(text: str) -> float:
    """How much of the non-ASCII text reads like Chinese, 0 to 1; undecodable bytes count against.

    Examples:
        >>> chinese_share("订单编号,张三丰"), chinese_share("Caf閠,M黮ler")
        (1.0, 0.0)
    """
    ordinary, frequent = _chinese()
    foreign = [letter for letter in text if letter > "\x7f"]
    if not foreign:
        return 0.0
    met = sum(letter in frequent for letter in foreign)
    if len(foreign) >= _ENOUGH_TO_JUDGE and met < len(foreign) / 5:
        return 0.0
    return sum(letter in ordinary for letter in foreign) / len(foreign)


def western_share(text: str) -> float:
    """How many of the runs of non-ASCII characters could stand in a Western European word.

    Accented letters stand alone or in pairs, small ones in small words; long runs of them are
    another script misread.

    Examples:
        >>> western_share("Café, Müller, £5"), western_share("ÕÅÈý·á")
        (1.0, 0.0)
    """
    runs = _HIGH_RUN.findall(text)
    return sum(_is_western(*run) for run in runs) / len(runs) if runs else 0.0


def _is_western(before: str, run: str, after: str) -> bool:
    letters = run.strip(_WESTERN_SIGNS)
    if not letters:
        return len(run) == 1 or (len(run) <= 3 and not run.strip(_TYPOGRAPHY))
    if len(letters) > _LONGEST_WESTERN_RUN or letters.lower().strip(_WESTERN_LETTERS):
        return False
    if not before and not after:
        return len(letters) == 1
    capital_inside_word = before.islower() and letters != letters.lower()
    return not capital_inside_word


def valid_share(text: str) -> float:
    """How much of the non-ASCII text was decoded at all."""
    foreign = sum(letter > "\x7f" for letter in text)
    broken = text.count(MARK)
    return (foreign - broken) / foreign if foreign else 1.0

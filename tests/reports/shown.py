"""A report made by hand that holds one of everything, in both languages."""

from __future__ import annotations

from datetime import date, datetime

import pyarrow as pa

from zhike import charts
from zhike.blocks import Chart, Column, Finding, Number, Table, Text
from zhike.i18n import LazyText
from zhike.reports import About, Highlight, Input, Quality, Report, Section, SetAside


def both(en: str, zh: str) -> LazyText:
    return LazyText.of(en=en, zh=zh)


SEGMENTS = {
    "champions": both("Champions", "重要价值"),
    "loyal": both("Loyal customers", "忠诚客户"),
    "at_risk": both("At risk", "有流失风险"),
    "hibernating": both("Hibernating", "沉睡客户"),
}
ABOUT = About(
    shop="Lantern Street 灯笼街",
    currency="CNY",
    timezone="Asia/Shanghai",
    as_of=date(2024, 7, 1),
    period=(date(2024, 6, 1), date(2024, 7, 1)),
    snapshot="20240701-081500-3f2a",
    made_at=datetime(2024, 7, 1, 8, 15),  # noqa: DTZ001  # business time, as reports show it
    versions={"Zhike": "0.1.0", "DuckDB": "1.5.6"},
    inputs=(
        Input(
            file="ExportOrderList202406.csv",
            rows=80_113,
            platform=both("Taobao orders", "淘宝订单"),
        ),
    ),
)


def number(
    name: str, label: LazyText, value: float | None, *, before: tuple[float, float], **how: str
) -> Number:
    return Number(
        name=name,
        label=label,
        value=value,
        format=how.get("format", "count"),  # type: ignore[arg-type]
        definition=both(
            "Goods, vouchers and discounts, minus refunds.", "商品金额减优惠，再减退款。"
        ),
        comparisons={"previous period": before[0], "same period last year": before[1]},
        direction="up",
    )


NUMBERS = (
    number(
        "net_revenue",
        both("Net revenue", "净销售额"),
        832_914.5,
        before=(790_102.0, 801_888.0),
        format="amount",
    ),
    number("orders", both("Orders", "订单数"), 5_120, before=(5_344, 4_980)),
    number("customers", both("Customers", "购买客户数"), 3_911, before=(3_702, 3_650)),
    number("new_customers", both("New customers", "新客数"), 804, before=(911, 702)),
    number(
        "average_order_value",
        both("Average order value", "客单价"),
        162.68,
        before=(147.85, 161.02),
        format="amount",
    ),
    number(
        "repeat_rate", both("Repeat rate", "复购率"), 0.412, before=(0.405, 0.418), format="share"
    ),
)

MONTHS = pa.table(
    {
        "month": [f"{year}-{month:02d}" for year in (2023, 2024) for month in range(1, 13)][6:18],
        "revenue": [612.0, 640, 655, 701, 1204, 980, 690, 420, 702, 731, 790, 832],
        "before": [580.0, 601, 640, 690, 1101, 950, 650, 455, 671, 690, 760, 801],
    }
)
SEGMENT_ROWS = pa.table(
    {
        "segment": list(SEGMENTS),
        "customers": [412, 903, 611, 1985],
        "revenue": [402_113.2, 250_990.1, 121_004.4, 58_806.8],
        "share": [0.4828, 0.3013, 0.1453, 0.0706],
    }
)
MONEY_TABLE = Table(
    name="months",
    title=both("Net revenue by month", "每月净销售额"),
    rows=MONTHS,
    columns=(
        Column(name="month", label=both("Month", "月份"), format="month"),
        Column(name="revenue", label=both("Net revenue", "净销售额"), format="amount"),
        Column(name="before", label=both("A year before", "上年同期"), format="amount"),
    ),
)
SEGMENT_TABLE = Table(
    name="segments",
    title=both("Segments", "客户分群"),
    rows=SEGMENT_ROWS,
    columns=(
        Column(name="segment", label=both("Segment", "分群"), labels=SEGMENTS),
        Column(name="customers", label=both("Customers", "客户数"), format="count"),
        Column(name="revenue", label=both("Net revenue", "净销售额"), format="amount"),
        Column(name="share", label=both("Share of revenue", "销售额占比"), format="share"),
    ),
    note=both("Best first.", "按价值从高到低。"),
)
GRID = pa.table(
    {
        "recency": [r for r in range(1, 6) for _ in range(5)],
        "frequency": [f for _ in range(5) for f in range(1, 6)],
        "customers": [10 + (r * f * 37) % 400 for r in range(1, 6) for f in range(1, 6)],
    }
)
GRID_TABLE = Table(
    name="grid",
    title=both("Customers by score", "按得分的客户数"),
    rows=GRID,
    columns=(
        Column(name="recency", label=both("Recency", "最近购买"), format="score"),
        Column(name="frequency", label=both("Frequency", "购买频次"), format="score"),
        Column(name="customers", label=both("Customers", "客户数"), format="count"),
    ),
)
COHORTS = pa.table(
    {
        "cohort": [f"2023-{m:02d}" for m in range(1, 13) for _ in range(12 - m)],
        "period": [k for m in range(1, 13) for k in range(1, 13 - m)],
        "rate": [
            round(0.42 / k**0.5 - 0.006 * m, 3) for m in range(1, 13) for k in range(1, 13 - m)
        ],
    }
)
COHORT_TABLE = Table(
    name="retention",
    title=both("Retention", "留存率"),
    rows=COHORTS,
    columns=(
        Column(name="cohort", label=both("First purchase", "首购月份"), format="month"),
        Column(name="period", label=both("Months after", "之后第几个月"), format="count"),
        Column(name="rate", label=both("Retained", "留存率"), format="share"),
    ),
)
FLOWS = pa.table(
    {
        "before": ["champions", "champions", "loyal", "loyal", "at_risk", "at_risk"],
        "after": ["champions", "at_risk", "loyal", "at_risk", "hibernating", "loyal"],
        "customers": [300, 80, 700, 210, 400, 50],
    }
)
FLOW_TABLE = Table(
    name="moves",
    title=both("Moves", "变化"),
    rows=FLOWS,
    columns=(
        Column(name="before", label=both("Before", "之前"), labels=SEGMENTS),
        Column(name="after", label=both("After", "之后"), labels=SEGMENTS),
        Column(name="customers", label=both("Customers", "客户数"), format="count"),
    ),
)
CURVE = pa.table(
    {"customers": [i / 20 for i in range(21)], "revenue": [(i / 20) ** 3 for i in range(21)]}
)
CURVE_TABLE = Table(
    name="curve",
    title=both("Concentration", "集中度"),
    rows=CURVE,
    columns=(
        Column(name="customers", label=both("Customers", "客户占比"), format="share"),
        Column(name="revenue", label=both("Net revenue", "销售额占比"), format="share"),
    ),
)


def chart(name: str, title: LazyText, option: charts.Option, says: LazyText, table: Table) -> Chart:
    return Chart(name=name, title=title, option=option, alternative=says, table=table)


OVERVIEW = Section(
    name="overview",
    title=both("Overview", "经营总览"),
    question=both("How is the business doing, against before?", "生意怎么样，和之前比呢？"),
    findings=(
        Finding(
            code="revenue_up",
            sentence=both(
                "Net revenue rose 5.4%: orders fell, but each was larger.",
                "净销售额增长 5.4%：订单少了，但客单价更高。",
            ),
            tone="good",
            amount=42_812.5,
        ),
    ),
    blocks=(
        *NUMBERS,
        chart(
            "months",
            both("Net revenue by month", "每月净销售额"),
            charts.line(
                MONTHS,
                "month",
                {
                    "revenue": both("Net revenue", "净销售额"),
                    "before": both("A year before", "上年同期"),
                },
                format="amount",
                x_format="month",
                dashed=["before"],
            ),
            both(
                "November stands out; June is 4% above the June before.",
                "十一月最高；六月比上年同期高 4%。",
            ),
            MONEY_TABLE,
        ),
        Text(
            body=both("Shipping and fees are shown apart.", "运费和手续费单独列示。"), tone="note"
        ),
    ),
)
RFM = Section(
    name="rfm",
    title=both("RFM segments", "RFM 客户分群"),
    question=both(
        "Which customers are best, and which are slipping away?", "谁是最好的客户，谁正在流失？"
    ),
    findings=(
        Finding(
            code="at_risk",
            sentence=both(
                "611 customers at risk brought 14.5% of net revenue.",
                "611 位有流失风险的客户贡献了 14.5% 的净销售额。",
            ),
            tone="bad",
            amount=121_004.4,
            customers={"segment": "at_risk"},
        ),
        Finding(
            code="champions",
            sentence=both(
                "412 champions bring 48.3% of net revenue.",
                "412 位重要价值客户贡献了 48.3% 的净销售额。",
            ),
            amount=402_113.2,
        ),
    ),
    blocks=(
        chart(
            "segments",
            both("Net revenue by segment", "各分群净销售额"),
            charts.bar(SEGMENT_ROWS, "segment", "revenue", format="amount", labels=SEGMENTS),
            both("Champions bring almost half.", "重要价值客户贡献近一半。"),
            SEGMENT_TABLE,
        ),
        SEGMENT_TABLE,
        chart(
            "grid",
            both("Customers by recency and frequency", "按最近购买和频次的客户数"),
            charts.grid(
                GRID,
                "recency",
                "frequency",
                "customers",
                names=(both("Recency score", "最近购买得分"), both("Frequency score", "频次得分")),
            ),
            both("The best stand top right.", "右上角是最好的客户。"),
            GRID_TABLE,
        ),
    ),
    parameters={"recency_cuts": "30, 60, 90, 180"},
)
COHORT = Section(
    name="cohorts",
    title=both("Cohorts", "同期群"),
    question=both("Do customers come back?", "客户会回来吗？"),
    blocks=(
        chart(
            "retention",
            both("Retention by first-purchase month", "按首购月份的留存率"),
            charts.heatmap(COHORTS, "period", "cohort", "rate", y_format="month"),
            both("Four in ten come back in the first month.", "四成客户首月回购。"),
            COHORT_TABLE,
        ),
        chart(
            "moves",
            both("Who moved where", "客户去向"),
            charts.sankey(FLOWS, "before", "after", "customers", labels=SEGMENTS),
            both("Most stayed where they were.", "多数客户保持不变。"),
            FLOW_TABLE,
        ),
        chart(
            "curve",
            both("Concentration of revenue", "销售额集中度"),
            charts.lorenz(
                CURVE,
                "customers",
                "revenue",
                names=(
                    both("Share of customers", "客户占比"),
                    both("Share of net revenue", "净销售额占比"),
                ),
                equality=both("All equal", "完全平均"),
            ),
            both("The best 20% bring half.", "前 20% 的客户贡献一半。"),
            CURVE_TABLE,
        ),
        chart(
            "stages",
            both("Customers by month", "每月客户"),
            charts.stacked_bar(
                MONTHS,
                "month",
                {"revenue": both("New", "新客"), "before": both("Returning", "老客")},
                x_format="month",
            ),
            both("Both grow.", "两者都在增长。"),
            MONEY_TABLE,
        ),
        chart(
            "classes",
            both("Months side by side", "月度对比"),
            charts.columns(
                MONTHS,
                "month",
                {"revenue": both("This year", "今年"), "before": both("Last year", "去年")},
                format="amount",
                x_format="month",
            ),
            both("Ahead every month but February.", "除二月外均领先。"),
            MONEY_TABLE,
        ),
    ),
)
UNANSWERED = Section(
    name="abc",
    title=both("ABC classes", "ABC 分类"),
    question=both("Which products bring the money?", "哪些商品最赚钱？"),
    missing=both("Products need an item file; add one.", "商品分析需要明细文件，请添加。"),
)
QUALITY = Quality(
    read=80_113,
    fates={"loaded": 79_800, "updated": 0, "merged": 240, "rejected": 42, "skipped": 31},
    set_aside=(
        SetAside(
            reason=both("No such day", "日期不存在"),
            count=42,
            example="2024-13-02",
            file="ExportOrderList202406.csv",
        ),
        SetAside(reason=both("Total line", "合计行"), count=31),
    ),
    tables=(SEGMENT_TABLE,),
)
REPORT = Report(
    about=ABOUT,
    headline=NUMBERS,
    highlights=(
        Highlight(finding=RFM.findings[0], section=RFM),
        Highlight(finding=OVERVIEW.findings[0], section=OVERVIEW),
        Highlight(finding=RFM.findings[1], section=RFM),
    ),
    sections=(OVERVIEW, RFM, COHORT, UNANSWERED),
    quality=QUALITY,
)

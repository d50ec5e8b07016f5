// Only what the options of zhike.charts use, so that a report stays small.
import * as echarts from "echarts/core";
import { BarChart, HeatmapChart, LineChart, SankeyChart } from "echarts/charts";
import {
  AriaComponent,
  GridComponent,
  LegendComponent,
  MarkPointComponent,
  TooltipComponent,
  VisualMapPiecewiseComponent,
} from "echarts/components";
import { SVGRenderer } from "echarts/renderers";
import { resolve } from "./resolve.js";

const LEGEND_LINE = 22; // pixels

echarts.use([
  AriaComponent,
  BarChart,
  GridComponent,
  HeatmapChart,
  LegendComponent,
  LineChart,
  MarkPointComponent,
  SankeyChart,
  SVGRenderer,
  TooltipComponent,
  VisualMapPiecewiseComponent,
]);

/**
 * Draws an option of zhike.charts into an element, or draws it anew after a change of theme.
 *
 * @param {HTMLElement} element where; it takes the height and least width that the option wants
 * @param {object} option with tokens and names of formats
 * @param {{palette: object, language: string, currency: string, alternative: string}} context
 */
export function draw(element, option, context) {
  element.style.height = `${option.$height}px`;
  element.style.minWidth = `${option.$min_width}px`;
  element.style.maxWidth = option.$max_width ? `${option.$max_width}px` : "";
  const chart =
    echarts.getInstanceByDom(element) ||
    echarts.init(element, null, {
      renderer: "svg",
      locale: context.language === "zh" ? "ZH" : "EN",
    });
  const resolved = resolve(option, context);
  resolved.aria = { enabled: true, label: { description: context.alternative } };
  chart.setOption(resolved, { notMerge: true });
  return chart;
}

/** Fits a drawn chart to its element again. */
export function resize(element) {
  echarts.getInstanceByDom(element)?.resize();
}

/** On paper nobody turns the pages of a legend: all names are shown, on lines of their own. */
function unrolled(option, width) {
  if (!option.legend || Array.isArray(option.grid)) return 0;
  const wide = (text) => [...String(text)].reduce((sum, sign) => sum + (sign > "\u2e80" ? 12 : 6.5), 0);
  const names = option.legend.data ?? (option.series ?? []).map((series) => series.name ?? "");
  const total = names.reduce((sum, name) => sum + wide(name.name ?? name) + 34, 0);
  const more = Math.max(Math.ceil(total / (width - 20)) - 1, 0) * LEGEND_LINE;
  option.legend.type = "plain";
  option.grid = { ...option.grid, top: (option.grid?.top ?? 0) + more };
  return more;
}

/**
 * An option of zhike.charts as SVG text, where there is no page to draw in.
 *
 * @param {object} option with tokens and names of formats
 * @param {{palette: object, language: string, currency: string, width: number,
 *   fonts: string}} context with names of fonts unquoted, as an attribute of SVG wants them
 */
export function picture(option, context) {
  const widest = option.$max_width || Infinity;
  const width = Math.min(Math.max(context.width, option.$min_width), widest);
  const resolved = resolve(option, context);
  resolved.textStyle = { ...resolved.textStyle, fontFamily: context.fonts };
  const chart = echarts.init(null, null, {
    renderer: "svg",
    ssr: true,
    width,
    height: option.$height + unrolled(resolved, width),
    locale: context.language === "zh" ? "ZH" : "EN",
  });
  chart.setOption({ ...resolved, animation: false, backgroundColor: "transparent" });
  const text = chart.renderToSVGString();
  chart.dispose();
  return text;
}

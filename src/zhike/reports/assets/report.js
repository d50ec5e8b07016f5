// Draws the charts of a report, in the theme of the moment; on paper always in the light one.
(() => {
  "use strict";
  const PAPER_WIDTH = 670; // pixels of A4 between its margins
  const root = document.documentElement;
  const drawings = document.getElementById("drawings");
  if (!drawings) return;
  const drawn = JSON.parse(drawings.textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const button = document.getElementById("theme");
  const places = [...document.querySelectorAll("[data-chart]")];
  const theme = () => root.dataset.theme ?? (dark.matches ? "dark" : "light");

  function draw(place, colours) {
    const { option, alternative } = drawn.charts[place.dataset.chart];
    const { language, currency, palettes, strict } = drawn;
    if (strict && option.tooltip) option.tooltip.renderMode = "richText";
    return zhikeCharts.draw(place, option, {
      language, currency, alternative, palette: palettes[colours],
    });
  }

  function drawAll() {
    button?.setAttribute("aria-pressed", String(theme() === "dark"));
    for (const place of places) draw(place, theme());
  }

  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => {
      root.dataset.theme = theme() === "dark" ? "light" : "dark";
      drawAll();
    });
  }
  dark.addEventListener("change", drawAll);

  for (const place of places) {
    place.parentElement.hidden = false;
    place.closest("figure").querySelector("details.behind").open = false;
  }
  drawAll();

  const resized = new ResizeObserver((entries) => {
    for (const { target } of entries) zhikeCharts.resize(target);
  });
  for (const place of places) resized.observe(place);

  function drawOnPaper(place) {
    const wanted = drawn.charts[place.dataset.chart].option.$min_width;
    const width = Math.max(wanted, PAPER_WIDTH);
    place.style.width = `${width}px`;
    zhikeCharts.resize(place);
    draw(place, "light"); // at once, where resizing alone waits for the next frame
    place.style.zoom = PAPER_WIDTH / width;
  }

  window.addEventListener("beforeprint", () => places.forEach(drawOnPaper));
  window.addEventListener("afterprint", () => {
    for (const place of places) {
      place.style.width = "";
      place.style.zoom = "";
      zhikeCharts.resize(place);
    }
    drawAll();
  });
})();
